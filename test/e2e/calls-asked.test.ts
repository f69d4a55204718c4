/** Calls begin by a press on one of our own pages: not by an address that somebody else has put together, or by an old one. */
import { once } from 'node:events';
import { createServer, type Server as Site } from 'node:http';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type CallingSocket, openCallingSocket } from '../helpers/calling-socket.ts';
import { accept, connected, dial, hangUp, says } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { takeSmallPictures } from '../helpers/media.ts';
import { befriend, chatOf, createPair, createPerson, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, findAll, follow, textOf, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const browsers = useBrowsers({ chromium: { shell: true, frameRate: 5 } });

let server: Server;
let site: Site;
let anna: Client;
let ben: Client;
let cleo: Client;
let chat: string;
/** Somebody's who rings at Ben without a page. */
let calling: CallingSocket | undefined;
let bensChatWithCleo: string;

beforeAll(async () => {
  server = await startServer();
  // Somebody else's: another host, with a link to wherever its own address says.
  site = createServer(({ url }, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Photos</title><a href="${server.origin}${url}">Our photos</a>`);
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const [one, other] = await createPair(server);
  const third = await createPerson(server, 'cleo', 'Cleo');
  await befriend(server, other, third);
  [anna, ben, cleo] = [
    await signInClient(server, one),
    await signInClient(server, other),
    await signInClient(server, third),
  ];
  chat = await chatOf(anna, other);
  bensChatWithCleo = await chatOf(cleo, other);
});
afterEach(async () => {
  await calling?.hangUp();
  calling?.close();
  calling = undefined;
});
afterAll(async () => {
  site.closeAllConnections();
  site.close();
  await server.remove();
});

/** A page at home with somebody that counts, in this tab, how often it was asked for camera and microphone. */
const open = async (client: Client, path: string): Promise<Page> => {
  const page = await browsers.chromium.newPage({ width: 800, height: 600 });
  await takeSmallPictures(page);
  await page.evaluateOnNewDocument(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices?.getUserMedia.bind(mediaDevices);
    if (!ask) return;
    mediaDevices.getUserMedia = (wanted) => {
      sessionStorage.setItem('asked', `${Number(sessionStorage.getItem('asked')) + 1}`);
      return ask(wanted);
    };
  });
  await visit(page, client, path);
  return page;
};

const keepBenBusy = async () => {
  calling = await openCallingSocket(cleo);
  calling.ring(bensChatWithCleo);
  await calling.hears('ringing');
};

const timesAsked = (page: Page) => page.evaluate(() => Number(sessionStorage.getItem('asked')));

const pathOf = (page: Page) => new URL(page.url()).pathname;

/** How many calls Anna's and Ben's chat has seen. */
const calls = async () => new Set((await anna.get(chat)).body.match(/\/calls\/[\w-]{22}/g)).size;

/** Comes from somebody else's site. */
const lure = async (page: Page, path: string) => {
  const address = site.address();
  if (typeof address !== 'object' || !address) throw new Error('the site has no port');
  await page.goto(`http://127.0.0.1:${address.port}${path}`);
  await follow(page, 'link', 'Our photos');
};

test('another site’s link neither calls nor answers, and asks for no device', async () => {
  const caller = await open(anna, '/chats');
  await lure(caller, `${chat}/call?media=video&press=guessed`);
  await waitForText(caller, 'main', undefined, /Call Ben by video\? Your camera and microphone stay off/);
  await find(caller, 'button', 'Call');
  expect([await timesAsked(caller), await calls()]).toEqual([0, 0]);
  await click(caller, 'button', 'Call');
  await says(caller, /Ringing…/);

  const callee = await open(ben, '/chats');
  await lure(callee, pathOf(caller));
  await waitForText(callee, 'main', undefined, /Anna is calling you by video/);
  await find(callee, 'button', 'Answer');
  expect(await timesAsked(callee)).toBe(0);
  await says(caller, /Ringing…/);
  await click(callee, 'button', 'Answer');
  await connected(caller, callee);

  // Nor does it lead back into a call that this tab has just left.
  await callee.goto(`${server.origin}/chats`);
  const before = await timesAsked(callee);
  await lure(callee, pathOf(caller));
  await find(callee, 'button', 'Return to call');
  expect(await timesAsked(callee)).toBe(before);
  await says(caller, /Reconnecting…/);
  await click(callee, 'button', 'Return to call');
  await connected(caller, callee);
  await hangUp(caller, callee);
});

test('the ring’s own Accept answers on a page that asks', async () => {
  calling = await openCallingSocket(anna);
  calling.ring(chat);
  const { call } = await calling.hears('ringing');
  const callee = await open(ben, `/calls/${call}`);
  await find(callee, 'button', 'Answer');
  await click(callee, 'link', 'Accept');
  await calling.hears('accepted');
  expect(await findAll(callee, 'button', 'Answer')).toEqual([]);
  await click(callee, 'button', 'Hang up');
  await says(callee, /Call ended/);
});

test('an address calls once: not again when the page is loaded again, or by Back', async () => {
  await keepBenBusy();
  const before = await calls();
  const page = await open(anna, chat);
  await follow(page, 'link', 'Video call');
  await waitForText(page, 'main', undefined, /Ben is in another call\./);
  expect(pathOf(page)).toMatch(/^\/calls\/[\w-]{22}$/);
  const asked = await timesAsked(page);
  const isQuiet = async () => {
    await waitForText(page, 'heading', undefined, /^Video call with Ben$/);
    expect([await calls(), await timesAsked(page)]).toEqual([before + 1, asked]);
  };
  await page.reload();
  await isQuiet();
  await page.goBack();
  await page.goForward();
  await isQuiet();
});

test('why a call has ended is said aloud, in a line that was there before', async () => {
  await keepBenBusy();
  const page = await open(anna, `${chat}/call?media=voice`);
  /** What a screen reader is given, from Chromium's own tree. */
  const alerts = async () => {
    const tree = await page.accessibility.snapshot({ interestingOnly: false });
    const found: { live: unknown; text: string }[] = [];
    const textIn = (node: typeof tree): string =>
      node?.role === 'StaticText' ? (node.name ?? '') : (node?.children ?? []).map(textIn).join('');
    const walk = (node: NonNullable<typeof tree>) => {
      if (node.role === 'alert') found.push({ live: Reflect.get(node, 'live'), text: textIn(node) });
      for (const child of node.children ?? []) walk(child);
    };
    if (tree) walk(tree);
    return found;
  };
  await find(page, 'button', 'Call');
  expect(await alerts()).toEqual([{ live: 'assertive', text: '' }]);
  const line = await find(page, 'alert');
  await click(page, 'button', 'Call');
  await says(page, /Call ended/);
  expect(await alerts()).toEqual([{ live: 'assertive', text: 'Ben is in another call.' }]);
  expect(await line.evaluate((node) => node.isConnected)).toBe(true);
});

test('a link opens its call in a tab of its own, and that tab’s address not in a third', async () => {
  const page = await open(anna, chat);
  await (await find(page, 'link', 'Voice call')).click({ button: 'middle' });
  const tab = await eventually('the tab', async () =>
    (await page.browserContext().pages()).find((one) => one !== page),
  );
  await tab.bringToFront();
  await says(tab, /Ringing…/);
  const used = await page.$eval('a[href*="press="]', (link) =>
    link instanceof HTMLAnchorElement ? link.href : '',
  );
  await hangUp(tab);
  await tab.goto(used);
  await find(tab, 'button', 'Call');
  expect(new URL(tab.url()).searchParams.has('press')).toBe(false);
});

test('a screen that is chosen after the call has ended is shown to nobody, in no later call either', async () => {
  const mine = await open(anna, chat);
  const theirs = await open(ben, chat);
  await dial(mine, 'voice');
  await accept(theirs);
  await connected(mine, theirs);
  // A picker that is answered when the test says so.
  await mine.evaluate(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getDisplayMedia.bind(mediaDevices);
    mediaDevices.getDisplayMedia = async (wanted) => {
      const stream = await ask(wanted);
      await new Promise<void>((resolve) => {
        Reflect.set(window, 'choose', resolve);
      });
      Reflect.set(window, 'chosen', stream);
      return stream;
    };
  });
  await click(mine, 'button', 'Share screen');
  await eventually('the picker', () => mine.evaluate(() => Reflect.has(window, 'choose')));
  await hangUp(theirs, mine);
  // They call back, and it is taken on the page that still has its picker open.
  await follow(theirs, 'link', 'Call again');
  await click(mine, 'link', 'Accept');
  await connected(mine, theirs);
  await mine.evaluate(() => Reflect.get(window, 'choose')());
  const states = () =>
    mine.evaluate(() =>
      Reflect.get(window, 'chosen')
        ?.getTracks()
        .map((track: MediaStreamTrack) => track.readyState),
    );
  await eventually('the screen to be let go', async () =>
    (await states())?.every((state: string) => state === 'ended'),
  );
  const button = await find(mine, 'button', 'Share screen');
  expect(await button.evaluate((node) => node.ariaPressed)).toBe('false');
  expect(await findAll(theirs, 'group', "Anna's screen")).toEqual([]);
  expect(await textOf(mine)).not.toContain('could not be shared');
  await hangUp(mine, theirs);
});
