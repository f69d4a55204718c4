/** A friendship begins with its conversation, whichever way it begins. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { admin } from '../../../test/helpers/admin.ts';
import { type House, openHouse, type Person } from '../../../test/helpers/house.ts';
import { createFriends } from './friends.ts';
import { createFriendStore } from './store.ts';

let house: House;
let ana: Person;
let ben: Person;
let cleo: Person;
beforeEach(async () => {
  house = await openHouse();
  [ana, ben, cleo] = [await house.person('ana'), await house.person('ben'), await house.person('cleo')];
});
afterEach(() => house.close());

const conversation = () => house.app.services.chats.conversationWith(ana.id, ben.id);
const ask = (one: Person, other: Person) => one.post('/friends', { username: other.username });

test.each<[string, () => Promise<unknown>]>([
  ['being made friends', async () => house.app.services.friends.befriend(ben.id, ana.id)],
  ['the command line', () => admin(house.dataDir, ['befriend', 'ana', 'ben'])],
  [
    'asking back',
    async () => {
      await ask(ana, ben);
      await ask(ben, ana);
    },
  ],
  [
    'accepting',
    async () => {
      await ask(ana, ben);
      await ben.post(`/friends/${ana.id}/accept`);
    },
  ],
  [
    'an invitation',
    async () => {
      await ana.post('/friends/invitations', { days: '1', uses: '1' });
      const [invitation] = house.app.services.invitations.madeBy(ana.id, house.clock.now());
      const answer = await ben.post(`/join/${invitation?.code}/friend`);
      expect(answer.headers.location).toBe(`/chats/${conversation()}#end`);
    },
  ],
])('by %s', async (_, become) => {
  expect(conversation()).toBeUndefined();
  await become();
  const { chats } = house.app.services;
  expect(chats.members(conversation() ?? 0).sort()).toEqual([ana.id, ben.id]);
  expect(chats.conversationWith(ben.id, ana.id)).toBe(conversation());
  // It stands in both lists before the first word, and in nobody else's.
  expect(chats.lines(ana.id).map(({ otherId }) => otherId)).toEqual([ben.id]);
  expect(chats.lines(ben.id).map(({ otherId }) => otherId)).toEqual([ana.id]);
  expect(chats.lines(cleo.id)).toEqual([]);
});

test('who is only asked has none yet', async () => {
  await ask(ana, ben);
  expect(conversation()).toBeUndefined();
});

test('friends again have the one they had', async () => {
  const { friends } = house.app.services;
  friends.befriend(ana.id, ben.id);
  const before = conversation();
  friends.remove(ana.id, ben.id);
  friends.befriend(ana.id, ben.id);
  expect(conversation()).toBe(before);
});

test('without a conversation there is no friendship either', () => {
  const { database, accounts, clock, events } = house.app.services;
  const heard: unknown[] = [];
  events.on('friendship-changed', (change) => heard.push(change));
  const store = createFriendStore(database);
  const friends = createFriends(store, accounts, clock, events, () => {
    throw new Error('no room for a conversation');
  });
  expect(() => friends.befriend(ana.id, ben.id)).toThrow('no room');
  expect(store.find(ana.id, ben.id)).toBeUndefined();
  expect(heard).toEqual([]);
});
