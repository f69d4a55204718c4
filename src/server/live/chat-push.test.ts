import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

type Page = { rows: Map<string, string>; rev: number };

/**
 * Rows (messages and days) of a piece of HTML by their id, without what marks them as out of band. The name of a day counts
 * from when it was rendered; the page's own script renews it.
 */
function rowsIn(html: string): [string, string][] {
  return [...html.matchAll(/<li id="([md]\w*-\d+)"[\s\S]*?<\/li>/g)].map(([row, id]) => [
    id ?? '',
    row.replace(' hx-swap-oob="true"', '').replace(/(<time datetime="[\d-]{10}")[^<]*/, '$1'),
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

/** A page that was open keeps the rows that a fresh one leaves to its history. */
async function expectFresh(page: Page): Promise<void> {
  const fresh = await freshPage(ben);
  const [first] = fresh.rows.keys();
  const shown = [...page.rows.entries()].sort(
    ([a], [b]) => Number(a.split('-')[1]) - Number(b.split('-')[1]),
  );
  const start = shown.findIndex(([id]) => id === first);
  const inOrder = (rows: [string, string][]) => rows.map(([id, row]) => `${id} ${row}`).sort();
  expect(inOrder(shown.slice(Math.max(0, start)))).toEqual(inOrder([...fresh.rows.entries()]));
  expect(page.rev).toBe(fresh.rev);
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
        await expectFresh(page);
      },
    ),
    { numRuns: 15 },
  );
});

/** So long that a handful of them is more than a batch. */
const LONG = 'x'.repeat(9_000);

async function writeLong(count: number): Promise<void> {
  const { chats } = house.app.services;
  for (let at = 0; at < count; at += 1)
    await chats.send({ conversation: chat, author: ana.id, key: randomUUID(), body: `${at} ${LONG}` });
}

test('the same holds when much was missed, and more is written and changed while it is brought', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 8, max: 40 }),
      fc.array(Step, { maxLength: 12 }),
      async (missed, meanwhile) => {
        const page = await freshPage(ben);
        await writeLong(missed);
        const { socket, received, closed } = await open(ben);
        let brought = 0;
        let writing = Promise.resolve();
        const steps = [...meanwhile];
        socket.on('message', () => {
          for (; brought < received.length; brought += 1) {
            const html = received[brought] ?? '';
            if (!html.includes('id="rev"')) continue;
            apply(page, html);
            const step = steps.shift();
            if (step) writing = writing.then(() => take(step));
          }
        });
        socket.send(since(page));
        await eventually('the page to be up to date', async () => {
          await writing;
          return page.rev === house.app.services.chats.rev(chat);
        });
        socket.close();
        await closed;
        await expectFresh(page);
      },
    ),
    { numRuns: 8 },
  );
});

/** In which turns of the event loop changes are looked up from now on. */
function watchTurns() {
  const turns: number[] = [];
  let turn = 0;
  let isOver = false;
  const count = () => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const { chats } = house.app.services;
  const look = chats.changedSince;
  const spy = vi.spyOn(chats, 'changedSince').mockImplementation((...args) => {
    turns.push(turn);
    return look(...args);
  });
  const stop = () => {
    isOver = true;
    spy.mockRestore();
  };
  return { turns, stop };
}

test('what was missed is brought one batch in a turn of the loop, and no further than the socket lives', async () => {
  await writeLong(60);
  const { turns, stop } = watchTurns();
  try {
    const { socket, until, closed } = await open(ben);
    socket.send(since({ rows: new Map(), rev: 0 }));
    await until((html) => revIn(html) === 60);
    expect(turns.length).toBeGreaterThan(5);
    expect(new Set(turns).size).toBe(turns.length);
    socket.terminate();
    await closed;

    const before = turns.length;
    const gone = await open(ben);
    gone.socket.send(since({ rows: new Map(), rev: 0 }));
    await gone.until((html) => html.includes('id="rev"'));
    const { clients } = house.app.websocketServer;
    for (const client of clients) client.terminate();
    await eventually('the sockets to be gone', () => clients.size === 0);
    const whenGone = turns.length;
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(turns.length).toBe(whenGone);
    expect(whenGone - before).toBeLessThan(5);
  } finally {
    stop();
  }
});

test('a flood of frames and a frame that is too large close the socket, unread', async () => {
  await writeLong(1);
  const { turns, stop } = watchTurns();
  try {
    const flood = await open(ben);
    for (let at = 0; at < 1_000; at += 1) flood.socket.send(since({ rows: new Map(), rev: 0 }));
    expect(await flood.closed).toBe(1013);
    expect(turns.length).toBeLessThanOrEqual(10);
    const large = await open(ben);
    large.socket.send(JSON.stringify({ chat: `${chat}`, rev: '0', filler: 'x'.repeat(5_000) }));
    expect(await large.closed).toBe(1009);
  } finally {
    stop();
  }
});

test('a browser has twenty live pages, and those of others are not counted with them', async () => {
  const pages = [await open(ben)];
  while (pages.length < 20) pages.push(await open(ben));
  expect(await (await open(ben)).closed).toBe(1013);
  expect((await open(ana)).socket.readyState).toBe(1);
  pages[0]?.socket.close();
  await pages[0]?.closed;
  const again = await open(ben);
  again.socket.send('nonsense');
  await again.until((message) => message.includes('bad-message'));
});

test('what waits for pages that do not read is bounded by person', { timeout: 30_000 }, async () => {
  const MOST = 4 * 1024 * 1024;
  const reads = await open(ana);
  const pages = await Promise.all(Array.from({ length: 8 }, () => open(ben)));
  for (const { socket } of [...pages, reads]) socket.send(since(await freshPage(ben)));
  for (const { socket } of pages) socket.pause();
  let most = 0;
  const { chats } = house.app.services;
  for (let at = 0; at < 200; at += 1) {
    await chats.send({ conversation: chat, author: ana.id, key: randomUUID(), body: '"'.repeat(10_000) });
    const waiting = [...house.app.websocketServer.clients].map(({ bufferedAmount }) => bufferedAmount);
    most = Math.max(
      most,
      waiting.reduce((sum, bytes) => sum + bytes, 0),
    );
  }
  expect(most).toBeGreaterThan(1024 * 1024);
  // One frame more than the bound, and the little that waits for the one who reads.
  expect(most).toBeLessThan(MOST + 512 * 1024);
  expect(reads.socket.readyState).toBe(1);
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

test('a message is announced to the others’ pages, wherever they are, unless they want no sounds', async () => {
  const { chats, events } = house.app.services;
  const write = async (body: string) => {
    const told = new Promise((resolve) => events.on('message-sent', resolve));
    await chats.send({ conversation: chat, author: ana.id, key: randomUUID(), body });
    await told;
  };
  const announced = (received: string[]) => received.filter((html) => html.includes('id="arrived"')).length;
  const pages = [await open(ana), await open(ben)];
  await write('Heard');
  await pages[1]?.until((html) => html.includes(`data-chat="${chat}"`));
  await ben.post('/settings', { locale: 'en' });
  pages.push(await open(ben));
  await write('Not heard');
  await pages[2]?.until((html) => html.includes('id="unread"'));
  await eventually('two announcements', () => announced(pages[1]?.received ?? []) === 2);
  expect(pages.map(({ received }) => announced(received))).toEqual([0, 2, 0]);
  for (const { socket } of pages) socket.close();
  await Promise.all(pages.map(({ closed }) => closed));
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
