import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, type Person } from '../../../test/helpers/house.ts';

let house: House;
let ana: Person;
let ben: Person;
let cleo: Person;
beforeEach(async () => {
  house = await openHouse();
  [ana, ben, cleo] = [await house.person('ana'), await house.person('ben'), await house.person('cleo')];
  for (const friend of [ben, cleo]) house.app.services.friends.befriend(ana.id, friend.id);
});
afterEach(() => house.close());

/** The chats that are offered. */
const offered = async (person: Person) =>
  Array.from((await person.get('/share')).body.matchAll(/data-chat="(\d+)"/g), ([, chat]) => Number(chat));

test('only chats in which one may write are offered', async () => {
  const { chats, friends } = house.app.services;
  const [withBen, withCleo] = [chats.directWith(ana.id, ben.id), chats.directWith(ana.id, cleo.id)];
  expect((await offered(ana)).sort()).toEqual([withBen, withCleo].sort());
  friends.remove(ana.id, cleo.id);
  expect(await offered(ana)).toEqual([withBen]);
  expect(await offered(ben)).toEqual([withBen]);
});

test('strangers are led to the way in, and from there back', async () => {
  const answer = await house.app.inject('/share');
  expect(answer.statusCode).toBe(303);
  expect(answer.headers.location).toBe('/login?next=%2Fshare');
});

test('what no worker has taken is read by nobody, and asked for once more', async () => {
  const answer = await house.app.inject({
    method: 'POST',
    url: '/share',
    headers: { 'content-type': 'multipart/form-data; boundary=x', origin: 'null', cookie: ana.cookie },
    payload: '--x\r\ncontent-disposition: form-data; name="text"\r\n\r\nhello\r\n--x--\r\n',
  });
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/share?missed']);
  expect((await ana.get('/share?missed')).body).toContain('share again from the other app');
});
