/** What is typed and not sent yet: it outlives the page, and nobody else ever sees it. */
import type { HTTPRequest, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { chatOf, createPair, type Person, signIn, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, fill, find, follow, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const browsers = useBrowsers({ chromium: { shell: true }, firefox: { engine: 'firefox' } });

let server: Server;
let anna: Person;
let ben: Person;
let annas: Client;
let bens: Client;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  [annas, bens] = [await signInClient(server, anna), await signInClient(server, ben)];
  chat = await chatOf(bens, anna);
});
afterAll(async () => {
  await server.remove();
});

async function newPage(engine: Engine = 'chromium'): Promise<Page> {
  return browsers[engine].newPage();
}

const boxText = async (page: Page, name = 'Message') =>
  (await find(page, 'textbox', name)).evaluate((box) =>
    box instanceof HTMLTextAreaElement ? box.value : undefined,
  );
/** Everything that pages of ours keep as text on this device. */
const keptText = (page: Page) => page.evaluate(() => JSON.stringify({ ...localStorage }));

test.each(['chromium', 'firefox'] as const)('in %s it is there again after a call', async (engine) => {
  const page = await newPage(engine);
  const questions: string[] = [];
  page.on('dialog', (dialog) => {
    questions.push(dialog.message());
    void dialog.accept();
  });
  await visit(page, annas, chat);
  const caller = await newPage();
  await visit(caller, bens, chat);
  await fill(page, 'Message', 'What I was about to say');
  await dial(caller, 'voice');
  await accept(page);
  await connected(page, caller);
  await hangUp(caller, page);
  await follow(page, 'link', 'Back to chat');
  expect(await boxText(page)).toBe('What I was about to say');
  await page.reload();
  expect(await boxText(page)).toBe('What I was about to say');
  expect(questions).toEqual([]);
  // Sent, it is kept no more.
  await page.keyboard.press('Tab');
  await click(page, 'button', 'Send');
  await waitForText(page, 'log', 'Messages', /What I was about to say/);
  await eventually('nothing to be kept', async () => !(await keptText(page)).includes('about to say'));
  await page.reload();
  expect(await boxText(page)).toBe('');
});

const isSend = (request: HTTPRequest) => request.method() === 'POST' && request.url().endsWith(chat);

/** Lets no message that this page sends reach the server. */
async function cut(page: Page): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    void (isSend(request) ? request.abort('connectionrefused') : request.continue());
  });
}

test('what was on its way when the page was left is sent once, in its order', async () => {
  const page = await newPage();
  await visit(page, annas, chat);
  await page.setRequestInterception(true);
  let isAnswered = false;
  page.on('request', (request) => {
    if (isSend(request) && !isAnswered) isAnswered = true;
    else void request.continue();
  });
  await fill(page, 'Message', 'Half way');
  await page.keyboard.press('Enter');
  await page.keyboard.type('and on');
  await page.keyboard.press('Enter');
  await eventually('it to be on its way', () => isAnswered);
  await page.reload();
  await waitForText(page, 'log', 'Messages', /Half way[\s\S]*and on/);
  expect(await boxText(page)).toBe('');
  // The rows look as what is on its way does.
  await eventually('nothing to be kept', async () => !/Half way|and on/.test(await keptText(page)));
  const { body } = await bens.get(chat);
  expect([...body.matchAll(/>(Half way|and on)</g)].map(([, text]) => text)).toEqual(['Half way', 'and on']);
});

test.each([
  ['chromium', 'before'],
  ['chromium', 'after'],
  ['firefox', 'before'],
  ['firefox', 'after'],
] as const)('a script that %s misses %s a text is sent is asked for again, without a reload', async (engine, when) => {
  const text = `Sent from ${engine}, missed ${when}`;
  const page = await newPage(engine);
  await page.setRequestInterception(true);
  const asked: HTTPRequest[] = [];
  page.on('request', (request) => {
    const isScript = request.method() === 'GET' && /\/texts-[\w-]+\.js/.test(request.url());
    if (isScript) asked.push(request);
    if (!isScript || asked.length > 1) void request.continue();
  });
  const miss = () => asked[0]?.abort('connectionfailed');
  await visit(page, annas, chat);
  await fill(page, 'Message', text);
  await eventually('the script to be asked for', () => asked.length > 0);
  if (when === 'before') await miss();
  await page.keyboard.press('Enter');
  await waitForText(page, 'log', 'Messages', new RegExp(text));
  if (when === 'after') await miss();
  await eventually('it to be sent', async () => (await bens.get(chat)).body.includes(text));
  // What has come is not fetched twice.
  const next = `And on from ${engine}, missed ${when}`;
  await fill(page, 'Message', next);
  await page.keyboard.press('Enter');
  await eventually('that to be sent', async () => (await bens.get(chat)).body.includes(next));
  expect(asked).toHaveLength(2);
});

