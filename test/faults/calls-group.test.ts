/**
 * What may happen to a group's call: the server dies, people leave, reload and come back, somebody takes it to another
 * device, somebody is taken out.
 */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type BrowserOptions, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { says } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { leaveCall } from '../helpers/leave-call.ts';
import {
  participant,
  picturesChange,
  pitchHeard,
  takeSmallPictures,
  takeSoundAsItIs,
} from '../helpers/media.ts';
import {
  befriend,
  createPerson,
  gather,
  type Person,
  signInClient,
  takeOut,
  visit,
} from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { find, findAll, follow, gone, waitForText } from '../helpers/ui.ts';

interface Home extends Person {
  browser: OpenBrowser;
  client: Client;
  page: Page;
  pitch: number;
}

let server: Server;
let anna: Home;
let ben: Home;
let cleo: Home;
let dan: Home;
let zoe: Home;
let chat: string;

const family = () => [anna, ben, cleo, dan, zoe];

async function openPage(browser: OpenBrowser): Promise<Page> {
  const page = await browser.newPage({ width: 800, height: 600 });
  await takeSoundAsItIs(page);
  await takeSmallPictures(page);
  await page.evaluateOnNewDocument(() => {
    const Socket = window.WebSocket;
    window.WebSocket = class extends Socket {
      constructor(url: string | URL) {
        super(url);
        this.addEventListener('message', ({ data }) => {
          const { dataset } = document.documentElement;
          if (String(data).includes('"type":"joined"'))
            dataset.joined = String(Number(dataset.joined ?? 0) + 1);
        });
      }
    };
  });
  return page;
}

const CHROMIUM: BrowserOptions = { shell: true, camera: 'red', frameRate: 8 };

async function moveIn(
  username: string,
  displayName: string,
  pitch: number,
  options = CHROMIUM,
): Promise<Home> {
  const person = await createPerson(server, username, displayName);
  const client = await signInClient(server, person);
  const browser = await openBrowser({ ...options, pitch });
  return { ...person, browser, client, page: await openPage(browser), pitch };
}

beforeAll(async () => {
  server = await startServer();
  anna = await moveIn('anna', 'Anna', 440);
  ben = await moveIn('ben', 'Ben', 660);
  cleo = await moveIn('cleo', 'Cleo', 880);
  dan = await moveIn('dan', 'Dan', 550);
  zoe = await moveIn('zoe', 'Zoë', 1150, { engine: 'firefox' });
  for (const other of family()) if (other !== anna) await befriend(server, anna, other);
  chat = await gather(anna.client, 'Family');
});

afterEach(async () => {
  for (const { page } of family()) await leaveCall(page);
  await server.start();
});

afterAll(async () => {
  const browsers = family().map(({ browser }) => browser);
  for (const browser of browsers) await browser.close();
  await server.remove();
  expect(browsers.flatMap(({ problems }) => problems)).toEqual([]);
});

/** Does it for each of these with each other of them. */
const each = async (present: Home[], look: (one: Home, other: Home) => Promise<void>) => {
  await Promise.all(
    present.map(async (one) => {
      for (const other of present) if (one !== other) await look(one, other);
    }),
  );
};

const see = (...present: Home[]) =>
  each(present, ({ page }, { displayName }) => picturesChange(page, displayName, 3));
const hear = (...present: Home[]) =>
  each(present, ({ page }, { displayName, pitch }) => pitchHeard(page, displayName, pitch));

async function join({ page, client }: Home): Promise<void> {
  await visit(page, client, chat);
  await follow(page, 'link', 'Join');
}

async function talk(...others: Home[]): Promise<void> {
  await visit(anna.page, anna.client, `${chat}/people`);
  const quiet = (await findAll(anna.page, 'link', 'Video call')).at(-1);
  if (!quiet) throw new Error('there is no way to call quietly');
  await Promise.all([anna.page.waitForNavigation(), quiet.click()]);
  await says(anna.page, /Waiting for others…/);
  for (const other of others) await join(other);
  await see(anna, ...others);
}

/** The media stream that somebody's picture comes from: another connection would bring another one. */
const streamOf = async ({ page }: Home, { displayName }: Home) =>
  (await participant(page, displayName)).evaluate((tile) => {
    const source = tile.querySelector('video')?.srcObject;
    return source instanceof MediaStream ? source.id : undefined;
  });

/** The answer waits until the page has been told that it has its place again. */
async function resumes({ page }: Home): Promise<() => Promise<unknown>> {
  const told = () => page.evaluate(() => Number(document.documentElement.dataset.joined ?? 0));
  const before = await told();
  return () => eventually('the page to take up its place', async () => (await told()) > before, 20_000);
}

test('five go on while the server is killed twice, one leaves, one reloads, and one is taken out', async () => {
  await talk(ben, cleo, dan, zoe);
  await hear(...family());
  const pairs = family().flatMap((one) =>
    family().flatMap((other) => (other === one ? [] : [[one, other] as const])),
  );
  const streams = () => Promise.all(pairs.map(([one, other]) => streamOf(one, other)));
  const before = await streams();
  for (const _time of [1, 2]) {
    const resumed = await Promise.all(family().map(resumes));
    await server.kill9();
    await see(...family());
    await server.start();
    await Promise.all(resumed.map((isBack) => isBack()));
  }
  await see(...family());
  expect(await streams()).toEqual(before);

  // The server knows them all again: who leaves is told to the others.
  await leaveCall(dan.page);
  for (const { page } of [anna, ben, cleo, zoe]) await gone(page, 'group', 'Dan');
  await zoe.page.reload();
  await join(dan);
  await see(...family());
  await hear(...family());

  await takeOut(anna.client, chat, dan);
  await waitForText(dan.page, 'alert', undefined, /You.re no longer in this group\./);
  expect(await findAll(dan.page, 'link', 'Call again')).toEqual([]);
  await follow(dan.page, 'link', 'All chats');
  await find(dan.page, 'heading', 'Chats');
  for (const { page } of [anna, ben, cleo, zoe]) await gone(page, 'group', 'Dan');
  await see(anna, ben, cleo, zoe);
  // Five browsers share two cores.
}, 240_000);

test('somebody goes on with it on another device', async () => {
  await talk(ben, cleo);
  const tablet = { ...ben, page: await openPage(anna.browser), client: await signInClient(server, ben) };
  await visit(tablet.page, tablet.client, chat);
  await follow(tablet.page, 'link', 'Join');
  await waitForText(tablet.page, 'main', undefined, /You.re in this call on another device/);
  const [here] = await findAll(tablet.page, 'button', 'Continue here');
  await here?.click();
  await says(ben.page, /Call ended/);
  await waitForText(ben.page, 'alert', undefined, /You moved this call to another tab or device\./);
  await see(anna, tablet, cleo);
  // The tablet has the microphone of the browser that it is opened in.
  await pitchHeard(cleo.page, 'Ben', anna.pitch);
  await leaveCall(tablet.page);
});
