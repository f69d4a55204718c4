import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ANA, ANA_BEN, ANA_EVE, BEN, EVE, openTables, type Tables } from '../../../test/helpers/tables.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { type CallStore, createCallStore, type NewCall, type NewPlace } from './store.ts';

let tables: Tables;
let database: Database;
let store: CallStore;

beforeEach(() => {
  tables = openTables();
  database = tables.database;
  store = createCallStore(database);
});
afterEach(() => tables.close());

const DEADLINE = 61_000;
const MOST = 8;
const CALL: NewCall = { id: 'call', conversation: ANA_BEN, startedBy: ANA, media: 'voice', now: 1000 };
/** A second call of the same caller's at the same time, with another callee. */
const OTHER: NewCall = { ...CALL, id: 'other', conversation: ANA_EVE };

const placeOf = (user: number, more: Partial<NewPlace> = {}): NewPlace => ({
  ...{ id: `place of ${user}`, user, device: `device of ${user}`, session: `session of ${user}` },
  ...{ key: undefined, now: 1500 },
  ...more,
});
/** A call with its caller in it, which rings for somebody. */
function ring(call: NewCall, callee: number, key = call.id): void {
  store.insert(call);
  const { id, startedBy: user, now } = call;
  store.take(id, placeOf(user, { id: `${id} of ${user}`, key, now }), MOST);
  store.invite(id, { user: callee, state: 'ringing', deadline: DEADLINE });
}
function ringBoth(): void {
  ring(CALL, BEN);
  ring(OTHER, EVE);
}
const end = (id: string, from: 'ringing' | 'active', at: number) =>
  store.end(id, from, { reason: 'missed', at, unanswered: 'missed' });
const leftAt = () =>
  database
    .prepare<[], [string, number | null]>('SELECT id, left_at FROM call_places ORDER BY id')
    .raw()
    .all();

test('of two devices that come in, one has the place, also from another connection to the file', () => {
  ring(CALL, BEN);
  const second = openDatabase(tables.path);
  expect(store.take('call', placeOf(BEN, { id: 'one', device: 'phone' }), MOST)).toBe(true);
  const tablet = placeOf(BEN, { id: 'two', device: 'tablet' });
  expect(createCallStore(second).take('call', tablet, MOST)).toBe(false);
  second.close();
  expect(store.find('call')?.places.map(({ id, device }) => ({ id, device }))).toEqual([
    { id: 'call of 1', device: 'device of 1' },
    { id: 'one', device: 'phone' },
  ]);
});

test('there is room for so many, and for the next when one has left', () => {
  ring(CALL, BEN);
  expect(store.take('call', placeOf(BEN), 2)).toBe(true);
  expect(store.take('call', placeOf(EVE), 2)).toBe(false);
  expect(store.free(placeOf(BEN).id, 2000)).toBe(true);
  expect(store.free(placeOf(BEN).id, 3000)).toBe(false);
  expect(store.take('call', placeOf(EVE, { now: 2500 }), 2)).toBe(true);
  store.free(placeOf(EVE).id, 3000);
  // Whoever comes again has another place.
  expect(store.take('call', placeOf(BEN, { id: 'second of ben', now: 4000 }), 2)).toBe(true);
  expect(store.find('call')?.places.map(({ id, leftAt: at }) => [id, at])).toEqual([
    ['call of 1', undefined],
    ['place of 2', 2000],
    ['place of 3', 3000],
    ['second of ben', undefined],
  ]);
});

test('nobody comes into a call that is over, or that never was', () => {
  ring(CALL, BEN);
  end('call', 'ringing', 2000);
  expect(store.take('call', placeOf(BEN), MOST)).toBe(false);
  expect(store.take('made up', placeOf(BEN), MOST)).toBe(false);
});

