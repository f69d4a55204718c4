/** What each statement about sessions changes, with two devices of each person. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { ANA, BEN, EVE, openTables, type Tables } from '../../../test/helpers/tables.ts';
import { createSessionStore, hashSessionId, PasswordChangedError } from './session-store.ts';

const clock = fakeClock();
const DEVICES = [
  ['ana’s phone', ANA],
  ['ana’s tablet', ANA],
  ['ben’s phone', BEN],
  ['ben’s tablet', BEN],
  ['eve’s phone', EVE],
] as const;

let tables: Tables;
let store: ReturnType<typeof createSessionStore>;

/** The cookie is named after the device; the later it stands in the list, the later it was seen and runs out. */
beforeEach(() => {
  tables = openTables();
  store = createSessionStore(tables.database, clock, (_what, write) => void write());
  const insert = tables.database.prepare<[string, number, number, number, string]>(
    'INSERT INTO sessions (id, user_id, expires_at, created_at, seen_at, user_agent) VALUES (?, ?, ?, 0, ?, ?)',
  );
  for (const [at, [device, user]] of DEVICES.entries())
    insert.run(hashSessionId(device), user, clock.now() + at, at, device);
});
afterEach(() => tables.close());

const devices = () => [ANA, BEN, EVE].flatMap((user) => store.ofUser(user)).map(({ userAgent }) => userAgent);
const all = ['ana’s tablet', 'ana’s phone', 'ben’s tablet', 'ben’s phone', 'eve’s phone'];
const without = (...gone: string[]) => all.filter((device) => !gone.includes(device));

test('a person’s devices are listed with the one that was seen last before the others', () => {
  expect(devices()).toEqual(all);
});

test('one session is removed by its cookie, and by its person', async () => {
  await store.adapter.deleteSession('ana’s phone');
  expect(devices()).toEqual(without('ana’s phone'));
  expect(store.removeOwn(hashSessionId('ben’s phone'), ANA)).toBe(false);
  expect(devices()).toEqual(without('ana’s phone'));
  expect(store.removeOwn(hashSessionId('ben’s phone'), BEN)).toBe(true);
  expect(store.removeOwn(hashSessionId('ben’s phone'), BEN)).toBe(false);
  expect(devices()).toEqual(without('ana’s phone', 'ben’s phone'));
});

test('all of one person’s are removed, or all but one', async () => {
  await store.adapter.deleteUserSessions(ANA);
  expect(devices()).toEqual(without('ana’s phone', 'ana’s tablet'));
  const tablet = hashSessionId('ben’s tablet');
  expect(store.endOf(BEN, tablet)).toEqual([hashSessionId('ben’s phone')]);
  expect(devices()).toEqual(['ben’s tablet', 'eve’s phone']);
  expect(store.endOf(BEN, undefined)).toEqual([tablet]);
  expect(devices()).toEqual(['eve’s phone']);
});

test('a session runs out at its moment, and not before', async () => {
  const tablet = hashSessionId('ana’s tablet');
  expect(store.isOpen(tablet, clock.now())).toBe(true);
  expect(store.isOpen(tablet, clock.now() + 1)).toBe(false);
  expect(store.isOpen(hashSessionId('made up'), 0)).toBe(false);
  store.removeExpired(clock.now() + 1);
  expect(devices()).toEqual(without('ana’s phone', 'ana’s tablet'));
  expect([store.exists(tablet), store.exists(hashSessionId('eve’s phone'))]).toEqual([false, true]);
  await store.adapter.deleteExpiredSessions();
  expect(devices()).toEqual(without('ana’s phone', 'ana’s tablet'));
});

test('what a session says of itself is changed for that one alone', async () => {
  const rows = () => [ANA, BEN, EVE].flatMap((user) => store.ofUser(user));
  const othersThan = (device: string) => rows().filter(({ userAgent }) => userAgent !== device);
  const others = othersThan('ben’s phone');
  const phone = hashSessionId('ben’s phone');
  store.see(phone, 5000);
  // The store counts by its own clock, and lucia by the machine's: an hour from now is one for both.
  await store.adapter.updateSessionExpiration('ben’s phone', new Date(Date.now() + 3_600_000));
  expect(othersThan('ben’s phone')).toEqual(others);
  const changed = rows().find(({ id }) => id === phone);
  expect(changed?.seenAt).toBe(5000);
  expect(Math.abs((changed?.expiresAt ?? 0) - clock.now() - 3_600_000)).toBeLessThan(60_000);
});

test('a cookie leads to its own person', async () => {
  const [session, user] = await store.adapter.getSessionAndUser('ben’s tablet');
  expect(session).toMatchObject({ id: 'ben’s tablet', userId: BEN });
  expect(user?.attributes).toMatchObject({ id: BEN, username: 'ben' });
  expect(await store.adapter.getSessionAndUser('made up')).toEqual([null, null]);
  // What the file holds signs nobody in.
  expect(await store.adapter.getSessionAndUser(hashSessionId('ben’s tablet'))).toEqual([null, null]);
});

test('a session begins only for who has the password that was checked', async () => {
  const begin = (passwordHash?: string) =>
    store.adapter.setSession({
      id: 'ben’s new phone',
      userId: BEN,
      expiresAt: new Date(),
      attributes: {
        createdAt: 0,
        seenAt: 9,
        userAgent: 'ben’s new phone',
        ...(passwordHash && { passwordHash }),
      },
    });
  await expect(begin('hash of ana')).rejects.toBeInstanceOf(PasswordChangedError);
  await expect(begin()).rejects.toBeInstanceOf(PasswordChangedError);
  expect(devices()).toEqual(all);
  await begin('hash of ben');
  expect(store.ofUser(BEN).map(({ userAgent }) => userAgent)).toEqual([
    'ben’s new phone',
    'ben’s tablet',
    'ben’s phone',
  ]);
  expect(store.ofUser(EVE)).toHaveLength(1);
});
