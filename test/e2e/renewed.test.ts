/** A certificate that is renewed while people call: what comes gets the new one, and nothing that is open is disturbed. */
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { Page } from 'puppeteer-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Engine, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp } from '../helpers/calls.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import { portOf } from '../helpers/checked.ts';
import { fakeClock } from '../helpers/clock.ts';
import { type House, openHouse, PASSWORD } from '../helpers/house.ts';
import { picturesChange, takeSmallPictures } from '../helpers/media.ts';
import { signIn } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { fill, waitForText } from '../helpers/ui.ts';

/** For the house's authority, which works in a process of its own. */
const PATIENCE = 30_000;

let folder: string;
let house: House;
let browser: OpenBrowser;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-renewed-'));
});
afterEach(async () => {
  await browser.close();
  await house.close();
  rmSync(folder, { recursive: true });
  expect(browser.problems).toEqual([]);
});

/** What a house's certificate may be. Each opens one, and says whom to trust and how the certificate is renewed. */
const KINDS = {
  async 'that others keep'() {
    const authority = makeAuthority(folder);
    const [first, second] = ['first', 'second'].map((name) => authority.certify(name, ['DNS:localhost'], 60));
    if (!first || !second) throw new Error('no certificates');
    const served = { cert: join(folder, 'served.pem'), key: join(folder, 'served.key') };
    copyFileSync(first.cert, served.cert);
    copyFileSync(first.key, served.key);
    house = await openHouse({ TLS_CERT: served.cert, TLS_KEY: served.key }, fakeClock(Date.now()));
    await house.app.listen({ port: 0, host: '127.0.0.1' });
    const renew = () => {
      renameSync(second.cert, served.cert);
      renameSync(second.key, served.key);
    };
    return { trusts: authority.certificate, renew };
  },
  async 'of the house itself'() {
    house = await openHouse({ TLS: 'lan', HTTP_PORT: '0', HOST: '127.0.0.1' }, fakeClock(Date.now()));
    await house.app.listen({ port: 0, host: '127.0.0.1' });
    const { tls } = house.app.services;
    await tls.open('127.0.0.1');
    const trusts = join(folder, 'porchlight.crt');
    writeFileSync(trusts, tls.authority()?.certificate ?? '');
    return { trusts, renew: () => rmSync(join(house.dataDir, 'tls/house.pem')) };
  },
};

const origin = () => `https://localhost:${portOf(house.app.server)}`;

/** The number of the certificate that a new connection gets. */
const served = () =>
  new Promise<string>((resolve, reject) => {
    const options = { port: portOf(house.app.server), host: '127.0.0.1', rejectUnauthorized: false };
    const socket = connect(options, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    }).once('error', reject);
  });

/** A page of somebody who has signed in as people do, with the sockets counted that it opens and that close. */
async function arrive(username: string, chat: string): Promise<Page> {
  const page = await browser.newPage({ width: 800, height: 600 });
  await takeSmallPictures(page);
  await page.evaluateOnNewDocument(() => {
    const Socket = window.WebSocket;
    const count = (name: 'opened' | 'closed') => () => {
      const { dataset } = document.documentElement;
      dataset[name] = String(Number(dataset[name] ?? 0) + 1);
    };
    window.WebSocket = class extends Socket {
      constructor(url: string | URL) {
        super(url);
        this.addEventListener('open', count('opened'));
        this.addEventListener('close', count('closed'));
      }
    };
  });
  await signIn(page, { origin: origin() }, { username, displayName: username, password: PASSWORD });
  await page.goto(origin() + chat);
  return page;
}

const socketsOf = (page: Page) =>
  page.evaluate(() => {
    const { opened = '0', closed = '0' } = document.documentElement.dataset;
    return { opened: Number(opened), closed: Number(closed) };
  });

/** Firefox has one window for all, and shows no pictures in a hidden tab. */
async function sees(page: Page, name: string): Promise<void> {
  await page.bringToFront();
  await picturesChange(page, name, 3);
}

/** What a browser makes of it doesn't depend on where the certificate comes from, so each engine has one kind. */
test.each<[keyof typeof KINDS, Engine]>([
  ['that others keep', 'chromium'],
  ['of the house itself', 'firefox'],
])('a call goes on under a new certificate %s, in %s', async (kind, engine) => {
  const { trusts, renew } = await KINDS[kind]();
  browser = await openBrowser({
    ...{ engine, trusts },
    ...(engine === 'chromium' && { shell: true, camera: 'green', frameRate: 5 }),
  });
  const [ana, ben] = [await house.person('ana'), await house.person('ben')];
  const { friends, chats } = house.app.services;
  friends.befriend(ana.id, ben.id);
  const chat = `/chats/${chats.directWith(ana.id, ben.id)}`;
  const [anas, bens] = [await arrive('ana', chat), await arrive('ben', chat)];
  await dial(anas, 'video');
  await accept(bens);
  await connected(anas, bens);
  const beside = await bens.browserContext().newPage();
  await beside.goto(origin() + chat);
  await sees(anas, 'ben');
  await sees(bens, 'ana');

  const [before, sockets] = [await served(), [await socketsOf(anas), await socketsOf(bens)]];
  for (const { opened, closed } of sockets) expect([opened > 0, closed]).toEqual([true, 0]);
  renew();
  house.clock.advance(60_000);
  await eventually('another certificate', async () => (await served()) !== before, PATIENCE);

  // Who comes now has never seen the old one, and the page that hears of it came before.
  const later = await arrive('ana', chat);
  await fill(later, 'Message', 'Soup is ready');
  await later.keyboard.press('Enter');
  await waitForText(beside, 'log', 'Messages', /Soup is ready/);
  await sees(bens, 'ana');
  await sees(anas, 'ben');
  expect([await socketsOf(anas), await socketsOf(bens)]).toEqual(sockets);
  await hangUp(anas, bens);
});
