/** A whole evening behind the proxies of `deploy/`: by https, over HTTP/2, and through a proxy that is set up anew meanwhile. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp, newestEntry } from '../helpers/calls.ts';
import { type Deployed, type Place, placeForProxy, startDeployed } from '../helpers/deployed.ts';
import { picturesChange, takeSmallPictures } from '../helpers/media.ts';
import { createPair, type Person, signIn } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import type { RunningProxy } from '../helpers/proxy.ts';
import { saveRecording, startRecording } from '../helpers/recording.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, fill, waitForText } from '../helpers/ui.ts';

/** What a phone's video of a few seconds takes. */
const VIDEO_BYTES = 30_000_000;
/** The conversation of the only two friends. */
const CHAT = '/chats/1';

let browser: OpenBrowser;
let folder: string;
let place: Place;
let server: Server;
let proxy: RunningProxy;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-proxied-'));
  writeFileSync(join(folder, 'garden.bin'), randomBytes(VIDEO_BYTES));
});
afterEach(async () => {
  await browser.close();
  expect(browser.problems).toEqual([]);
  await proxy.close();
  await server.remove();
  place.remove();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens a server behind a proxy. */
async function openBehind(name: Deployed): Promise<[Person, Person]> {
  place = await placeForProxy();
  server = await startServer({ PUBLIC_URL: place.origin, TRUST_PROXY: '1', HOST: '127.0.0.1' });
  proxy = await startDeployed(name, place, server.port);
  browser = await openBrowser({ shell: true, trusts: place.certificate, camera: 'green', frameRate: 5 });
  return createPair(server);
}

/** A page of somebody who has signed in as people do, with what they have open to the server counted. */
async function arrive(person: Person): Promise<Page> {
  const page = await browser.newPage({ width: 800, height: 600 });
  await takeSmallPictures(page);
  await page.evaluateOnNewDocument(() => {
    const Socket = window.WebSocket;
    window.WebSocket = class extends Socket {
      constructor(url: string | URL) {
        super(url);
        this.addEventListener('open', () => {
          const { dataset } = document.documentElement;
          dataset.sockets = String(Number(dataset.sockets ?? 0) + 1);
        });
      }
    };
  });
  await signIn(page, place, person);
  await page.goto(place.origin + CHAT);
  return page;
}

const socketsOf = (page: Page) => page.evaluate(() => Number(document.documentElement.dataset.sockets ?? 0));

test.each(['nginx', 'caddy'] as const)('behind %s everything is as it is without a proxy', async (name) => {
  const [anna, ben] = await openBehind(name);
  const [annas, bens] = [await arrive(anna), await arrive(ben)];
  const spoken = await annas.evaluate(() => {
    const [entry] = performance.getEntriesByType('navigation');
    return entry instanceof PerformanceNavigationTiming ? entry.nextHopProtocol : '';
  });
  expect(spoken).toBe('h2');

  await fill(annas, 'Message', 'Soup is ready');
  await annas.keyboard.press('Enter');
  await waitForText(bens, 'log', 'Messages', /Soup is ready/);
  const field = await bens.waitForSelector('input[type=file]');
  if (!field) throw new Error('no file field');
  await field.uploadFile(join(folder, 'garden.bin'));
  await click(bens, 'button', 'Send');
  await waitForText(annas, 'log', 'Messages', /garden\.bin/, 30_000);

  await dial(annas, 'video');
  await accept(bens);
  await connected(annas, bens);
  await startRecording(annas);
  const before = [await socketsOf(annas), await socketsOf(bens)];
  await proxy.reload();
  await eventually('both to have come back through it', async () => {
    const now = [await socketsOf(annas), await socketsOf(bens)];
    return now.every((count, at) => count > (before[at] ?? 0));
  });
  await picturesChange(annas, ben.displayName);
  await picturesChange(bens, anna.displayName);
  await saveRecording(annas);
  await hangUp(annas, bens);
  await bens.goto(place.origin + CHAT);
  await newestEntry(bens, /Video call/);
});
