import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

type Page = { html: string; live: string };

/** A page as it was rendered, with the address of its live socket. */
async function render(person: Person, url: string): Promise<Page> {
  const { body } = await person.get(url);
  const live = /hx-ws:connect="([^"]+)"/.exec(body)?.[1];
  if (live === undefined) throw new Error(`${url} has no live socket`);
  return { html: body, live };
}

/** Connects a page; one with a chat says how far it is. The answer is what the socket brought. */
async function connect(person: Person, page: Page): Promise<string> {
  const { socket, received, until, closed } = await openSocket(house, page.live, { cookie: person.cookie });
  const rev = /name="rev" value="(\d+)"/.exec(page.html)?.[1];
  if (rev !== undefined) socket.send(JSON.stringify({ chat: `${chat}`, rev }));
  // What comes before the answer to this has come.
  socket.send('nonsense');
  await until((html) => html.includes('bad-message'));
  socket.close();
  await closed;
  return received.join('\n');
}

const say = (person: Person, body: string) => person.post(`/chats/${chat}`, { key: randomUUID(), body });

test('a page that is up to date is told nothing', async () => {
  await say(ana, 'Hello');
  const brought = await connect(ben, await render(ben, '/settings'));
  expect(brought).not.toContain('id="unread"');
  expect(brought).not.toContain('refresh');
});

test('a message that came between a page and its socket counts', async () => {
  const page = await render(ben, '/chats');
  await say(ana, 'Hello');
  const brought = await connect(ben, page);
  expect(brought).toMatch(/id="unread"[^>]*> 1</);
  expect(brought).toContain('id="chats-refresh"');
});

test('a request that came between a page and its socket is shown', async () => {
  const eve = await house.person('eve');
  const page = await render(ben, '/friends');
  await eve.post('/friends', { username: 'ben' });
  expect(await connect(ben, page)).toContain('id="friends-refresh"');
});

test('a chat that comes back learns that its message was read, and who is there', async () => {
  await say(ana, 'Hello');
  const page = await render(ana, `/chats/${chat}`);
  expect(page.html).not.toContain('Seen');
  await ben.get(`/chats/${chat}`);
  const { closed, socket } = await openSocket(house, '/live', { cookie: ben.cookie });
  const brought = await connect(ana, page);
  expect(brought).toMatch(/id="seen"[^>]*>Seen</);
  expect(brought).toContain('data-online="true"');
  socket.close();
  await closed;
});

test('after a restart nothing is taken for known', async () => {
  const page = await render(ben, '/chats');
  await house.restart();
  expect(await connect(ben, page)).toContain('id="chats-refresh"');
});
