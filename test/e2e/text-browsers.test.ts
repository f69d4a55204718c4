/** lynx and w3m in a real terminal: sign in, friends, read, send. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Client } from '../helpers/client.ts';
import { chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { openTerminal, type Terminal } from '../helpers/terminal.ts';

let server: Server;
let anna: Person;
let ben: Person;
let bens: Client;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  bens = await signInClient(server, ben);
  chat = await chatOf(bens, anna);
  await bens.submit(chat, 'Send', { Message: 'Hello from a big screen' });
});
afterEach(async () => {
  for (const terminal of terminals.splice(0)) await terminal.close();
});
afterAll(() => server.remove());

const terminals: Terminal[] = [];
async function open(browser: 'lynx' | 'w3m'): Promise<Terminal> {
  const terminal = await openTerminal(browser, `${server.origin}/login`);
  terminals.push(terminal);
  return terminal;
}

/** Goes from field to field and link to link until the line at the bottom says what wanted. */
async function tabUntil(terminal: Terminal, wanted: RegExp): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    const before = await terminal.screen();
    if (wanted.test(before)) return;
    await terminal.press('Tab');
    await terminal.settled();
  }
  throw new Error(`30 presses of Tab did not come to ${wanted}`);
}

test('lynx signs in, sees friends, reads and sends', async () => {
  const lynx = await open('lynx');
  await lynx.shows(/Username/);
  // The first field is chosen from the start; Down goes to the next.
  await lynx.type(anna.username);
  await lynx.press('Down');
  await lynx.type(anna.password);
  await lynx.press('Down', 'Enter');
  await lynx.shows(/Ben 1 unread[\s\S]*Hello from a big screen/);

  await lynx.press('g');
  await lynx.type(`${server.origin}/friends`);
  await lynx.press('Enter');
  await lynx.shows(/Your friends[\s\S]*Ben[\s\S]*Voice call/);

  await lynx.press('g');
  await lynx.type(`${server.origin}${chat}`);
  await lynx.press('Enter');
  await lynx.shows(/New since you were here[\s\S]*Hello from a big screen/);
  await tabUntil(lynx, /\(Textarea\)/);
  await lynx.type('Hello from a terminal');
  await lynx.press('Tab');
  await tabUntil(lynx, /\(Form submit button\)/);
  await lynx.press('Enter');
  await lynx.shows(/You:\s+Hello from a terminal/);
  const page = await bens.get(chat);
  expect(page.body).toContain('Hello from a terminal');
});

async function signInWithW3m(w3m: Terminal): Promise<void> {
  await w3m.shows(/Username/);
  for (const text of [anna.username, anna.password]) {
    await w3m.press('Tab', 'Enter');
    await w3m.shows(/^(TEXT|Password):/m);
    await w3m.type(text);
    await w3m.press('Enter');
    await w3m.shows(/^≪/m);
  }
  await w3m.press('Tab', 'Enter');
  await w3m.shows(/Chats · Porchlight/);
}

async function goTo(w3m: Terminal, path: string): Promise<void> {
  await w3m.press('U');
  await w3m.shows(/Goto URL/);
  await w3m.press('C-u');
  await w3m.type(`${server.origin}${path}`);
  await w3m.press('Enter');
}

/** Puts the cursor on the next place with this text. */
async function seek(w3m: Terminal, text: string): Promise<void> {
  await w3m.press('/');
  await w3m.shows(/^Forward:/m);
  await w3m.type(text);
  await w3m.press('Enter');
  await w3m.settled();
}

/** Writes into the box above "Send", by the editor that the terminal brings, and sends it. */
async function write(w3m: Terminal, text: string): Promise<void> {
  await w3m.edits(text);
  await seek(w3m, 'Send');
  await w3m.press('BTab', 'BTab', 'Enter');
  // The editor has come and gone.
  await w3m.shows(new RegExp(`\\[${text}`));
  await seek(w3m, 'Send');
  await w3m.press('Enter');
}

test('w3m signs in, reads and sends', async () => {
  const w3m = await open('w3m');
  await signInWithW3m(w3m);
  await goTo(w3m, chat);
  await w3m.shows(/Hello from a big screen/);
  await write(w3m, 'Hello from w3m');
  await w3m.shows(/You:\s+Hello from w3m/);
  expect((await bens.get(chat)).body).toContain('Hello from w3m');
});

test('w3m makes a group and writes in it', async () => {
  const w3m = await open('w3m');
  await signInWithW3m(w3m);
  await goTo(w3m, '/chats/new');
  await w3m.shows(/Group name/);
  await seek(w3m, 'Group name');
  await w3m.press('Tab', 'Enter');
  await w3m.shows(/^TEXT:/m);
  await w3m.type('Sunday');
  await w3m.press('Enter', 'Tab', 'Enter');
  await w3m.shows(/\[\*\]/);
  await seek(w3m, 'Create group');
  await w3m.press('Enter');
  await w3m.shows(/You created the group “Sunday”/);
  await write(w3m, 'Cake for all');
  await w3m.shows(/You:\s+Cake for all/);
  const list = (await bens.get('/chats')).body;
  expect(list).toContain('Sunday');
  expect(list).toContain('Cake for all');
});
