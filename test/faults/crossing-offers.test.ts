/** Both sides of a call ask for a new way at the same time, over a signalling that is slow: pictures go on coming. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Engine, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { picturesChange, takeSmallPictures, watchPictures } from '../helpers/media.ts';
import { chatOf, createPair, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';

/** One way, in ms: what both say within it crosses. */
const DELAY_MS = 900;
const PICTURES = 25;

let server: Server;
/** A browser each: what lies behind another tab has no camera that moves in Firefox. */
let browsers: Record<'caller' | 'callee', Record<Engine, OpenBrowser>>;
const all = () => Object.values(browsers).flatMap((engines) => Object.values(engines));
let anna: Client;
let ben: Client;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  const both = async () => ({
    chromium: await openBrowser({ shell: true, camera: 'green', frameRate: 8 }),
    firefox: await openBrowser({ engine: 'firefox' }),
  });
  browsers = { caller: await both(), callee: await both() };
  const pair = await createPair(server);
  anna = await signInClient(server, pair[0]);
  ben = await signInClient(server, pair[1]);
  chat = await chatOf(anna, pair[1]);
});

afterEach(async () => {
  for (const browser of all()) await browser.closePages();
});

afterAll(async () => {
  for (const browser of all()) await browser.close();
  await server.remove();
  expect(all().flatMap(({ problems }) => problems)).toEqual([]);
});

declare global {
  var connections: RTCPeerConnection[];
  /** How late each message goes out, in ms. */
  var delay: number;
}

const open = async (browser: OpenBrowser, client: Client, path: string): Promise<Page> => {
  const page = await browser.newPage({ width: 800, height: 600 });
  await takeSmallPictures(page);
  await page.evaluateOnNewDocument(() => {
    globalThis.connections = [];
    globalThis.delay = 0;
    const Connection = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Connection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        globalThis.connections.push(this);
      }
    };
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      if (globalThis.delay === 0) send.call(this, data);
      else setTimeout(() => this.readyState === WebSocket.OPEN && send.call(this, data), globalThis.delay);
    };
  });
  await visit(page, client, path);
  return page;
};

/** What one end uses to be found: each ICE restart brings a new fragment, and each connection counts. */
const standing = (page: Page) =>
  page.evaluate(() => ({
    count: globalThis.connections.length,
    fragment: /a=ice-ufrag:(\S+)/.exec(
      globalThis.connections.at(-1)?.currentLocalDescription?.sdp ?? '',
    )?.[1],
  }));

test.each<[Engine, Engine]>([
  ['chromium', 'chromium'],
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
  ['firefox', 'firefox'],
])('%s calls %s, and offers cross', async (calling, called) => {
  const [caller, callee] = [
    await open(browsers.caller[calling], anna, chat),
    await open(browsers.callee[called], ben, '/chats'),
  ];
  await dial(caller, 'video');
  await accept(callee);
  await connected(caller, callee);
  await Promise.all([picturesChange(caller, 'Ben'), picturesChange(callee, 'Anna')]);

  const sides = await Promise.all(
    (
      [
        [caller, 'Ben'],
        [callee, 'Anna'],
      ] as const
    ).map(async ([page, name]) => ({ page, name, before: await standing(page) })),
  );
  await Promise.all(
    sides.map(({ page }) =>
      page.evaluate((ms) => {
        globalThis.delay = ms;
        globalThis.connections.at(-1)?.restartIce();
      }, DELAY_MS),
    ),
  );
  await Promise.all(
    sides.map(({ page, before }) =>
      eventually('a new way', async () => (await standing(page)).fragment !== before.fragment, 20_000),
    ),
  );
  await Promise.all(
    sides.map(async ({ page, name, before }) => {
      const watch = await watchPictures(page, name);
      await eventually(`${name} to be seen`, async () => (await watch.pictures()) > PICTURES, 20_000);
      await watch.stop();
      await picturesChange(page, name);
      expect((await standing(page)).count).toBe(before.count);
    }),
  );
  await hangUp(caller, callee);
});