/** Runs in the page, which from then on hears nothing by its live socket. */
const muteSocket = () =>
  document.addEventListener('htmx:ws:before:message:incoming', (event) => event.preventDefault());

test.each([
  'on the same page',
  'from another page',
])('what has arrived while its answer got lost is sent again %s, and stands there once', async (where) => {
  const text = `Once ${where}`;
  const page = await newPage();
  await visit(page, annas, chat);
  const sends: HTTPRequest[] = [];
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (isSend(request)) sends.push(request);
    else void request.continue();
  });
  const next = () => eventually('it to be on its way', () => sends.shift());
  const formOf = (request: HTTPRequest) => new URLSearchParams(request.postData());
  await fill(page, 'Message', text);
  await page.keyboard.press('Enter');
  const first = await next();
  // A page of the chat hears of it by the live socket, unless that is lost as well.
  if (where === 'from another page') await page.goto(`${server.origin}/settings`);
  else await page.evaluate(muteSocket);
  const taken = formOf(first);
  taken.set('_csrf', /name="_csrf" value="([^"]*)"/.exec((await annas.get('/settings')).body)?.[1] ?? '');
  expect((await annas.post(chat, taken)).status).toBe(200);
  if (where === 'on the same page') await first.abort('connectionreset');
  const again = await next();
  expect(formOf(again).get('key')).toBe(taken.get('key'));
  await again.continue();
  await eventually('nothing to be kept', async () => !(await keptText(page)).includes(text));
  expect((await bens.get(chat)).body.match(new RegExp(`>${text}<`, 'g'))).toHaveLength(1);
  if (where === 'from another page') return;
  await eventually('no bubble on its way', async () => (await page.$$('.pending')).length === 0);
  const shown = await waitForText(page, 'log', 'Messages', new RegExp(text));
  expect(shown.match(new RegExp(text, 'g'))).toHaveLength(1);
});

test('what one tab can’t send another one does, once, and from a page of another kind as well', async () => {
  const page = await newPage();
  await visit(page, annas, chat);
  await cut(page);
  const send = async (text: string) => {
    await page.bringToFront();
    await fill(page, 'Message', text);
    await page.keyboard.press('Enter');
    await waitForText(page, 'log', 'Messages', new RegExp(text));
  };
  await send('By the other tab');
  const tab = await page.browserContext().newPage();
  await tab.goto(server.origin + chat);
  const rows = (shown: Page) =>
    shown.$$eval('#messages > .message', (all) => all.filter((row) => row.textContent.includes('other tab')));
  for (const shown of [page, tab]) {
    await eventually('no bubble on its way', async () => (await shown.$$('.pending')).length === 0);
    expect(await rows(shown)).toHaveLength(1);
  }
  await send('From the settings');
  await tab.goto(`${server.origin}/settings`);
  await eventually('it to be sent', async () => (await bens.get(chat)).body.includes('From the settings'));
  await eventually('no bubble on its way', async () => (await page.$$('.pending')).length === 0);
  expect((await bens.get(chat)).body.match(/>(By the other tab|From the settings)</g)).toHaveLength(2);
});

test('a message that is being changed is kept as well', async () => {
  const page = await newPage();
  await visit(page, annas, chat);
  await fill(page, 'Message', 'To be changed');
  await page.keyboard.press('Enter');
  await waitForText(page, 'log', 'Messages', /To be changed/);
  const edit = async () => {
    await (await find(page, 'log', 'Messages')).hover();
    await page.waitForSelector('[data-ready]');
    const more = await page.waitForSelector('.message:last-child > .more');
    await more?.click();
    await click(page, 'menuitem', 'Edit');
  };
  await edit();
  await fill(page, 'Edit message', 'Changed at length');
  await page.reload();
  await edit();
  await eventually(
    'the new words',
    async () => (await boxText(page, 'Edit message')) === 'Changed at length',
  );
  await click(page, 'link', 'Cancel');
  await waitForText(page, 'log', 'Messages', /To be changed/);
  await edit();
  await eventually('the old words', async () => (await boxText(page, 'Edit message')) === 'To be changed');
});

