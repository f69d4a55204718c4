/** A chat between two people in two browsers, live. */
import type { ElementHandle, HTTPRequest, Page } from 'puppeteer-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Client } from '../helpers/client.ts';
import { WAYS_OUT } from '../helpers/closing.ts';
import { covered, unreachable } from '../helpers/hit.ts';
import { outboxLoaded } from '../helpers/outbox.ts';
import { arrive, chatOf, createPair, type Person, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, fill, find, findAll, follow, gone, textOf, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const browsers = useBrowsers({ chromium: { shell: true }, firefox: { engine: 'firefox' } });

let server: Server;
let anna: Person;
let ben: Person;
let annas: Client;
let bens: Client;
let chat: string;
/** Anna in Chromium, Ben in Firefox, both with the chat open, each time anew. */
let annaPage: Page;
let benPage: Page;

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  [annas, bens] = [await signInClient(server, anna), await signInClient(server, ben)];
  chat = await chatOf(annas, ben);
});

beforeEach(async () => {
  annaPage = await browsers.chromium.newPage();
  benPage = await browsers.firefox.newPage({ width: 360, height: 740 });
  await visit(annaPage, annas, chat);
  await visit(benPage, bens, chat);
});

afterAll(async () => {
  await server.remove();
});

const log = (page: Page, text: RegExp) => waitForText(page, 'log', 'Messages', text);
const boxText = async (page: Page) =>
  (await find(page, 'textbox', 'Message')).evaluate((box) =>
    box instanceof HTMLTextAreaElement ? box.value : undefined,
  );

test('Enter sends, Shift+Enter is a new line, and the other side sees it at once', async () => {
  await fill(annaPage, 'Message', 'Soup is ready');
  await annaPage.keyboard.down('Shift');
  await annaPage.keyboard.press('Enter');
  await annaPage.keyboard.up('Shift');
  await annaPage.keyboard.type('Come over! 🍲');
  await annaPage.keyboard.press('Enter');
  await log(benPage, /Soup is ready\nCome over! 🍲/);
  await log(annaPage, /Soup is ready\nCome over! 🍲/);
  await eventually('the box to be empty', async () => (await boxText(annaPage)) === '');
  expect(await annaPage.evaluate(() => document.activeElement?.id)).toBe('body');
});

/** Pretends that a page's browser knows no `field-sizing`, and says how high its box is with so many lines. */
const heightOf = async (page: Page, lines: number): Promise<number> => {
  await fill(page, 'Message', 'x');
  for (let line = 1; line < lines; line++) {
    await page.keyboard.down('Shift');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Shift');
    await page.keyboard.type('x');
  }
  const box = await find(page, 'textbox', 'Message');
  return box.evaluate((node) => node.getBoundingClientRect().height);
};

test.each(['Chromium', 'Firefox'])('the box of %s grows with its text, also by script', async (name) => {
  const page = await (name === 'Chromium' ? browsers.chromium : browsers.firefox).newPage();
  await visit(page, name === 'Chromium' ? annas : bens, chat);
  const known = [await heightOf(page, 1), await heightOf(page, 4)];
  await page.evaluateOnNewDocument(() => {
    CSS.supports = () => false;
  });
  await page.reload();
  const box = await find(page, 'textbox', 'Message');
  await box.evaluate(
    (node) => node instanceof HTMLElement && node.style.setProperty('field-sizing', 'fixed'),
  );
  const scripted = [await heightOf(page, 1), await heightOf(page, 4)];
  for (const [one = 0, four = 0] of [known, scripted]) expect(four).toBeGreaterThan(one + 50);
  expect(Math.abs((scripted[1] ?? 0) - (known[1] ?? 0))).toBeLessThan(3);
  // What was typed is there after a reload, at its height.
  await page.reload();
  const again = await find(page, 'textbox', 'Message');
  expect(await again.evaluate((node) => node.getBoundingClientRect().height)).toBeCloseTo(
    scripted[1] ?? 0,
    0,
  );
  await click(page, 'button', 'Send');
  await eventually('a low box', async () => {
    const height = await again.evaluate((node) => node.getBoundingClientRect().height);
    return Math.abs(height - (scripted[0] ?? 0)) < 3;
  });
});

