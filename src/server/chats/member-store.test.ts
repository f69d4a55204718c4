/** What each statement about members changes, in two groups of three and in conversations of two. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANA, ANA_BEN, BEN, EVE, openTables, type Tables } from '../../../test/helpers/tables.ts';
import { createMemberStore } from './member-store.ts';

const FAMILY = 4;
const BOOKS = 5;

let tables: Tables;
let store: ReturnType<typeof createMemberStore>;

beforeEach(() => {
  tables = openTables();
  tables.database.exec(`INSERT INTO conversations (id, kind, title, active_at)
    VALUES (${FAMILY}, 'group', 'Family', 0), (${BOOKS}, 'group', 'Books', 0)`);
  store = createMemberStore(tables.database);
  // Not in the order of their numbers.
  for (const group of [FAMILY, BOOKS])
    for (const [user, joinedAt] of [
      [EVE, 1],
      [BEN, 2],
      [ANA, 3],
    ] as const)
      expect(store.addMember(group, user, { role: 'member', firstId: 0, joinedAt }, 0)).toBe(true);
});
afterEach(() => tables.close());

const roles = (group: number) => [ANA, BEN, EVE].map((user) => store.member(group, user)?.role);
const notified = (group: number) => [ANA, BEN, EVE].map((user) => store.member(group, user)?.notify);

test('members come in the order of their joining, each once', () => {
  expect(store.members(FAMILY)).toEqual([EVE, BEN, ANA]);
  expect(store.addMember(FAMILY, ANA, { role: 'admin', firstId: 9, joinedAt: 9 }, 9)).toBe(false);
  expect(store.member(FAMILY, ANA)).toEqual({ role: 'member', firstId: 0, joinedAt: 3, notify: 'all' });
});

test('whoever is taken out is out of that group, and of no other', () => {
  expect(store.removeMember(FAMILY, BEN)).toBe(true);
  expect(store.members(FAMILY)).toEqual([EVE, ANA]);
  expect(store.members(BOOKS)).toEqual([EVE, BEN, ANA]);
  expect(store.isMember(FAMILY, BEN)).toBe(false);
  expect(store.isMember(ANA_BEN, BEN)).toBe(true);
  expect(store.removeMember(FAMILY, BEN)).toBe(false);
});

test('a role and a wish are one member’s, in one group', () => {
  expect(store.setRole(FAMILY, BEN, 'admin')).toBe(true);
  expect([roles(FAMILY), roles(BOOKS)]).toEqual([
    ['member', 'admin', 'member'],
    ['member', 'member', 'member'],
  ]);
  store.setNotify(BOOKS, ANA, 'mentions');
  expect([notified(FAMILY), notified(BOOKS)]).toEqual([
    ['all', 'all', 'all'],
    ['mentions', 'all', 'all'],
  ]);
  store.removeMember(FAMILY, EVE);
  expect(store.setRole(FAMILY, EVE, 'admin')).toBe(false);
});

test('a group without an admin gets the one who has been in it longest, whatever others have', () => {
  store.setRole(BOOKS, ANA, 'admin');
  store.promoteEldest(FAMILY);
  expect(roles(FAMILY)).toEqual(['member', 'member', 'admin']);
  store.promoteEldest(BOOKS);
  expect(roles(BOOKS)).toEqual(['admin', 'member', 'member']);
});

test('of those who joined at once the one who was here first becomes admin', () => {
  for (const user of [EVE, BEN, ANA]) {
    store.removeMember(FAMILY, user);
    store.addMember(FAMILY, user, { role: 'member', firstId: 0, joinedAt: 7 }, 0);
  }
  store.promoteEldest(FAMILY);
  expect(roles(FAMILY)).toEqual(['admin', 'member', 'member']);
});

test('participants come by name, in any case of its letters', () => {
  tables.database.exec(`UPDATE users SET display_name = 'Zoe' WHERE id = ${ANA}`);
  expect(store.participants(FAMILY).map(({ displayName }) => displayName)).toEqual(['ben', 'eve', 'Zoe']);
  expect(store.participants(ANA_BEN).map(({ id }) => id)).toEqual([BEN, ANA]);
});
