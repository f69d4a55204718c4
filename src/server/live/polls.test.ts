/** Pages behind a proxy that passes no sockets on. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { openOldPhone } from '../../../test/helpers/phone.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

const say = (body: string) => ana.post(`/chats/${chat}`, { key: randomUUID(), body });

/** Opens ben's page of the chat; each call of the answer asks for news. */
async function open(page = randomBytes(16).toString('hex')) {
  const { body } = await ben.get(`/chats/${chat}`);
  const mark = /mark=([^"]+)/.exec(body)?.[1] ?? '';
  const rev = /name="rev" value="(\d+)"/.exec(body)?.[1] ?? '';
  const query = new URLSearchParams({ page, mark, chat: `${chat}`, rev });
  return async () => {
    const answer = await ben.get(`/live/news?${query}`);
    return answer.statusCode === 200 ? answer.json<string[]>().join('\n') : String(answer.statusCode);
  };
}

test('what was missed comes, and what is new, once', async () => {
  const news = await open();
  await say('Missed');
  expect(await news()).toContain('Missed');
  expect(await news()).toBe('');
  await say('New');
  const brought = await news();
  expect(brought).toContain('New');
  expect(brought).not.toContain('Missed');
  expect(await news()).toBe('');
});

test('whoever hasn’t been told yet reads that the proxy has to be seen to, in their language', async () => {
  const sentence = /id="notices"[^>]*><p class="notice" role="status">Live updates aren/;
  const ask = async (told: string) =>
    (await ben.get(`/live/news?page=${'a'.repeat(32)}${told}`)).json<string[]>().join();
  expect(await ask('&untold=true')).toMatch(sentence);
  expect(await ask('')).not.toMatch(sentence);
});

test('it rings, and falls silent', async () => {
  const news = await open();
  await news();
  const anas = await openOldPhone(house, ana);
  const { call } = await anas.rings(chat);
  expect(await news()).toContain('alertdialog');
  expect(await news()).toBe('');
  anas.say({ type: 'hang-up', call });
  await anas.hears('ended');
  expect(await news()).not.toContain('alertdialog');
});

test('who asks is there, and who stops asking is gone', async () => {
  const { presence } = house.app.services;
  const news = await open();
  await news();
  expect(presence.isOnline(ben.id)).toBe(true);
  house.clock.advance(20_000);
  await news();
  house.clock.advance(20_000);
  expect(presence.isOnline(ben.id)).toBe(true);
  house.clock.advance(60_000);
  expect(presence.isOnline(ben.id)).toBe(false);
  await say('Meanwhile');
  expect(await news()).toContain('Meanwhile');
});

test('only whoever is signed in, with so many pages, and with a page of sense', async () => {
  for (let count = 0; count < 20; count++) await (await open())();
  expect(await (await open())()).toBe('429');
  expect((await ben.get('/live/news?page=x')).statusCode).toBe(400);
  const stranger = await house.app.inject({ url: '/live/news?page=x', headers: { 'hx-request': 'true' } });
  expect(stranger.statusCode).toBe(401);
});
