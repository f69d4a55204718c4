import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ANA, ANA_BEN, ANA_EVE, BEN, EVE, openTables, type Tables } from '../../../test/helpers/tables.ts';
import { type Database, openDatabase } from '../database.ts';
import { type CallStore, createCallStore, type NewCall } from './store.ts';

let tables: Tables;
let database: Database;

beforeEach(() => {
  tables = openTables();
  database = tables.database;
});
afterEach(() => tables.close());

const CALL: NewCall = {
  id: 'call',
  conversation: ANA_BEN,
  media: 'voice',
  now: 1000,
  ringDeadline: 61_000,
  caller: { member: 'place of ana', user: ANA, device: 'anas', key: 'key' },
  callee: { member: 'place of ben', user: BEN },
};

test('of two who accept, one has the call, also from another connection to the file', () => {
  const store = createCallStore(database);
  const second = openDatabase(tables.path);
  store.insert(CALL);
  expect(store.accept('call', 2, 'phone', undefined, 2000)).toBe(true);
  expect(createCallStore(second).accept('call', 2, 'tablet', undefined, 2500)).toBe(false);
  second.close();
  expect(store.find('call')).toMatchObject({ state: { name: 'active' }, answeredAt: 2000 });
  expect(store.find('call')?.members.find(({ user }) => user === 2)?.device).toBe('phone');
});

test('which calls are open is not asked of all the calls of a person’s life', () => {
  const prepare = vi.spyOn(database, 'prepare');
  createCallStore(database);
  const asked = prepare.mock.calls.map(([sql]) => sql).filter((sql) => sql.includes(`state <> 'ended'`));
  prepare.mockRestore();
  expect(asked.length).toBeGreaterThan(1);
  for (const sql of asked) {
    const [first] = database
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replace('user_id = ?', 'user_id = 1')}`)
      .all();
    expect(first?.detail, sql).toContain('calls_open');
  }
});

test('open are the calls of a person that ring or are on, the oldest first', () => {
  const store = createCallStore(database);
  const insert = (id: string, now: number, callee: number) =>
    store.insert({
      ...{ ...CALL, id, now },
      caller: { ...CALL.caller, member: `${id} of ana`, key: id },
      callee: { member: `${id} of ${callee}`, user: callee },
    });
  insert('later', 3000, 2);
  insert('earlier', 2000, 2);
  insert('over', 1000, 2);
  insert('hers', 1000, 3);
  store.end('over', 'ringing', 'missed', 4000);
  expect(store.openOf(2).map(({ id }) => id)).toEqual(['earlier', 'later']);
  expect(store.openOf(3).map(({ id }) => id)).toEqual(['hers']);
});

test('a call ends once, and only from the state it was seen in', () => {
  const store = createCallStore(database);
  store.insert(CALL);
  expect(store.end('call', 'active', 'hung-up', 3000)).toBe(false);
  expect(store.end('call', 'ringing', 'missed', 3000)).toBe(true);
  expect(store.end('call', 'ringing', 'declined', 4000)).toBe(false);
  expect(store.find('call')).toMatchObject({ state: { name: 'ended', reason: 'missed' }, endedAt: 3000 });
  expect(store.open()).toEqual([]);
});

test('a key is one call per person', () => {
  const store = createCallStore(database);
  store.insert(CALL);
  const again = { ...CALL, id: 'other', caller: { ...CALL.caller, member: 'other place' } };
  expect(() => store.insert(again)).toThrow(/UNIQUE/);
  expect(store.byKey(1, 'key')?.id).toBe('call');
  expect(store.byKey(2, 'key')).toBeUndefined();
});

/** A second call of the same caller's at the same time, with another callee. */
const OTHER: NewCall = {
  ...CALL,
  id: 'other',
  conversation: ANA_EVE,
  caller: { ...CALL.caller, member: 'other place of ana', key: 'other key' },
  callee: { member: 'place of eve', user: EVE },
};
function insertBoth(): CallStore {
  const store = createCallStore(database);
  for (const call of [CALL, OTHER]) store.insert(call);
  return store;
}
const leftAt = () =>
  database
    .prepare<[], [string, number | null]>('SELECT id, left_at FROM call_members ORDER BY id')
    .raw()
    .all();

test('a call is made with a place for each, of which the caller’s is taken', () => {
  const store = insertBoth();
  expect(store.find('other')).toEqual({
    ...{ id: 'other', conversation: ANA_EVE, caller: ANA, media: 'voice', state: { name: 'ringing' } },
    ...{ startedAt: 1000, ringDeadline: 61_000, answeredAt: undefined, seenAt: 1000, endedAt: undefined },
    members: [
      { id: 'other place of ana', user: ANA, device: 'anas', key: 'other key' },
      { id: 'place of eve', user: EVE, device: undefined, key: undefined },
    ],
  });
  expect(store.find('made up')).toBeUndefined();
});

test('a call is accepted for one person, and no other call is', () => {
  const store = insertBoth();
  const other = store.find('other');
  expect(store.accept('call', BEN, 'phone', 'ring of ben', 2000)).toBe(true);
  expect(store.find('call')).toMatchObject({ state: { name: 'active' }, answeredAt: 2000, seenAt: 2000 });
  expect(store.find('call')?.members).toEqual([
    { id: 'place of ana', user: ANA, device: 'anas', key: 'key' },
    { id: 'place of ben', user: BEN, device: 'phone', key: 'ring of ben' },
  ]);
  expect(store.find('other')).toEqual(other);
  expect(store.byKey(BEN, 'ring of ben')?.id).toBe('call');
  expect(store.byKey(ANA, 'ring of ben')).toBeUndefined();
  expect(store.byKey(ANA, 'other key')?.id).toBe('other');
});

test('a place that is taken is not taken over', () => {
  const store = insertBoth();
  expect(store.accept('other', ANA, 'tablet', undefined, 2000)).toBe(false);
  expect(store.find('other')?.members[0]?.device).toBe('anas');
});

test('a call ends, and no other with it; who never joined hasn’t left', () => {
  const store = insertBoth();
  store.accept('call', BEN, 'phone', undefined, 2000);
  expect(store.end('other', 'ringing', 'missed', 3000)).toBe(true);
  expect(leftAt()).toEqual([
    ['other place of ana', 3000],
    ['place of ana', null],
    ['place of ben', null],
    ['place of eve', null],
  ]);
  expect(store.open().map(({ id }) => id)).toEqual(['call']);
  expect(store.end('call', 'active', 'hung-up', 4000)).toBe(true);
  expect(leftAt().map(([, at]) => at)).toEqual([3000, 4000, 4000, null]);
});

test('that a call goes on is noted for that one', () => {
  const store = insertBoth();
  store.see('call', 9000);
  expect(['call', 'other'].map((id) => store.find(id)?.seenAt)).toEqual([9000, 1000]);
});

test('calls that are open are listed in the order in which they began', () => {
  const store = createCallStore(database);
  store.insert({ ...CALL, now: 3000 });
  store.insert({ ...OTHER, now: 2000 });
  expect(store.open().map(({ id }) => id)).toEqual(['other', 'call']);
  expect(store.openOf(ANA).map(({ id }) => id)).toEqual(['other', 'call']);
});