test('it is for the same person alone, and gone when they sign out', async () => {
  const page = await newPage();
  await visit(page, annas, chat);
  await fill(page, 'Message', 'A present for Ben');
  // When the cookie has run out, the same person signs in again.
  for (const cookie of await page.browserContext().cookies())
    await page.browserContext().deleteCookie(cookie);
  await signIn(page, server, anna);
  // The list of chats says so, also when it has been brought up to date.
  await waitForText(page, 'listitem', undefined, /Draft: A present for Ben/);
  await bens.submit(chat, 'Send', { Message: 'Are you writing?' });
  await find(page, 'link', 'Ben 1 unread');
  await waitForText(page, 'listitem', undefined, /Draft: A present for Ben/);
  await page.goto(server.origin + chat);
  expect(await boxText(page)).toBe('A present for Ben');

  await follow(page, 'button', 'Sign out');
  expect(await keptText(page)).not.toContain('present');
  await signIn(page, server, anna);
  await page.goto(server.origin + chat);
  expect(await boxText(page)).toBe('');

  // Another person on this device, without anybody having signed out.
  await cut(page);
  await fill(page, 'Message', 'A secret on its way');
  await page.keyboard.press('Enter');
  await fill(page, 'Message', 'Still a secret');
  expect((await keptText(page)).match(/secret/g)).toHaveLength(2);
  await visit(page, bens, chat);
  expect(await boxText(page)).toBe('');
  expect(await keptText(page)).not.toContain('secret');
  expect(await (await find(page, 'log', 'Messages')).evaluate((log) => log.textContent)).not.toContain(
    'secret',
  );
});

test('what was refused is said in the list of chats, also where it was sent from there', async () => {
  const page = await newPage();
  await visit(page, annas, chat);
  let isAnswered = false;
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (!isSend(request)) void request.continue();
    // The page of the list hears what the chat's own doesn't.
    else if (isAnswered)
      void request.respond({ status: 403, headers: { porchlight: '1' }, body: 'No room.' });
    else void request.abort('connectionrefused');
  });
  await fill(page, 'Message', 'Of no use to anybody');
  await page.keyboard.press('Enter');
  await eventually('it to be kept', async () => (await keptText(page)).includes('porchlight.unsent'));
  await page.goto('about:blank');
  isAnswered = true;
  await page.goto(`${server.origin}/chats`);
  await waitForText(page, 'listitem', undefined, /Not sent: Of no use to anybody/);
  await page.reload();
  await waitForText(page, 'listitem', undefined, /Not sent: Of no use to anybody/);
  await page.goto(server.origin + chat);
  await click(page, 'button', 'Edit');
  await page.goto(`${server.origin}/chats`);
  await waitForText(page, 'listitem', undefined, /Draft: Of no use to anybody/);
});

test('in Chinese no gap stands after a full-width mark, which brings its own', async () => {
  const page = await newPage();
  await page.setExtraHTTPHeaders({ 'accept-language': 'zh-CN' });
  await visit(page, await signInClient(server, anna, 'zh-CN'), chat);
  await page.type('#body', '晚上见');
  await page.goto(`${server.origin}/chats`);
  await waitForText(page, 'listitem', undefined, /草稿：晚上见/);
  await page.goto(server.origin + chat);
  // Nothing to be seen, which only the server knows.
  await page.$eval('#body', (box) => {
    if (!(box instanceof HTMLTextAreaElement)) return;
    box.value = '\u2060';
    box.focus();
  });
  await page.keyboard.press('Enter');
  await waitForText(page, 'alert', undefined, /^未发送。\S/);
});

test.each([
  'while the page is open',
  'while no page is open',
])('signed out from elsewhere %s, it is gone', async (when) => {
  const page = await newPage();
  await visit(page, await signInClient(server, anna), chat);
  await fill(page, 'Message', 'Not for the thief');
  if (when === 'while no page is open') await page.goto('about:blank');
  const { body } = await annas.get('/settings');
  const token = /name="_csrf" value="([^"]*)"/.exec(body)?.[1] ?? '';
  for (const device of body.split('<li').filter((row) => !row.includes('This device'))) {
    const address = /\/settings\/devices\/[^"/]+\/end/.exec(device)?.[0];
    if (address) await annas.post(address, { _csrf: token });
  }
  if (when === 'while no page is open') await page.goto(server.origin + chat);
  await find(page, 'button', 'Sign in');
  await eventually('nothing to be kept', async () => !(await keptText(page)).includes('thief'));
});