test('on a touch keyboard Enter is a new line, and the button sends', async () => {
  const page = await browsers.chromium.newPage();
  await page.setViewport({ width: 360, height: 740, isMobile: true, hasTouch: true });
  await visit(page, annas, chat);
  await fill(page, 'Message', 'First this');
  await page.keyboard.press('Enter');
  await page.keyboard.type('then that');
  expect(await boxText(page)).toBe('First this\nthen that');
  await click(page, 'button', 'Send');
  await log(benPage, /First this\nthen that/);

  // A finger that stays asks for the menu, which stays when it is lifted and goes at a touch beside it.
  await bens.submit(chat, 'Send', { Message: 'Copy this' });
  await log(page, /Copy this/);
  await page.waitForSelector('.message:last-child > .more');
  const bubble = await page.waitForSelector('.message:last-child .bubble');
  await bubble?.tap();
  await page.waitForSelector('[data-ready]');
  const { x, y } = (await bubble?.clickablePoint()) ?? { x: 0, y: 0 };
  const finger = await page.touchscreen.touchStart(x, y);
  await find(page, 'menu', 'Message options');
  await finger.end();
  expect(await findAll(page, 'menuitem')).toHaveLength(1);
  // What lies below that touch isn't meant.
  const beside = await (await find(page, 'link', 'Back to chats')).clickablePoint();
  await page.touchscreen.tap(beside.x, beside.y);
  await gone(page, 'menu');
  const again = await page.touchscreen.touchStart(x, y);
  await find(page, 'menuitem', 'Copy');
  await again.end();
  await page.browserContext().overridePermissions(server.origin, ['clipboard-read', 'clipboard-write']);
  await (await find(page, 'menuitem', 'Copy')).tap();
  await gone(page, 'menu');
  await page.bringToFront();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('Copy this');

  // Held sideways, its keyboard leaves 170 px: what is written, and what it answers.
  await page.setViewport({ width: 740, height: 170, isMobile: true, hasTouch: true });
  const box = await find(page, 'textbox', 'Message');
  await box.focus();
  const overMessage = () => covered(page, '#messages > .message:last-child > .bubble');
  await eventually(
    'the message to be seen whole',
    async () => (await overMessage()).length === 0,
    undefined,
    overMessage,
  );
  const { y: top, height } = (await box.boundingBox()) ?? { y: Number.NaN, height: Number.NaN };
  expect(top + height).toBeLessThanOrEqual(170);
  expect(await unreachable(page)).toEqual([]);
});

test('a message stands there once on every page, with its day above', async () => {
  await fill(benPage, 'Message', 'On my way');
  await click(benPage, 'button', 'Send');
  await log(annaPage, /On my way/);
  await log(benPage, /On my way/);
  for (const page of [annaPage, benPage]) {
    const text = await log(page, /On my way/);
    expect(text.match(/On my way/g)).toHaveLength(1);
    expect(text.match(/Today/g)).toHaveLength(1);
  }
});

test('whoever writes is seen to be writing, and whose message was read learns it', async () => {
  await fill(annaPage, 'Message', 'I am typing this');
  await eventually('Anna to be typing', async () => (await textOf(benPage)).includes('Anna is typing'));
  await annaPage.keyboard.press('Enter');
  await log(annaPage, /I am typing this[\s\S]*Seen/);
});

