/** What each statement about groups changes, beside two conversations of two. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANA, ANA_BEN, BEN, EVE, openTables, type Tables } from '../../../test/helpers/tables.ts';
import { createGroupStore } from './group-store.ts';

let tables: Tables;
let store: ReturnType<typeof createGroupStore>;
let family: number;
let climbing: number;
let books: number;

beforeEach(() => {
  tables = openTables();
  store = createGroupStore(tables.database);
  // Not in the order of their titles.
  family = store.insertGroup('Family', true, 0);
  climbing = store.insertGroup('climbing', false, 0);
  books = store.insertGroup('Books', false, 0);
  const join = tables.database.prepare('INSERT INTO members (conversation_id, user_id) VALUES (?, ?)');
  for (const [group, user] of [
    [family, ANA],
    [climbing, ANA],
    [books, ANA],
    [family, BEN],
    [books, EVE],
  ])
    join.run(group, user);
});
afterEach(() => tables.close());

const titles = (groups: { title: string }[]) => groups.map(({ title }) => title);
const pictureOf = (conversation: number) =>
  tables.database
    .prepare<[number], string | null>('SELECT picture FROM conversations WHERE id = ?')
    .pluck()
    .get(conversation);

test('somebody’s groups come by title, without their conversations of two', () => {
  expect(store.groupsOf(ANA)).toEqual([
    { id: books, title: 'Books', forNewcomers: false },
    { id: climbing, title: 'climbing', forNewcomers: false },
    { id: family, title: 'Family', forNewcomers: true },
  ]);
  expect(titles(store.groupsOf(BEN))).toEqual(['Family']);
  expect(titles(store.groupsOf(EVE))).toEqual(['Books']);
});

test('a group is renamed, and no other', () => {
  store.setTitle(books, 'Poems');
  expect(titles(store.groupsOf(ANA))).toEqual(['climbing', 'Family', 'Poems']);
});

test('an invitation leads into its own groups, each once', () => {
  tables.database.exec(`INSERT INTO invitations (id, code, inviter_id, created_at, expires_at, uses_left)
    VALUES (1, 'one', ${ANA}, 0, 0, 1), (2, 'two', ${ANA}, 0, 0, 1)`);
  store.leadInto(1, family);
  store.leadInto(1, family);
  store.leadInto(1, books);
  store.leadInto(2, climbing);
  expect(store.invitedInto(1)).toEqual([
    { id: books, title: 'Books' },
    { id: family, title: 'Family' },
  ]);
  expect(titles(store.invitedInto(2))).toEqual(['climbing']);
  expect(store.invitedInto(3)).toEqual([]);
});

test('a picture is one group’s, is found by its version only, and makes the one before go', () => {
  store.setPicture(books, Buffer.from('books'));
  store.setPicture(family, Buffer.from('then'));
  const then = pictureOf(family) ?? '';
  expect(store.pictureBytes(family, then)?.toString()).toBe('then');
  store.setPicture(family, Buffer.from('now'));
  const now = pictureOf(family) ?? '';
  expect(store.pictureBytes(family, now)?.toString()).toBe('now');
  expect(store.pictureBytes(family, then)).toBeUndefined();
  expect(store.pictureBytes(books, now)).toBeUndefined();
  store.setPicture(family, undefined);
  expect(pictureOf(family)).toBeNull();
  expect(store.pictureBytes(family, now)).toBeUndefined();
  expect(store.pictureBytes(books, pictureOf(books) ?? '')?.toString()).toBe('books');
  expect(pictureOf(ANA_BEN)).toBeNull();
});
