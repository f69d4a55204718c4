/** What each statement about people changes, and whom it leaves alone. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANA, BEN, EVE, openTables, type Tables, whileFailing } from '../../../test/helpers/tables.ts';
import { type AccountStore, createAccountStore } from './store.ts';

let tables: Tables;
let store: AccountStore;
beforeEach(() => {
  tables = openTables();
  store = createAccountStore(tables.database);
});
afterEach(() => tables.close());

const othersThan = (id: number) => store.allUsers().filter((user) => user.id !== id);
const hashes = () => [ANA, BEN, EVE].map((id) => store.passwordHash(id));

test('a password is set for one person, and only over the one that was checked', () => {
  expect(store.setPassword(BEN, 'stolen', 'hash of ana')).toBe(false);
  expect(store.setPassword(BEN, 'new', 'hash of ben')).toBe(true);
  expect(store.setPassword(EVE, 'reset')).toBe(true);
  expect(store.setPassword(99, 'nobody’s')).toBe(false);
  expect(hashes()).toEqual(['hash of ana', 'new', 'reset']);
});

test('a name and preferences are one person’s', () => {
  const others = othersThan(BEN);
  store.setDisplayName(BEN, 'Benjamin');
  const preferences = { locale: 'zh-CN', timeZone: 'Asia/Shanghai', region: 'CN', clock: '24' as const };
  store.setPreferences(BEN, { ...preferences, sound: false });
  expect(store.userById(BEN)).toMatchObject({ displayName: 'Benjamin', ...preferences, sound: false });
  expect(store.userByUsername('ben')).toEqual(store.userById(BEN));
  expect(othersThan(BEN)).toEqual(others);
  store.setPreferences(BEN, { sound: true });
  expect(store.userById(BEN)).toMatchObject({ locale: undefined, timeZone: undefined, sound: true });
});

test('a picture is one person’s; another takes its place, and taking it away leaves none', () => {
  const pictures = () =>
    store.allUsers().map(({ picture }) => picture && store.pictureBytes(picture)?.toString());
  for (const id of [ANA, BEN, EVE]) store.setPicture(id, Buffer.from(`of ${id}`));
  expect(pictures()).toEqual(['of 1', 'of 2', 'of 3']);
  const before = store.userById(BEN)?.picture ?? '';
  store.setPicture(BEN, Buffer.from('another'));
  expect(store.pictureBytes(before)).toBeUndefined();
  store.setPicture(EVE, undefined);
  expect(pictures()).toEqual(['of 1', 'another', undefined]);
});

test('a picture whose address can’t be written leaves the one before', async () => {
  store.setPicture(BEN, Buffer.from('before'));
  await whileFailing(tables.database, 'UPDATE ON users', () => {
    expect(() => store.setPicture(BEN, Buffer.from('after'))).toThrow('made to fail');
    expect(() => store.setPicture(BEN, undefined)).toThrow('made to fail');
  });
  expect(store.pictureBytes(store.userById(BEN)?.picture ?? '')?.toString()).toBe('before');
});

test('a username is taken once', () => {
  const dan = { username: 'dan', displayName: 'Dan', passwordHash: 'x', isOwner: false, createdAt: 0 };
  expect(store.insertUser(dan)).toBe(4);
  expect(store.insertUser({ ...dan, isOwner: true })).toBeUndefined();
  expect(store.userByUsername('dan')).toMatchObject({ id: 4, isOwner: false });
  expect(store.userByUsername('fay')).toBeUndefined();
});

test('a server has people from the first one on', () => {
  tables.database.exec('DELETE FROM users');
  expect(store.hasUsers()).toBe(false);
  store.insertUser({ username: 'dan', displayName: 'Dan', passwordHash: 'x', isOwner: true, createdAt: 0 });
  expect(store.hasUsers()).toBe(true);
  expect(store.allUsers()).toMatchObject([{ username: 'dan', isOwner: true }]);
});

test('who is removed keeps their name alone, and makes room for another of the same username', () => {
  store.setPicture(BEN, Buffer.from('of ben'));
  const { picture = '' } = store.userById(BEN) ?? {};
  const others = othersThan(BEN);
  expect(store.remove(BEN, 5)).toBe(true);
  expect(store.allUsers()).toEqual(others);
  expect(store.removedUsers()).toMatchObject([
    { id: BEN, displayName: 'ben', isRemoved: true, picture: undefined },
  ]);
  expect([store.userByUsername('ben'), store.pictureBytes(picture)]).toEqual([undefined, undefined]);
  expect(hashes()).toEqual(['hash of ana', '', 'hash of eve']);
  const again = { username: 'ben', displayName: 'Ben', passwordHash: 'x', isOwner: false, createdAt: 6 };
  expect(store.insertUser(again)).toBe(4);
  expect(store.userByUsername('ben')).toMatchObject({ id: 4, isRemoved: false });
  expect([store.remove(BEN, 7), store.remove(99, 7)]).toEqual([false, false]);
  tables.database.exec(`UPDATE users SET is_owner = 1 WHERE id = ${ANA}`);
  expect(store.remove(ANA, 7)).toBe(false);
  expect(store.userById(ANA)).toMatchObject({ username: 'ana', isRemoved: false });
});