test('a changed message changes in both pages, a deleted one leaves a mark', async () => {
  await fill(annaPage, 'Message', 'See you at tree');
  await annaPage.keyboard.press('Enter');
  await log(benPage, /See you at tree/);
  // The script of the menu comes with the first touch; without it, the same is on a page.
  await (await find(annaPage, 'log', 'Messages')).hover();
  await annaPage.waitForSelector('[data-ready]');
  const more = await annaPage.waitForSelector('.message:last-child > .more');
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim());
  const bubble = await annaPage.waitForSelector('.message:last-child .bubble');
  await bubble?.click({ button: 'right' });
  await find(annaPage, 'menu', 'Message options');
  expect(await focused(annaPage)).toBe('Edit');
  await annaPage.keyboard.press('ArrowDown');
  expect(await focused(annaPage)).toBe('Copy');
  await annaPage.keyboard.press('ArrowDown');
  expect(await focused(annaPage)).toBe('Delete');
  await annaPage.keyboard.press('Escape');
  await gone(annaPage, 'menu');
  expect(await more?.evaluate((link) => link === document.activeElement)).toBe(true);
  // A press beside it closes it, and does nothing else.
  await annaPage.keyboard.press('Enter');
  await find(annaPage, 'menu', 'Message options');
  await click(annaPage, 'link', 'Settings');
  await gone(annaPage, 'menu');
  expect(await more?.evaluate((link) => link === document.activeElement)).toBe(true);
  const choose = async (item: string) => {
    await annaPage.keyboard.press('Enter');
    await click(annaPage, 'menuitem', item);
  };
  for (const [way, leave] of WAYS_OUT) {
    await choose('Edit');
    await find(annaPage, 'textbox', 'Edit message');
    await leave(annaPage);
    await gone(annaPage, 'textbox', 'Edit message');
    await eventually(`the control after ${way}`, async () => (await focused(annaPage)) === 'Options');
  }
  await choose('Edit');
  await fill(annaPage, 'Edit message', 'See you at three');
  // What was written isn't lost by a tap.
  for (const [way, leave] of WAYS_OUT) if (way !== 'Escape') await leave(annaPage);
  await click(annaPage, 'button', 'Save');
  await log(benPage, /See you at three[\s\S]*edited/);

  // What was changed has the focus back, so the keyboard goes on from there.
  await eventually('the control again', async () => (await focused(annaPage)) === 'Options');
  const cancel = (page: Page) => click(page, 'link', 'Cancel');
  for (const [way, leave] of [...WAYS_OUT, ['Cancel', cancel] as const]) {
    await choose('Delete');
    await find(annaPage, 'group', 'Delete this message for everyone?');
    await leave(annaPage);
    await gone(annaPage, 'group', 'Delete this message for everyone?');
    await log(annaPage, /See you at three/);
    await eventually(`the control after ${way}`, async () => (await focused(annaPage)) === 'Options');
  }
  await choose('Delete');
  await click(annaPage, 'button', 'Delete message');
  await log(benPage, /Message deleted/);
  expect(await textOf(benPage)).not.toContain('See you at three');
});

test('a link can be followed and a script can not', async () => {
  await fill(
    annaPage,
    'Message',
    'https://example.org/a?b=1 javascript:alert(1) <img src=x onerror=alert(1)>',
  );
  await annaPage.keyboard.press('Enter');
  const link = await find(benPage, 'link', 'https://example.org/a?b=1');
  expect(await link.evaluate((node) => node.getAttribute('href'))).toBe('https://example.org/a?b=1');
  await log(benPage, /javascript:alert\(1\) <img src=x onerror=alert\(1\)>/);
  expect(await benPage.$$('img[src="x"], a[href^="javascript"]')).toEqual([]);
});

test('a text that is too long stays in the box, with a sentence', async () => {
  const long = 'x'.repeat(10_001);
  const box = await find(annaPage, 'textbox', 'Message');
  await box.evaluate((node, text) => {
    if (node instanceof HTMLTextAreaElement) node.value = text;
  }, long);
  await click(annaPage, 'button', 'Send');
  await waitForText(annaPage, 'alert', undefined, /10,000 characters at most/);
  expect(await boxText(annaPage)).toBe(long);
  await fill(annaPage, 'Message', 'Short');
  await annaPage.keyboard.press('Enter');
  await log(annaPage, /Short/);
  await eventually('the sentence to go', async () => !(await textOf(annaPage)).includes('10,000'));
});

