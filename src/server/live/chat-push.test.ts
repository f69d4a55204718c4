import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
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

type Page = { rows: Map<string, string>; rev: number };

/** Rows (messages and days) of a piece of HTML by their id, without what marks them as out of band. */
function rowsIn(html: string): [string, string][] {
  return [...html.matchAll(/<li id="([md]\w*-\d+)"[\s\S]*?<\/li>/g)].map(([row, id]) => [
    id ?? '',
    row.replace(' hx-swap-oob="true"', ''),
  ]);
}
const revIn = (html: string) => Number(/id="rev" name="rev" value="(\d+)"/.exec(html)?.[1]);

async function freshPage(person: Person): Promise<Page> {
  const { body } = await person.get(`/chats/${chat}`);
  return { rows: new Map(rowsIn(body)), rev: revIn(body) };
}

/** What htmx does with a pushed fragment: new rows are put in, out-of-band rows replace what is there. */
function apply(page: Page, html: string): void {
  const added = /<hx-upsert[^>]*>([\s\S]*?)<\/hx-upsert>/.exec(html)?.[1] ?? '';
  for (const [id, row] of rowsIn(added)) page.rows.set(id, row);
  for (const [id, row] of rowsIn(html.replace(added, ''))) if (page.rows.has(id)) page.rows.set(id, row);
  page.rev = revIn(html);
}

const open = (person: Person) => openSocket(house, '/live', { cookie: person.cookie });
const since = (page: Page) => JSON.stringify({ chat: `${chat}`, rev: `${page.rev}`, headers: {} });

async function catchUp(person: Person, page: Page): Promise<void> {
  const { socket, received, until, closed } = await open(person);
  const newest = house.app.services.chats.rev(chat);
  socket.send(since(page));
  if (newest > page.rev) await until((html) => revIn(html) === newest);
  for (const html of received) if (html.includes('id="rev"')) apply(page, html);
  socket.close();
  await closed;
}

const Step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), by: fc.boolean(), body: fc.string({ minLength: 1 }) }),
  fc.record({ do: fc.constant('edit' as const), at: fc.nat(30), body: fc.string({ minLength: 1 }) }),
  fc.record({ do: fc.constant('delete' as const), at: fc.nat(30) }),
  fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 40 }) }),
);

async function take(step: typeof Step extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
  const { chats } = house.app.services;
  if (step.do === 'wait') return house.clock.advance(step.hours * 3_600_000);
  if (step.do === 'send') {
    const author = step.by ? ana : ben;
    const body = step.body.replaceAll('\0', '').trim() || 'x';
    await chats.send({ conversation: chat, author: author.id, key: randomUUID(), body });
    return;
  }
  const { messages } = chats.history(chat);
  const message = messages[step.at % Math.max(1, messages.length)];
  if (!message) return;
  if (step.do === 'edit') chats.edit(chat, message.id, message.authorId, step.body.trim() || 'y');
  else chats.remove(chat, message.id, message.authorId);
}

test('old page + catch-up = fresh page', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(Step, { maxLength: 12 }),
      fc.array(Step, { maxLength: 12 }),
      async (before, away) => {
        for (const step of before) await take(step);
        const page = await freshPage(ben);
        for (const step of away) await take(step);
        await catchUp(ben, page);
        const fresh = await freshPage(ben);
        const [first] = fresh.rows.keys();
        const shown = [...page.rows.entries()].sort(
          ([a], [b]) => Number(a.split('-')[1]) - Number(b.split('-')[1]),
        );
        // A page that was open keeps the rows that a fresh one leaves to its history.
        const start = shown.findIndex(([id]) => id === first);
        const inOrder = (rows: [string, string][]) => rows.map(([id, row]) => `${id} ${row}`).sort();
        expect(inOrder(shown.slice(Math.max(0, start)))).toEqual(inOrder([...fresh.rows.entries()]));
        expect(page.rev).toBe(fresh.rev);
      },
    ),
    { numRuns: 15 },
  );
});

test('a live page gets each change once, and the writer’s page as well', async () => {
  const page = await freshPage(ben);
  const { socket, received, until } = await open(ben);
  socket.send(since(page));
  await ana.post(`/chats/${chat}`, { key: randomUUID(), body: 'Live' });
  await until((html) => html.includes('Live'));
  const id = house.app.services.chats.newestId(chat);
  await ana.post(`/chats/${chat}/messages/${id}`, { body: 'Changed' });
  const changed = await until((html) => html.includes('Changed'));
  expect(changed).toContain('hx-swap-oob="true"');
  expect(received.filter((html) => html.includes('Live'))).toHaveLength(1);
});

test('somebody else’s chat can’t be followed', async () => {
  const eve = await house.person('eve');
  const { socket, until, received } = await open(eve);
  socket.send(since({ rows: new Map(), rev: 0 }));
  await until((message) => message.includes('not-found'));
  await ana.post(`/chats/${chat}`, { key: randomUUID(), body: 'Private' });
  socket.send('nonsense');
  await until((message) => message.includes('bad-message'));
  expect(received.join()).not.toContain('Private');
});

test('a socket opens for signed-in people and our own pages only', async () => {
  await expect(openSocket(house, '/live', {})).rejects.toThrow('404');
  await expect(
    openSocket(house, '/live', { cookie: ana.cookie, origin: 'https://evil.example' }),
  ).rejects.toThrow('404');
});

test('a revoked session loses its socket, another one keeps it', async () => {
  const mine = await open(ana);
  const other = await open(ben);
  house.app.services.sessions.endAll(ana.id);
  expect(await mine.closed).toBe(4401);
  expect(other.socket.readyState).toBe(other.socket.OPEN);
});

test('before a restart sockets are closed so that pages come back', async () => {
  const { closed } = await open(ana);
  await house.restart();
  expect(await closed).toBe(1012);
});
