/** The whole chat in a browser that runs no scripts. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { arrive, chatOf, createPair, type Person, signIn, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, fill, find, follow, textOf, waitForText } from '../helpers/ui.ts';

let server: Server;
let chromium: OpenBrowser;
let anna: Person;
let ben: Person;

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  chromium = await openBrowser({ shell: true });
});
afterEach(() => chromium.closePages());
afterAll(async () => {
  await chromium.close();
  await server.remove();
});

const openPage = () => chromium.newPage({ javascript: false, width: 360, height: 740 });

test('sign in, find a friend, send, read, change and delete', async () => {
  const page = await openPage();
  await signIn(page, server, anna);
  await follow(page, 'link', 'Friends');
  await follow(page, 'link', 'Message');
  await fill(page, 'Message', 'Plain but whole');
  await follow(page, 'button', 'Send');
  await waitForText(page, 'log', 'Messages', /Plain but whole/);
  await follow(page, 'link', 'Options');
  await follow(page, 'link', 'Edit');
  await fill(page, 'Edit message', 'Plain and whole');
  await follow(page, 'button', 'Save');
  await waitForText(page, 'log', 'Messages', /Plain and whole[\s\S]*edited/);
  await follow(page, 'link', 'Options');
  await follow(page, 'link', 'Delete');
  await follow(page, 'button', 'Delete message');
  await waitForText(page, 'log', 'Messages', /Message deleted/);
});

test('new messages appear by themselves, and what is being typed stays', async () => {
  const [annas, bens] = [await signInClient(server, anna), await signInClient(server, ben)];
  const chat = await chatOf(annas, ben);
  const page = await openPage();
  await arrive(page, server, anna, chat);
  await fill(page, 'Message', 'Half a sentence');
  await bens.submit(chat, 'Send', { Message: 'Meanwhile, from Ben' });
  const frame = await eventually('the frame of new messages', () =>
    page.frames().find((candidate) => candidate.url().includes('/newer')),
  );
  await eventually('the new message', async () => {
    const now = page.frames().find((candidate) => candidate.url().includes('/newer')) ?? frame;
    return (await now.content()).includes('Meanwhile, from Ben');
  });
  const box = await find(page, 'textbox', 'Message');
  expect(await box.evaluate((node) => (node instanceof HTMLTextAreaElement ? node.value : ''))).toBe(
    'Half a sentence',
  );
  await follow(page, 'button', 'Send');
  await waitForText(page, 'log', 'Messages', /Meanwhile, from Ben[\s\S]*Half a sentence/);
});

test('a friend is silenced from the chat', async () => {
  const annas = await signInClient(server, anna);
  const page = await openPage();
  await arrive(page, server, anna, await chatOf(annas, ben));
  await follow(page, 'link', 'Notifications');
  await click(page, 'radio', 'Nothing');
  await follow(page, 'button', 'Save');
  const chosen = await find(page, 'radio', 'Nothing');
  expect(await chosen.evaluate((node) => node instanceof HTMLInputElement && node.checked)).toBe(true);
  await click(page, 'radio', 'Messages and calls');
  await follow(page, 'button', 'Save');
  await follow(page, 'link', 'Back to chat');
  await find(page, 'log', 'Messages');
});

test('a group is made, written in and left', async () => {
  const page = await openPage();
  await arrive(page, server, anna);
  await follow(page, 'link', 'New group');
  await fill(page, 'Group name', 'Family');
  await click(page, 'checkbox', 'Ben');
  await follow(page, 'button', 'Create group');
  await fill(page, 'Message', 'Hello all');
  await follow(page, 'button', 'Send');
  const bens = await openPage();
  await arrive(bens, server, ben);
  await follow(bens, 'link', 'Family 1 unread');
  await waitForText(bens, 'log', 'Messages', /Anna created the group “Family”[\s\S]*Anna[\s\S]*Hello all/);
  await follow(bens, 'link', 'People');
  await follow(bens, 'link', 'Leave group');
  await follow(bens, 'button', 'Leave group');
  expect(await textOf(bens)).not.toContain('Family');
  await page.reload();
  await waitForText(page, 'log', 'Messages', /Hello all[\s\S]*Ben left/);
});

test('a chat opens at what is new', async () => {
  const [annas, bens] = [await signInClient(server, anna), await signInClient(server, ben)];
  const chat = await chatOf(annas, ben);
  await annas.get(chat);
  for (let n = 1; n <= 14; n++) await bens.submit(chat, 'Send', { Message: `news ${n}\nand\nmore` });
  const page = await openPage();
  await arrive(page, server, anna);
  await follow(page, 'link', 'Ben 14 unread');
  const line = await page.waitForSelector('.new-line');
  const [top = 0, height = 0] = await eventually('the line in sight', async () => {
    const place = await line?.evaluate((node) => [node.getBoundingClientRect().top, innerHeight]);
    return place && (place[0] ?? 0) > 0 ? place : undefined;
  });
  expect(top).toBeLessThan(height / 3);
});

test('too long a text is shown again with what is wrong', async () => {
  const annas = await signInClient(server, anna);
  const chat = await chatOf(annas, ben);
  const answer = await annas.submit(chat, 'Send', { Message: 'y'.repeat(10_001) });
  expect(answer.status).toBe(422);
  expect(answer.body).toContain('10,000 characters at most');
});

test('the call page says that it needs scripts', async () => {
  const annas = await signInClient(server, anna);
  const page = await openPage();
  await arrive(page, server, anna, `${await chatOf(annas, ben)}/call?media=video`);
  expect(await textOf(page)).toContain('Calls need JavaScript');
});