test('elsewhere the number of unread chats comes by itself, and goes when they are read', async () => {
  await annas.submit(chat, 'Send', { Message: 'Read already' });
  // Seen is more than shown: what isn't read is counted.
  await log(annaPage, /Read already[\s\S]*Seen/);
  await benPage.goto(`${server.origin}/settings`);
  await annas.submit(chat, 'Send', { Message: 'Are you there?' });
  await eventually('the badge', async () => (await textOf(benPage)).match(/Chats\s*1/));
  await benPage.goto(`${server.origin}/chats`);
  await annas.submit(chat, 'Send', { Message: 'Hello?' });
  await eventually('the line', async () => (await textOf(benPage)).includes('Hello?'));
  await follow(benPage, 'link', 'Anna 2 unread');
  await log(benPage, /New since you were here/);
  await eventually('no badge', async () => !(await textOf(benPage)).match(/Chats\s*\d/));
});

test.for([
  'Chromium',
  'Firefox',
])('what was seen counts as read, however soon %s leaves the chat', async (name) => {
  const [page, sender, text] =
    name === 'Chromium' ? [annaPage, bens, 'Read this'] : [benPage, annas, 'And this'];
  await page.goto(`${server.origin}${chat}`);
  await page.evaluate((text) => {
    document.addEventListener('htmx:before:request', ({ detail }) => {
      if (detail.ctx.sourceElement.id !== 'read-mark' || !document.body.innerText.includes(text)) return;
      setTimeout(() => location.assign('/settings'));
    });
  }, text);
  await sender.submit(chat, 'Send', { Message: `${text} and go.` });
  await eventually('the settings', () => page.url().endsWith('/settings'));
  await eventually('the mark', async () => (await sender.get(chat)).body.includes('Seen'));
});

