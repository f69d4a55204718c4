/** Where a chat opens, what its list says of it, and which days it names. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';

const DAY = 24 * 60 * 60 * 1000;

let house: House;
let ana: Person;
let ben: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

const chats = () => house.app.services.chats;
const send = (person: Person, body: string) =>
  chats().send({ conversation: chat, author: person.id, key: randomUUID(), body });
async function sendMany(count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await send(ana, `number ${n}.`);
}
const readAll = () => chats().read(chat, ben.id, chats().newestId(chat));
const numbersIn = (html: string) => [...html.matchAll(/number (\d+)\./g)].map(([, number]) => Number(number));
/** Ben's page, by a browser that says by itself what was seen. */
const page = async (path = `/chats/${chat}`) =>
  (await ben.get(path, { cookie: `${ben.cookie}; tz=Europe/Berlin` })).body;
/** What is between the place where a page opens and the first message after it. */
const opensAt = (html: string) => /id="new"[\s\S]*?number (\d+)\./.exec(html)?.[1];

test('a page goes back to the first message that is new, and some known ones above it', async () => {
  await sendMany(20);
  readAll();
  for (let n = 21; n <= 100; n += 1) await send(ana, `number ${n}.`);
  const html = await page();
  expect(numbersIn(html)).toEqual(Array.from({ length: 90 }, (_, index) => index + 11));
  expect(opensAt(html)).toBe('21');
  expect(html.match(/id="new"/g)).toHaveLength(1);
  expect((await ben.get('/chats')).body).toContain(`href="/chats/${chat}#new"`);
  readAll();
  const read = await page();
  expect(numbersIn(read)).toHaveLength(40);
  // The address is good for both: there it is the end.
  expect(read).toMatch(/<div id="end"><span id="new">/);
  expect((await ben.get('/chats')).body).toContain(`href="/chats/${chat}#end"`);
});

test('of more news than a page holds the line is on the page where they begin', async () => {
  await sendMany(5);
  readAll();
  for (let n = 6; n <= 225; n += 1) await send(ana, `number ${n}.`);
  const newest = await page();
  expect(numbersIn(newest)[0]).toBe(26);
  expect(newest).not.toContain('New since you were here');
  expect(opensAt(newest)).toBe('26');
  const older = await ben.get(/hx-get="([^"]*before=\d+)"/.exec(newest)?.[1] ?? '', { 'hx-request': 'true' });
  expect(numbersIn(older.body)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  expect(older.body).toMatch(/number 5\.[\s\S]*New since you were here[\s\S]*number 6\./);
  expect(older.body).not.toContain('id="new"');
});

test('a call that one took is no news', async () => {
  const put = (id: string, outcome: 'hung-up' | 'missed') =>
    chats().putCall(chat, ana.id, { id, media: 'voice', outcome, seconds: 0 });
  put('taken', 'hung-up');
  expect(await page()).not.toContain('New since you were here');
  put('missed', 'missed');
  expect(await page()).toMatch(/\/calls\/taken[\s\S]*New since you were here[\s\S]*\/calls\/missed/);
});

test('an empty chat says so, and stands below those in which something was said', async () => {
  const cleo = await house.person('cleo');
  await send(ana, 'Hello');
  house.clock.advance(DAY);
  house.app.services.friends.befriend(ben.id, cleo.id);
  const list = (await ben.get('/chats')).body;
  expect(list.indexOf('>ana')).toBeGreaterThan(0);
  expect(list.indexOf('>cleo')).toBeGreaterThan(list.indexOf('>ana'));
  const empty = /href="\/chats\/(\d+)#end">cleo/.exec(list)?.[1];
  expect(await page(`/chats/${empty}`)).toContain('No messages yet. Say hello to cleo!');
  expect(await page()).not.toContain('No messages yet');
});

test('days are named as of today, also on a page that is kept', async () => {
  await send(ana, 'number 1.');
  const days = async () =>
    [...(await page()).matchAll(/datetime="[\d-]{10}"[^>]*>([^<]*)</g)].map(([, day]) => day);
  expect(await days()).toEqual(['Today']);
  house.clock.advance(DAY);
  expect(await days()).toEqual(['Yesterday']);
  await send(ana, 'number 2.');
  expect(await days()).toEqual(['Yesterday', 'Today']);
  house.clock.advance(2 * DAY);
  expect(await days()).toEqual(['Sunday', 'Monday']);
  house.clock.advance(5 * DAY);
  expect(await days()).toEqual(['Sunday, November 22, 2026', 'Monday, November 23, 2026']);
  expect((await ben.get('/chats')).body).toMatch(/<time datetime="2026-11-23T[^>]*>Nov 23</);
});

test('each reads of a call what it was to them, in the chat and in the list', async () => {
  const put = (caller: Person) =>
    chats().putCall(chat, caller.id, {
      id: `by-${caller.id}`,
      media: 'video',
      outcome: 'cancelled',
      seconds: 0,
    });
  put(ana);
  const callBack = new RegExp(`href="/chats/${chat}/call\\?media=video" data-press>Call back<`);
  expect(await page()).toMatch(/data-reason="missed"[\s\S]*Missed video call/);
  expect(await page()).toMatch(callBack);
  expect((await ben.get('/chats')).body).toMatch(/data-reason="missed">Missed video call</);
  const own = (await ana.get(`/chats/${chat}`)).body;
  expect(own).toMatch(/data-reason="unanswered"[\s\S]*Video call · Cancelled/);
  expect(own).not.toMatch(callBack);
  expect((await ana.get('/chats')).body).toContain('Video call · Cancelled');
});

test('beside a chat on a wide screen is the list, with this chat marked', async () => {
  await send(ana, 'Hello');
  const wide = { cookie: `${ben.cookie}; tz=Europe/Berlin; wide=1` };
  const { body } = await ben.get(`/chats/${chat}`, wide);
  expect(body).toMatch(
    new RegExp(`id="chat-lines"[\\s\\S]*href="/chats/${chat}#new" aria-current="page">ana`),
  );
  expect(body).toContain('name="list"');
  expect(await page()).not.toContain('id="chat-lines"');
  const beside = { 'hx-request': 'true', 'hx-current-url': `http://localhost/chats/${chat}` };
  const again = await ben.get('/chats/lines', beside);
  expect(again.body).toContain('aria-current="page"');
  expect((await ben.get('/chats/lines')).body).not.toContain('aria-current');
});
