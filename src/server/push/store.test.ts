/** What each statement about push subscriptions changes, with two devices of each of three people. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANA, BEN, EVE, openTables, type Tables, whileFailing } from '../../../test/helpers/tables.ts';
import { createSubscriptionStore, type SubscriptionStore } from './store.ts';

const NOW = 1000;
const EXPIRES = 2000;

let tables: Tables;
let store: SubscriptionStore;

function signIn(session: string, user: number): void {
  tables.database
    .prepare<[string, number, number]>(
      `INSERT INTO sessions (id, user_id, expires_at, created_at, seen_at, user_agent) VALUES (?, ?, ?, 0, 0, '')`,
    )
    .run(session, user, EXPIRES);
}

/** As its browser sends it; each browser has its own secret. */
const subscriptionOf = (browser: string) => ({
  endpoint: `https://push.example.net/${browser}`,
  p256dh: Buffer.alloc(65, browser),
  auth: Buffer.alloc(16, browser),
});
const put = (session: string, now = NOW, browser = session) =>
  store.put(session, 'en', subscriptionOf(browser), now);

const ALL = ['ana 1', 'ana 2', 'ben 1', 'ben 2', 'eve 1', 'eve 2'];

beforeEach(() => {
  tables = openTables();
  store = createSubscriptionStore(tables.database);
  for (const session of ALL) {
    signIn(session, { ana: ANA, ben: BEN, eve: EVE }[session.slice(0, 3)] ?? 0);
    expect(put(session)).toBe('kept');
  }
});
afterEach(() => tables.close());

const sessionsOf = (user: number, now = NOW) =>
  store
    .ofUser(user, now)
    .map(({ session }) => session)
    .sort();
const all = () => [ANA, BEN, EVE].flatMap((user) => sessionsOf(user));
const without = (...gone: string[]) => ALL.filter((session) => !gone.includes(session));

test('a subscription is found by its session and by its person, with all that was sent', () => {
  expect(all()).toEqual(ALL);
  const kept = { session: 'ben 1', locale: 'en', showsText: false, ...subscriptionOf('ben 1') };
  expect(store.ofSession('ben 1')).toEqual(kept);
  expect(store.ofOpenSession('ben 1', NOW)).toEqual(kept);
  expect(store.ofUser(BEN, NOW)).toContainEqual(kept);
});

test('of a session that has expired it is kept, and nothing is sent to it', () => {
  expect(store.ofOpenSession('ben 1', EXPIRES - 1)).toBeDefined();
  expect(store.ofOpenSession('ben 1', EXPIRES)).toBeUndefined();
  expect(sessionsOf(BEN, EXPIRES - 1)).toEqual(['ben 1', 'ben 2']);
  expect(sessionsOf(BEN, EXPIRES)).toEqual([]);
  expect(store.ofSession('ben 1')).toBeDefined();
});

test('no session that is unknown or has expired is given one', () => {
  expect(put('made up')).toBe('signed-out');
  expect(put('ben 1', EXPIRES, 'another browser')).toBe('signed-out');
  expect(put('ben 1', EXPIRES - 1, 'another browser')).toBe('kept');
  expect(store.ofSession('made up')).toBeUndefined();
  expect(all()).toEqual(ALL);
});

test('another one of the same session takes the place of the one before', () => {
  const renewed = subscriptionOf('ben’s new');
  expect(store.put('ben 1', 'zh-CN', renewed, NOW)).toBe('kept');
  expect(store.ofSession('ben 1')).toMatchObject({ ...renewed, locale: 'zh-CN' });
  expect(all()).toEqual(ALL);
});

test('a browser that knows its secret takes its subscription along, and none without it', () => {
  const stolen = { ...subscriptionOf('ben 1'), auth: Buffer.alloc(16, 'guess') };
  expect(store.put('eve 1', 'en', stolen, NOW)).toBe('taken');
  expect(all()).toEqual(ALL);
  expect(store.ofSession('eve 1')).toMatchObject(subscriptionOf('eve 1'));
  expect(put('eve 1', NOW, 'ben 1')).toBe('kept');
  expect(all()).toEqual(without('ben 1'));
  expect(store.ofSession('eve 1')).toMatchObject(subscriptionOf('ben 1'));
});

test('what is kept of a taken one is all or nothing', async () => {
  await whileFailing(tables.database, 'UPDATE ON push_subscriptions', () =>
    expect(() => put('eve 1', NOW, 'ben 1')).toThrow('made to fail'),
  );
  expect(all()).toEqual(ALL);
});

test('the eleventh device of a person makes the one that was added first go, and nobody else’s', () => {
  // Added in another order than that of their names, and `ben 1` once more after `ben 2`.
  put('ben 1', NOW + 1);
  const more = ['i', 'h', 'g', 'f', 'e', 'd', 'c', 'b'];
  for (const [at, session] of more.entries()) {
    signIn(session, BEN);
    put(session, NOW + 2 + at);
  }
  expect(sessionsOf(BEN)).toHaveLength(10);
  signIn('a', BEN);
  put('a', NOW + 20);
  expect(sessionsOf(BEN)).toEqual(['a', 'b', 'ben 1', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
  signIn('j', BEN);
  put('j', NOW + 21);
  expect(sessionsOf(BEN)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']);
  expect([...sessionsOf(ANA), ...sessionsOf(EVE)]).toEqual(without('ben 1', 'ben 2'));
});

test('one is removed by its session, or by the address that its service no longer knows', () => {
  store.remove('ben 1');
  expect(all()).toEqual(without('ben 1'));
  store.removeEndpoint(subscriptionOf('eve 2').endpoint);
  expect(all()).toEqual(without('ben 1', 'eve 2'));
  store.remove('made up');
  store.removeEndpoint('https://push.example.net/made%20up');
  expect(all()).toEqual(without('ben 1', 'eve 2'));
});

test('whether it shows what was written is asked for each device', () => {
  const shown = () => ALL.filter((session) => store.ofSession(session)?.showsText);
  store.setShowsText('ben 1', true);
  store.setShowsText('ben 2', true);
  expect(shown()).toEqual(['ben 1', 'ben 2']);
  store.setShowsText('ben 1', false);
  expect(shown()).toEqual(['ben 2']);
});
