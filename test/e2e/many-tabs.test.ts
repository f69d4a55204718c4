/** Several tabs of one browser: one is heard, and what lies in a hidden one hasn't been seen. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenBrowser } from '../helpers/browsers.ts';
import { dial, hangUp } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { chatOf, createPair, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { textOf } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const browsers = useBrowsers({ chromium: {}, firefox: { engine: 'firefox' } });

let server: Server;
let annas: Client;
let bens: Client;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  const [anna, ben] = await createPair(server);
  [annas, bens] = [await signInClient(server, anna), await signInClient(server, ben)];
  chat = await chatOf(annas, ben);
});
afterAll(async () => {
  await server.remove();
});

declare global {
  interface Window {
    /** Announcements of messages that this tab is done with, heard here or not. */
    announced: number;
    /** Tones that were played here. */
    tones: number;
  }
}

/** Counts what a tab does about the tone of a message. Runs in the page, before anything else. */
function watchTones(): void {
  window.announced = 0;
  window.tones = 0;
  const { request } = LockManager.prototype;
  LockManager.prototype.request = async function (this: LockManager, ...args: Parameters<typeof request>) {
    try {
      return await request.apply(this, args);
    } finally {
      if (args[0] === 'porchlight.message') window.announced += 1;
    }
  } as typeof request;
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = async function (this: HTMLMediaElement) {
    await play.call(this);
    if (this.src.endsWith('/message.mp3')) window.tones += 1;
  };
}

/** Ben's tabs in one browser, each used once; the last one lies in front. */
async function openTabs<const Paths extends string[]>(browser: OpenBrowser, ...paths: Paths) {
  const first = await browser.newPage();
  await visit(first, bens, '/chats');
  const open = async (path: string): Promise<Page> => {
    const tab = await first.browserContext().newPage();
    await tab.evaluateOnNewDocument(watchTones);
    await tab.bringToFront();
    await tab.goto(`${server.origin}${path}`);
    // As one that was used and heard before: no other tab may play anything, hidden ones least of all.
    await tab.evaluate(() => new Audio('/static/sounds/ringback.mp3').play());
    return tab;
  };
  const tabs: Page[] = [];
  for (const path of paths) tabs.push(await open(path));
  await first.close();
  return tabs;
}

/** Chromium gives the process of a hidden tab less of a busy machine than anything else of it. */
const HIDDEN_MS = 60_000;

/** By the text itself: for a hidden tab Chromium makes no accessibility tree, and never answers who asks for it. */
const written = (tab: Page, text: RegExp) => eventually(`${text}`, async () => text.test(await textOf(tab)));

test.for([
  'Chromium',
  'Firefox',
])('what comes into a hidden tab of %s is seen when that is looked at', async (name) => {
  const [chatTab, settings] = await openTabs(
    name === 'Chromium' ? browsers.chromium : browsers.firefox,
    chat,
    '/settings',
  );
  if (!chatTab || !settings) throw new Error('no tabs');
  await eventually('a hidden tab', () => chatTab.evaluate(() => document.visibilityState === 'hidden'));
  await annas.submit(chat, 'Send', { Message: `Are you looking, ${name}?` });
  const sign = (tab: Page) =>
    tab.evaluate(() => [document.title, document.querySelector<HTMLLinkElement>('link[rel=icon]')?.href]);
  const signed = (tab: Page) =>
    eventually('the number in the title', async () => {
      const [title, icon] = await sign(tab);
      return /^\(1\) /.test(title ?? '') && icon?.endsWith('/favicon-news.svg');
    });
  for (const tab of [chatTab, settings]) await signed(tab);
  await written(chatTab, RegExp(`looking, ${name}`));
  // Asked of the page behind everything that it has set going.
  const seen = async () => (await annas.get(chat)).body.includes('>Seen<');
  expect(await seen()).toBe(false);
  // By the page itself: who steers Chromium isn't always told that a hidden tab has loaded.
  const before = await chatTab.evaluate(() => performance.timeOrigin);
  await chatTab.evaluate(() => void setTimeout(() => location.reload()));
  await eventually(
    'another document',
    () => chatTab.evaluate((before) => performance.timeOrigin !== before, before),
    HIDDEN_MS,
  );
  await written(chatTab, RegExp(`looking, ${name}`));
  await signed(chatTab);
  expect(await seen()).toBe(false);

  await chatTab.bringToFront();
  await eventually('it to be seen', seen);
  for (const tab of [chatTab, settings])
    await eventually('no number in the title', async () => {
      const [title, icon] = await sign(tab);
      return !/^\(/.test(title ?? '(') && icon?.endsWith('/favicon.svg');
    });
});

const rings = (tab: Page) =>
  tab.evaluate(() =>
    [...document.querySelectorAll<HTMLAudioElement>('.ring audio')].some(({ paused }) => !paused),
  );
const isRung = (tab: Page) => tab.evaluate(() => document.querySelector('.ring audio') !== null);

test('a call is heard in one tab, and in the next one when that is closed', async () => {
  let tabs = await openTabs(browsers.chromium, '/settings', '/friends', '/chats');
  const caller = await browsers.chromium.newPage();
  await visit(caller, annas, chat);
  await dial(caller, 'voice');
  while (tabs.length > 0) {
    for (const tab of tabs) await eventually('the ring', () => isRung(tab));
    const loud = await eventually('one that rings, and the others to wait for their turn', async () => {
      const all = await Promise.all(tabs.map(rings));
      const waiting = await tabs[0]?.evaluate(async () => (await navigator.locks.query()).pending?.length);
      return all.filter(Boolean).length === 1 && waiting === tabs.length - 1 && tabs[all.indexOf(true)];
    });
    tabs = tabs.filter((tab) => tab !== loud);
    if (tabs.length > 0) await loud.close();
    else {
      await hangUp(caller);
      await eventually('silence', async () => !(await isRung(loud)));
    }
  }
});

const sum = async (tabs: Page[], name: 'announced' | 'tones') => {
  const all = await Promise.all(tabs.map((tab) => tab.evaluate((name) => window[name], name)));
  return all.reduce((sum, count) => sum + count, 0);
};

test.for([
  'Chromium',
  'Firefox',
])('a message is heard in one tab of %s, and in none while its chat is looked at', async (name) => {
  const browser = name === 'Chromium' ? browsers.chromium : browsers.firefox;
  const tabs = await openTabs(browser, chat, '/settings', '/friends');
  const [chatTab] = tabs;
  if (!chatTab) throw new Error('no tabs');
  await eventually('a hidden chat', () => chatTab.evaluate(() => document.visibilityState === 'hidden'));
  await annas.submit(chat, 'Send', { Message: 'One tone' });
  await eventually('all tabs to have had their turn', async () => (await sum(tabs, 'announced')) === 3);
  expect(await sum(tabs, 'tones')).toBe(1);

  await chatTab.bringToFront();
  await eventually('the chat to be looked at', () =>
    chatTab.evaluate(async () => {
      const { held = [] } = await navigator.locks.query();
      return held.some(({ name }) => name?.startsWith('porchlight.looked-at.'));
    }),
  );
  await eventually('another tone to be due', () =>
    chatTab.evaluate(async () => {
      const { held = [] } = await navigator.locks.query();
      return held.every(({ name }) => name !== 'porchlight.heard');
    }),
  );
  await annas.submit(chat, 'Send', { Message: 'No tone' });
  await eventually('all tabs to have had their turn', async () => (await sum(tabs, 'announced')) === 6);
  expect(await sum(tabs, 'tones')).toBe(1);
});
