/** Between two people: one can be told of all, or of nothing, without the other knowing. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
let address: string;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  address = `/chats/${chat}/notifications`;
});
afterEach(() => house.close());

const choose = (person: Person, notify: string) => person.post(address, { notify });
const say = (by: Person, body: string, where = chat) =>
  by.post(`/chats/${where}`, { key: randomUUID(), body });

test('the choice is a form on a page of its own, to which the chat leads', async () => {
  expect((await ben.get(`/chats/${chat}`)).body).toContain(`href="${address}"`);
  const before = (await ben.get(address)).body;
  expect(before).toContain('Notifications from ana');
  expect(before.match(/type="radio"/g)).toHaveLength(2);
  expect(before).toMatch(/value="all" checked/);
  const answer = await choose(ben, 'nothing');
  expect([answer.statusCode, answer.headers.location]).toEqual([303, address]);
  expect((await ben.get(address)).body).toMatch(/value="nothing" checked/);
  expect((await ben.get(`/chats/${chat}`)).body).toContain('#silence');
  // It is one's own: the other one neither has it nor sees it.
  expect((await ana.get(address)).body).toMatch(/value="all" checked/);
  expect((await ana.get(`/chats/${chat}`)).body).not.toContain('#silence');
});

test('what there is no choice of is refused, and for strangers there is no such chat', async () => {
  for (const notify of ['mentions', 'everything', ''])
    expect((await choose(ben, notify)).statusCode).toBe(400);
  const eve = await house.person('eve');
  house.app.services.friends.befriend(eve.id, ana.id);
  const before = house.app.services.chatNotifications.of(chat, ben.id);
  expect([(await eve.get(address)).statusCode, (await choose(eve, 'nothing')).statusCode]).toEqual([
    404, 404,
  ]);
  expect((await eve.get('/chats/99/notifications')).statusCode).toBe(404);
  expect(house.app.services.chatNotifications.choose(chat, eve.id, 'nothing')).toBe(false);
  expect(house.app.services.chatNotifications.of(chat, ben.id)).toBe(before);
});

test('a group has it among its people', async () => {
  const group = house.app.services.groups.create(ana.id, 'Family', [ben.id]) ?? 0;
  const there = `/chats/${group}/people#notifications`;
  expect((await ben.get(`/chats/${group}/notifications`)).headers.location).toBe(there);
  const answer = await ben.post(`/chats/${group}/notifications`, { notify: 'mentions' });
  expect([answer.statusCode, answer.headers.location]).toEqual([303, there]);
});

test('of a silenced friend no page sounds, and what they write waits in the list', async () => {
  const eve = await house.person('eve');
  house.app.services.friends.befriend(eve.id, ben.id);
  const other = house.app.services.chats.directWith(eve.id, ben.id);
  await choose(ben, 'nothing');
  const bens = await openSocket(house, '/live?mark=none', { cookie: ben.cookie });
  const told = () => bens.received.filter((message) => message.includes('id="arrived"')).length;
  await say(ana, 'Are you there?');
  await say(eve, 'Hello', other);
  await eventually('the other chat', () => told() > 0);
  expect(told()).toBe(1);
  const { chats } = house.app.services;
  expect(chats.lines(ben.id).map(({ id, unread }) => [id, unread])).toEqual([
    [other, 1],
    [chat, 1],
  ]);
  // The number in the navigation counts what they want to hear of.
  expect(chats.unreadConversations(ben.id)).toBe(1);
});
