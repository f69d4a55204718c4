/** What each statement about friendships and blocks changes, among three people who all have to do with each other. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANA, BEN, EVE, openTables, type Tables } from '../../../test/helpers/tables.ts';
import { createFriendStore, type FriendStore, type Person } from './store.ts';

let tables: Tables;
let store: FriendStore;
beforeEach(() => {
  tables = openTables();
  store = createFriendStore(tables.database);
});
afterEach(() => tables.close());

const ids = (people: Person[]) => people.map(({ id }) => id);
const friends = () => [ANA, BEN, EVE].map((id) => ids(store.friendsOf(id)));

test('a friendship is of two, whichever of them is named first', () => {
  store.put(ANA, BEN, 1, 1);
  store.put(EVE, ANA, 1, 1);
  store.put(BEN, EVE, 1, 1);
  expect(friends()).toEqual([
    [BEN, EVE],
    [ANA, EVE],
    [ANA, BEN],
  ]);
  expect(store.remove(BEN, ANA)).toBe(true);
  expect(store.remove(ANA, BEN)).toBe(false);
  expect(friends()).toEqual([[EVE], [EVE], [ANA, BEN]]);
  expect(store.find(ANA, BEN)).toBeUndefined();
  expect(store.find(ANA, EVE)).toEqual({ requestedBy: EVE, accepted: true });
});

test('a request stands with who asked and with who was asked, in the order they came', () => {
  store.put(BEN, ANA, null, 2);
  store.put(EVE, ANA, null, 1);
  store.put(EVE, BEN, null, 3);
  expect([ANA, BEN, EVE].map((id) => ids(store.asking(id)))).toEqual([[EVE, BEN], [EVE], []]);
  expect([ANA, BEN, EVE].map((id) => ids(store.asked(id)))).toEqual([[], [ANA], [ANA, BEN]]);
  expect(friends()).toEqual([[], [], []]);
  store.put(ANA, BEN, 4, 4);
  expect(friends()).toEqual([[BEN], [ANA], []]);
  expect(ids(store.asking(ANA))).toEqual([EVE]);
  expect(ids(store.asked(BEN))).toEqual([]);
  expect(store.find(ANA, BEN)).toEqual({ requestedBy: BEN, accepted: true });
});

test('asking anew takes back no friendship', () => {
  store.put(ANA, BEN, 1, 1);
  store.put(BEN, ANA, null, 2);
  expect(store.find(ANA, BEN)).toEqual({ requestedBy: ANA, accepted: true });
});

test('friends are listed by name, whatever its letter case', () => {
  tables.database.exec(`UPDATE users SET display_name = 'Zoe' WHERE id = ${BEN};
    UPDATE users SET display_name = 'anton' WHERE id = ${EVE}`);
  store.put(ANA, BEN, 1, 1);
  store.put(ANA, EVE, 1, 2);
  store.block(ANA, BEN, 1);
  store.block(ANA, EVE, 2);
  expect(ids(store.friendsOf(ANA))).toEqual([EVE, BEN]);
  expect(ids(store.blockedBy(ANA))).toEqual([EVE, BEN]);
});

test('a block is of one person by one person', () => {
  for (const [blocker, blocked] of [
    [ANA, BEN],
    [ANA, EVE],
    [EVE, BEN],
    [BEN, ANA],
  ] as const)
    store.block(blocker, blocked, 1);
  store.block(ANA, BEN, 2);
  const blocked = () => [ANA, BEN, EVE].map((id) => ids(store.blockedBy(id)));
  expect(blocked()).toEqual([[BEN, EVE], [ANA], [BEN]]);
  expect(store.unblock(ANA, BEN)).toBe(true);
  expect(store.unblock(ANA, BEN)).toBe(false);
  expect(blocked()).toEqual([[EVE], [ANA], [BEN]]);
  expect([store.hasBlocked(ANA, BEN), store.hasBlocked(BEN, ANA)]).toEqual([false, true]);
  expect([store.hasBlocked(EVE, ANA), store.hasBlocked(ANA, EVE)]).toEqual([false, true]);
});

test('everything between one person and the others goes, and nothing between those', () => {
  store.put(ANA, BEN, 1, 1);
  store.put(BEN, EVE, null, 1);
  store.put(ANA, EVE, 1, 1);
  for (const [blocker, blocked] of [
    [BEN, ANA],
    [EVE, BEN],
    [EVE, ANA],
  ] as const)
    store.block(blocker, blocked, 1);
  expect(store.removeAll(BEN).sort()).toEqual([ANA, EVE]);
  expect(store.removeAll(BEN)).toEqual([]);
  expect(friends()).toEqual([[EVE], [], [ANA]]);
  expect([ANA, BEN, EVE].map((id) => ids(store.blockedBy(id)))).toEqual([[], [], [ANA]]);
});