test('history comes while one scrolls up, and what is on the screen stays where it is', async () => {
  for (let n = 1; n <= 90; n++) await bens.submit(chat, 'Send', { Message: `line ${n}.` });
  await eventually('all of them to be seen', async () => (await bens.get(chat)).body.includes('Seen'));
  await annaPage.reload();
  await log(annaPage, /line 90\./);
  expect(await textOf(annaPage)).not.toContain('line 20.');
  const scroller = await find(annaPage, 'log', 'Messages');
  const moved = await scroller.evaluate(async (node) => {
    const rows = [...node.querySelectorAll('li.message')];
    const first = rows[0];
    if (!first) return undefined;
    const settled = new Promise<void>((resolve) => {
      new MutationObserver((_, observer) => {
        if (node.querySelectorAll('li.message').length <= rows.length) return;
        observer.disconnect();
        // Two frames: one lays out, the next has been painted.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }).observe(node, { childList: true, subtree: true });
    });
    node.scrollTop = -node.scrollHeight;
    first.scrollIntoView({ block: 'center' });
    const before = first.getBoundingClientRect().top;
    node.scrollTop -= before;
    const start = first.getBoundingClientRect().top;
    await settled;
    return Math.abs(first.getBoundingClientRect().top - start);
  });
  expect(moved).toBeLessThan(3);
  await eventually('older lines', async () => (await textOf(annaPage)).includes('line 20.'));

  // What comes below meanwhile moves nothing either, and is said: that alone, as the rest was read.
  const topOf = (text: string) =>
    annaPage.evaluate(
      (wanted) =>
        [...document.querySelectorAll('#messages .text')]
          .find((line) => line.textContent === wanted)
          ?.getBoundingClientRect().top ?? Number.NaN,
      text,
    );
  const before = await topOf('line 45.');
  await bens.submit(chat, 'Send', { Message: 'Below all that' });
  await waitForText(annaPage, 'button', undefined, /↓\s1 new/);
  expect(Math.abs((await topOf('line 45.')) - before)).toBeLessThan(3);
  await click(annaPage, 'button', '1 new');
  await gone(annaPage, 'button', '1 new');
  await eventually('it to be seen', async () => (await bens.get(chat)).body.includes('Seen'));
});

test('what comes while the script that counts it is on its way is counted', async () => {
  await annaPage.goto(`${server.origin}${chat}`);
  await log(annaPage, /line 90\./);
  let pass: (() => void) | undefined;
  await annaPage.setRequestInterception(true);
  annaPage.on('request', (request) => {
    if (!/scrolled/.test(request.url())) void request.continue();
    else pass = () => void request.continue();
  });
  const scroller = await find(annaPage, 'log', 'Messages');
  await scroller.evaluate((node) => node.scrollTo(0, -node.scrollHeight / 2));
  const go = await eventually('the script to be asked for', () => pass);
  await bens.submit(chat, 'Send', { Message: 'Before anybody counts' });
  await log(annaPage, /Before anybody counts/);
  go();
  await waitForText(annaPage, 'button', undefined, /↓\s1 new/);
  annaPage.removeAllListeners('request');
  await annaPage.setRequestInterception(false);
});

/** The line above what is new: its distance from the top of the window, and how high that is. */
const newLine = (page: Page) =>
  page.evaluate(() => {
    const line = document.querySelector('.new-line');
    return { top: line?.getBoundingClientRect().top ?? Number.NaN, height: innerHeight };
  });

test('a chat opens at what is new, says how much is below, and leads there', async () => {
  await annaPage.setViewport({ width: 360, height: 740 });
  await annaPage.goto(`${server.origin}/chats`);
  for (let n = 1; n <= 14; n++)
    await bens.submit(chat, 'Send', { Message: `news ${n}\nwhich goes on\nand on for a while` });
  await find(annaPage, 'link', 'Ben 14 unread');
  // A phone's list has room for what was written, because the time stands beside the name.
  const list = await annaPage.evaluate(() => {
    const rect = (selector: string) =>
      document.querySelector(`.chat-line ${selector}`)?.getBoundingClientRect().toJSON();
    return { time: rect('time'), name: rect('.cover'), preview: rect('.preview') };
  });
  expect(list.time?.top).toBeLessThan(list.name?.bottom ?? 0);
  expect(list.time?.bottom).toBeLessThanOrEqual((list.preview?.top ?? 0) + 1);
  expect(list.preview?.width).toBeGreaterThan(200);

  await follow(annaPage, 'link', 'Ben 14 unread');
  const said = await waitForText(annaPage, 'button', undefined, /↓\s\d+ new/);
  const { top, height } = await newLine(annaPage);
  expect(top).toBeGreaterThan(0);
  expect(top).toBeLessThan(height / 3);
  const below = Number(/\d+/.exec(said)?.[0]);
  expect(below).toBeLessThan(14);
  // What comes meanwhile is counted, and moves nothing.
  await bens.submit(chat, 'Send', { Message: 'And one more' });
  await waitForText(annaPage, 'button', undefined, new RegExp(`↓\\s${below + 1} new`));
  expect(Math.abs((await newLine(annaPage)).top - top)).toBeLessThan(2);
  // Whoever leaves now finds the rest next time, whatever the address says.
  await annaPage.goto(`${server.origin}/chats`);
  await find(annaPage, 'link', `Ben ${below + 1} unread`);
  await annaPage.goto(server.origin + chat);
  const again = await waitForText(annaPage, 'button', undefined, /↓\s\d+ new/);
  expect((await newLine(annaPage)).top).toBeGreaterThan(0);
  expect((await newLine(annaPage)).top).toBeLessThan(height / 3);
  await click(annaPage, 'button', again.replace(/^↓\s/, ''));
  await gone(annaPage, 'button', again.replace(/^↓\s/, ''));
  await eventually('it to be read', async () => (await bens.get(chat)).body.includes('Seen'));
  expect((await newLine(annaPage)).top).toBeLessThan(0);
});

test('on a wide screen the list stands beside the chat and follows it, and one types at once', async () => {
  const page = await browsers.chromium.newPage({ width: 1440, height: 900 });
  await visit(page, annas, '/chats');
  await follow(page, 'link', 'Ben');
  const [list, main] = [await find(page, 'complementary', 'Chats'), await find(page, 'main')];
  const [left, right] = [await list.boundingBox(), await main.boundingBox()];
  expect((left?.x ?? 0) + (left?.width ?? 0)).toBeLessThanOrEqual(right?.x ?? 0);
  // The browser goes to what is new when it first shows the page.
  await eventually('the box to have the focus', () =>
    page.evaluate(() => document.activeElement?.id === 'body'),
  );
  await page.keyboard.type('Typed at once');
  expect(await boxText(page)).toBe('Typed at once');
  for (const text of ['First of two', 'Second of two']) {
    await bens.submit(chat, 'Send', { Message: text });
    await waitForText(page, 'complementary', 'Chats', new RegExp(text));
  }
  await find(list, 'link', 'Ben');
  await page.setViewport({ width: 820, height: 1180 });
  await gone(page, 'complementary', 'Chats');
});

test('a chat is printed whole, page after page', async () => {
  const lines = Array.from({ length: 90 }, (_, n) => `printed ${n + 1}.`);
  await annas.submit(chat, 'Send', { Message: lines.join('\n') });
  await log(annaPage, /printed 90\./);
  const paper = Buffer.from(await annaPage.pdf({ format: 'A6' })).toString('latin1');
  expect(paper.match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(3);
});

test('a page that lost its connection is brought up to date when it comes back, and sends what it was given', async () => {
  await fill(annaPage, 'Message', 'Will not go');
  await outboxLoaded(annaPage);
  await annaPage.setOfflineMode(true);
  await bens.submit(chat, 'Send', { Message: 'Written meanwhile' });
  await annaPage.keyboard.press('Enter');
  expect(await boxText(annaPage)).toBe('');
  await annaPage.keyboard.type('Nor will this');
  await annaPage.keyboard.press('Enter');
  await waitForText(annaPage, 'alert', undefined, /Not sent\. The server can't be reached/);
  await find(annaPage, 'button', 'Retry');
  const edits = async () => (await findAll(annaPage, 'button', 'Edit')).length;
  await eventually('both to be offered for a change', async () => (await edits()) === 2);
  await click(annaPage, 'button', 'Edit');
  expect(await boxText(annaPage)).toBe('Will not go');
  expect(await annaPage.evaluate(() => document.activeElement?.id)).toBe('body');
  // The box remembers of one text alone that it may have arrived.
  expect(await edits()).toBe(0);
  await annaPage.keyboard.type(' yet');
  await annaPage.keyboard.press('Enter');
  expect(await boxText(annaPage)).toBe('');
  await eventually('both to be offered again', async () => (await edits()) === 2);
  await annaPage.setOfflineMode(false);
  await log(annaPage, /Written meanwhile/);
  const text = await log(benPage, /Nor will this[\s\S]*Will not go yet/);
  expect(text.match(/Will not go/g)).toHaveLength(1);
  await gone(annaPage, 'button', 'Retry');
});

test('once the row of what could not go out has come by the live socket, nothing says that the next is not sent', async () => {
  const sends: HTTPRequest[] = [];
  let isCut = true;
  await annaPage.setRequestInterception(true);
  annaPage.on('request', (request) => {
    if (request.method() !== 'POST' || !request.url().endsWith(chat)) return void request.continue();
    sends.push(request);
    if (isCut) void request.abort('connectionrefused');
  });
  await fill(annaPage, 'Message', 'By the socket');
  await annaPage.keyboard.press('Enter');
  await waitForText(annaPage, 'alert', undefined, /Not sent\. The server can't be reached/);
  isCut = false;
  // It had reached the server all the same.
  const form = new URLSearchParams(sends.at(-1)?.postData());
  form.set('_csrf', /name="_csrf" value="([^"]*)"/.exec((await annas.get('/settings')).body)?.[1] ?? '');
  expect((await annas.post(chat, form)).status).toBe(200);
  await eventually('its bubble to be a row', async () => (await annaPage.$$('.pending')).length === 0);
  await fill(annaPage, 'Message', 'And the next');
  await annaPage.keyboard.press('Enter');
  // Its time is set by what also sets what is said of it, and its answer is still held back.
  await annaPage.waitForSelector('.pending time[datetime]');
  expect(await annaPage.$$('.pending.unsent')).toEqual([]);
  const isNext = (send: HTTPRequest) => send.postData()?.includes('And+the+next');
  await (await eventually('it to be on its way', () => sends.find(isNext))).continue();
  await log(benPage, /By the socket[\s\S]*And the next/);
});

declare global {
  interface Window {
    /** What the last three bubbles said, and where they stood, in each frame since it was asked. */
    framesOf: Set<string>;
  }
}

/** Whether there is something to be seen where an element is. */
const isDrawn = async (element: ElementHandle): Promise<boolean> => {
  const { channels } = await sharp(await element.screenshot())
    .greyscale()
    .stats();
  return (channels[0]?.stdev ?? 0) > 5;
};

/** Runs in the page. */
function watchBubbles(): void {
  window.framesOf = new Set();
  const note = () => {
    const bubbles = [...document.querySelectorAll('#messages > .message > .bubble')].slice(-3);
    const seen = bubbles.map((bubble) => {
      const { x, y, width, height } = bubble.getBoundingClientRect();
      return [bubble.querySelector('.text')?.textContent, ...[x, y, width, height].map(Math.round)];
    });
    window.framesOf.add(JSON.stringify(seen));
    requestAnimationFrame(note);
  };
  note();
}

test('however slow the line, what is sent stands there at once, in order, and stays where it is', async () => {
  // Whoever has seen it is a line of its own.
  await benPage.goto('about:blank');
  const held: HTTPRequest[] = [];
  let sends = 0;
  await annaPage.setRequestInterception(true);
  annaPage.on('request', (request) => {
    if (request.method() !== 'POST' || !request.url().endsWith(chat)) return void request.continue();
    sends += 1;
    held.push(request);
  });
  await fill(annaPage, 'Message', 'one');
  for (const next of ['two', '🍲']) {
    await annaPage.keyboard.press('Enter');
    expect(await boxText(annaPage)).toBe('');
    await annaPage.keyboard.type(next);
  }
  await annaPage.keyboard.press('Enter');
  await log(annaPage, /one[\s\S]*two[\s\S]*🍲/);
  await annaPage.waitForFunction(() => document.querySelectorAll('.pending time[datetime]').length === 3);
  // A line that is quick enough never shows it.
  const mark = await annaPage.waitForSelector('.pending:last-child > .clock > svg');
  await eventually('the mark of what is on its way', () => mark && isDrawn(mark));
  await annaPage.evaluate(watchBubbles);
  const next = () => eventually('the next to be on its way', () => held.shift());
  const first = await next();
  expect([sends, (await bens.get(chat)).body.includes('>one<')]).toEqual([1, false]);
  await first.continue();
  await (await next()).continue();
  await (await next()).continue();
  await annaPage.waitForFunction(() => !document.querySelector('.pending'));
  const frames = await annaPage.evaluate(async () => {
    // One more is painted.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return [...window.framesOf];
  });
  expect(frames.join('\n')).toMatch(/^\[\["one",[^\n]*\],\["two",[^\n]*\],\["🍲",[^\n]*\]\]$/);
  const { body } = await bens.get(chat);
  expect([...body.matchAll(/>(one|two|🍲)</g)].map(([, text]) => text)).toEqual(['one', 'two', '🍲']);
});

test('what is pressed before its script is there waits for it, and leads away only where that does not come', async () => {
  await fill(annaPage, 'Message', 'Pressed at once');
  await annaPage.keyboard.press('Enter');
  await log(benPage, /Pressed at once/);
  await annaPage.setRequestInterception(true);
  let [script, comes]: [HTTPRequest | undefined, boolean] = [undefined, true];
  annaPage.on('request', (request) => {
    if (!/messages-[\w-]+\.js$/.test(request.url())) return void request.continue();
    if (comes) script = request;
    else void request.abort('connectionfailed');
  });
  await annaPage.setCacheEnabled(false);
  await annaPage.reload();
  const options = () =>
    annaPage.$eval('.message:last-child .more', (link) => link instanceof HTMLElement && link.click());
  await options();
  await options();
  await (await eventually('the script to be asked for', () => script)).continue();
  await find(annaPage, 'menu', 'Message options');
  expect(new URL(annaPage.url()).pathname).toBe(chat);

  comes = false;
  await annaPage.reload();
  await Promise.all([annaPage.waitForNavigation(), options()]);
  expect(new URL(annaPage.url()).pathname).toMatch(/^\/chats\/\d+\/messages\/\d+$/);
});

test('what the server won’t have says why where it stands', async () => {
  // Nothing to be seen, which only the server knows.
  await fill(annaPage, 'Message', '\u2060');
  await annaPage.keyboard.press('Enter');
  await waitForText(annaPage, 'alert', undefined, /Not sent\. Write something first/);
  // It stops nothing, and is there after a reload.
  await fill(annaPage, 'Message', 'Something, then');
  await annaPage.keyboard.press('Enter');
  await log(benPage, /Something, then/);
  await annaPage.reload();
  await waitForText(annaPage, 'alert', undefined, /Not sent\. Write something first/);
  await click(annaPage, 'button', 'Edit');
  await gone(annaPage, 'button', 'Edit');
  await fill(annaPage, 'Message', 'Better');
  await annaPage.keyboard.press('Enter');
  await log(benPage, /Something, then[\s\S]*Better/);
});

test('what was refused is sent once by Retry, when the server will have it', async () => {
  const keys: (string | null)[] = [];
  await annaPage.setRequestInterception(true);
  annaPage.on('request', (request) => {
    if (request.method() !== 'POST' || !request.url().endsWith(chat)) return void request.continue();
    keys.push(new URLSearchParams(request.postData()).get('key'));
    // As it answers while there is no room, with a status of which browsers say less.
    if (keys.length === 1)
      void request.respond({ status: 403, headers: { porchlight: '1' }, body: 'No room.' });
    else void request.continue();
  });
  await fill(annaPage, 'Message', 'Second try');
  await annaPage.keyboard.press('Enter');
  await waitForText(annaPage, 'alert', undefined, /Not sent\. No room\./);
  expect((await bens.get(chat)).body).not.toContain('Second try');
  await click(annaPage, 'button', 'Retry');
  await log(benPage, /Second try/);
  await gone(annaPage, 'button', 'Retry');
  await eventually('its bubble to be a row', async () => (await annaPage.$$('.pending')).length === 0);
  for (const page of [annaPage, benPage])
    expect((await log(page, /Second try/)).match(/Second try/g)).toHaveLength(1);
  expect(await boxText(annaPage)).toBe('');
  // In the box it would open a phone's keyboard.
  expect(await annaPage.evaluate(() => document.activeElement?.role)).toBe('log');
  expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
});

test('signed out, the back button shows nothing of it', async () => {
  await bens.submit(chat, 'Send', { Message: 'Between us' });
  // Of a session of its own: this one ends.
  const page = await browsers.chromium.newPage();
  await arrive(page, server, ben, chat);
  await log(page, /Between us/);
  await follow(page, 'button', 'Sign out');
  await page.goBack();
  await gone(page, 'log', 'Messages');
  expect(await textOf(page)).not.toContain('Between us');
});
