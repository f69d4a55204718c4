import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, openSocket, type Person } from '../../../test/helpers/house.ts';

let house: House;
let ana: Person;
let ben: Person;

beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
  ben = await house.person('ben');
});
afterEach(() => house.close());

const areFriends = () => house.app.services.friends.areFriends(ana.id, ben.id);

test('asked and accepted', async () => {
  expect((await ana.post('/friends', { username: ' Ben ' })).headers.location).toBe('/friends?asked=1');
  expect(areFriends()).toBe(false);
  expect((await ana.post(`/friends/${ben.id}/accept`)).statusCode).toBe(404);
  expect((await ben.get('/friends')).body).toContain(`action="/friends/${ana.id}/accept"`);
  await ben.post(`/friends/${ana.id}/accept`);
  expect(areFriends()).toBe(true);
  expect((await ana.get('/friends')).body).toMatch(/href="\/chats\/\d+\/call\?media=video"/);
});

test('asking back is accepting', async () => {
  await ana.post('/friends', { username: 'ben' });
  await ben.post('/friends', { username: 'ana' });
  expect(areFriends()).toBe(true);
});

test('the page begins with the invitation while one has no friends', async () => {
  const headings = async () =>
    [...(await ana.get('/friends')).body.matchAll(/<h2 id="(\w+)"/g)].map(([, id]) => id);
  expect(await headings()).toEqual(['invite', 'friends', 'add']);
  await ben.post('/friends', { username: 'ana' });
  expect(await headings()).toEqual(['add', 'asking', 'friends', 'invite']);
  await ana.post(`/friends/${ben.id}/accept`);
  expect(await headings()).toEqual(['add', 'friends', 'invite']);
});

test('declined, withdrawn and removed', async () => {
  await ana.post('/friends', { username: 'ben' });
  await ben.post(`/friends/${ana.id}/decline`);
  expect((await ben.post(`/friends/${ana.id}/accept`)).statusCode).toBe(404);
  await ana.post('/friends', { username: 'ben' });
  await ana.post(`/friends/${ben.id}/withdraw`);
  expect((await ben.get('/friends')).body).not.toContain('@ana');
  house.app.services.friends.befriend(ana.id, ben.id);
  await ben.post(`/friends/${ana.id}/remove`);
  expect(areFriends()).toBe(false);
});

test.each([
  ['nobody', 'nobody with this username'],
  ['ana', 'That is you'],
])('asking %s says what is wrong and keeps the name', async (username, words) => {
  const answer = await ana.post('/friends', { username });
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain(words);
  expect(answer.body).toContain(`value="${username}"`);
});

test('who is blocked can’t ask, write or see presence, and isn’t told why', async () => {
  const { friends, chats } = house.app.services;
  friends.befriend(ana.id, ben.id);
  const chat = chats.directWith(ana.id, ben.id);
  await ana.post(`/friends/${ben.id}/block`);
  const { socket } = await openSocket(house, '/live', { cookie: ana.cookie });
  expect((await ben.get('/friends')).body).not.toContain('online');
  expect((await ben.get(`/chats/${chat}`)).body).not.toContain('class="presence"');
  expect((await ben.post(`/chats/${chat}`, { key: crypto.randomUUID(), body: 'Hi' })).statusCode).toBe(403);
  const asked = await ben.post('/friends', { username: 'ana' });
  const unknown = await ben.post('/friends', { username: 'nobody' });
  const words = (body: string) => /id="username-error">([^<]+)/.exec(body)?.[1];
  expect(words(asked.body)).toBe(words(unknown.body));
  expect((await ana.get('/settings')).body).toContain('@ben');
  await ana.post(`/friends/${ben.id}/unblock`);
  expect((await ben.post('/friends', { username: 'ana' })).statusCode).toBe(303);
  socket.close();
});

test('one can’t find out by blocking whether an id exists', async () => {
  const eve = await house.person('eve');
  expect((await eve.post(`/friends/${ana.id}/block`)).statusCode).toBe(404);
  expect((await eve.post('/friends/9999/block')).statusCode).toBe(404);
});

test('friends see the light go on and, a little after the last page closed, off', async () => {
  house.app.services.friends.befriend(ana.id, ben.id);
  const watching = await openSocket(house, '/live', { cookie: ana.cookie });
  const first = await openSocket(house, '/live', { cookie: ben.cookie });
  await watching.until((html) => html.includes('data-online="true"'));
  const second = await openSocket(house, '/live', { cookie: ben.cookie });
  first.socket.close();
  await first.closed;
  house.clock.advance(60_000);
  expect((await ana.get('/friends')).body).toContain('data-online="true"');
  const seen = watching.received.length;
  second.socket.close();
  await second.closed;
  await expect
    .poll(() => {
      house.clock.advance(6_000);
      return watching.received.slice(seen).some((html) => html.includes('data-online="false"'));
    })
    .toBe(true);
});