test('which calls are open is not asked of all the calls of a person’s life', () => {
  const prepare = vi.spyOn(database, 'prepare');
  createCallStore(database);
  const asked = prepare.mock.calls
    .map(([sql]) => sql)
    .filter((sql) => sql.startsWith('SELECT calls.id') && sql.includes(`state <> 'ended'`));
  prepare.mockRestore();
  expect(asked.length).toBeGreaterThan(2);
  for (const sql of asked) {
    const plan = database
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replace(/:user|\?/g, '1')}`)
      .all();
    expect(plan.map(({ detail }) => detail).join('\n'), sql).toContain('calls_open');
  }
});

test('open are the calls that somebody is in or rung for, the oldest first', () => {
  ring({ ...CALL, id: 'later', now: 3000 }, BEN);
  ring({ ...CALL, id: 'earlier', now: 2000 }, BEN);
  ring({ ...CALL, id: 'over', now: 1000 }, BEN);
  ring({ ...OTHER, id: 'eves', now: 1000 }, EVE);
  end('over', 'ringing', 4000);
  const ids = (calls: { id: string }[]) => calls.map(({ id }) => id);
  expect(ids(store.openOf(BEN))).toEqual(['earlier', 'later']);
  expect(ids(store.openOf(EVE))).toEqual(['eves']);
  expect(ids(store.openOf(ANA))).toEqual(['eves', 'earlier', 'later']);
  expect(ids(store.open())).toEqual(['eves', 'earlier', 'later']);
  expect(store.openIn(ANA_BEN)?.id).toBe('earlier');
  // Whom it rings for no longer, and who has left, is not in it.
  store.settle('eves', EVE, 'declined');
  expect(store.openOf(EVE)).toEqual([]);
  store.free('eves of 1', 5000);
  expect(ids(store.openOf(ANA))).toEqual(['earlier', 'later']);
});

test('a call ends once, and only from the state it was seen in', () => {
  ring(CALL, BEN);
  expect(end('call', 'active', 3000)).toBe(false);
  expect(end('call', 'ringing', 3000)).toBe(true);
  expect(end('call', 'ringing', 4000)).toBe(false);
  expect(store.find('call')).toMatchObject({ state: { name: 'ended', reason: 'missed' }, endedAt: 3000 });
  expect(store.open()).toEqual([]);
});

test('a key is one call per person', () => {
  ring(CALL, BEN, 'key');
  expect(() => ring(OTHER, EVE, 'key')).toThrow(/UNIQUE/);
  expect(store.byKey(ANA, 'key')?.id).toBe('call');
  expect(store.byKey(BEN, 'key')).toBeUndefined();
  expect(store.take('call', placeOf(BEN, { key: 'key' }), MOST)).toBe(true);
});

test('a call is found with who is in it, and who was rung', () => {
  ringBoth();
  expect(store.find('other')).toEqual({
    ...{ id: 'other', conversation: ANA_EVE, isGroup: false, startedBy: ANA, media: 'voice' },
    ...{ state: { name: 'ringing' }, startedAt: 1000, answeredAt: undefined, endedAt: undefined },
    invites: [{ user: EVE, state: 'ringing', deadline: DEADLINE }],
    places: [
      {
        ...{ id: 'other of 1', user: ANA, device: 'device of 1', session: 'session of 1', key: 'other' },
        ...{ joinedAt: 1000, seenAt: 1000, leftAt: undefined },
      },
    ],
  });
  expect(store.find('made up')).toBeUndefined();
});

test('a call is answered once, and no other call with it', () => {
  ringBoth();
  const other = store.find('other');
  expect(store.answer('call', 2000)).toBe(true);
  expect(store.answer('call', 3000)).toBe(false);
  expect(store.find('call')).toMatchObject({ state: { name: 'active' }, answeredAt: 2000 });
  expect(store.find('other')).toEqual(other);
});

test('an invitation is settled once, and who comes in has come whatever it was', () => {
  ringBoth();
  expect(store.settle('call', BEN, 'declined')).toBe(true);
  expect(store.settle('call', BEN, 'missed')).toBe(false);
  expect(store.settle('call', EVE, 'missed')).toBe(false);
  expect(store.find('call')?.invites).toEqual([{ user: BEN, state: 'declined', deadline: DEADLINE }]);
  expect(store.find('other')?.invites).toMatchObject([{ state: 'ringing' }]);
  store.come('call', BEN);
  store.come('call', EVE);
  expect(store.find('call')?.invites).toMatchObject([{ state: 'joined' }]);
  expect(store.find('other')?.invites).toMatchObject([{ state: 'ringing' }]);
});

test('a place moves to another device, unless it is given back', () => {
  ringBoth();
  const tablet = { device: 'tablet', session: 'session of the tablet' };
  store.hold('call of 1', tablet);
  store.free('other of 1', 2000);
  store.hold('other of 1', tablet);
  expect(store.find('call')?.places[0]).toMatchObject(tablet);
  expect(store.find('other')?.places[0]).toMatchObject({ device: 'device of 1', session: 'session of 1' });
});

test('a call ends with its places and what still rings, and no other with it', () => {
  ringBoth();
  store.take('call', placeOf(BEN), MOST);
  store.answer('call', 2000);
  expect(end('other', 'ringing', 3000)).toBe(true);
  expect(leftAt()).toEqual([
    ['call of 1', null],
    ['other of 1', 3000],
    ['place of 2', null],
  ]);
  expect(store.find('other')?.invites).toMatchObject([{ state: 'missed' }]);
  expect(store.find('call')?.invites).toMatchObject([{ state: 'ringing' }]);
  expect(store.open().map(({ id }) => id)).toEqual(['call']);
  expect(end('call', 'active', 4000)).toBe(true);
  expect(leftAt().map(([, at]) => at)).toEqual([4000, 3000, 4000]);
});

test('that somebody was there is noted for that place, until it is given back', () => {
  ringBoth();
  store.see('call of 1', 9000);
  store.free('other of 1', 2000);
  store.see('other of 1', 9000);
  expect(['call', 'other'].map((id) => store.find(id)?.places[0]?.seenAt)).toEqual([9000, 1000]);
});
