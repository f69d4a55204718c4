import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../database.ts';
import { createCallStore, type NewCall } from './store.ts';

let folder: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-'));
  database = openDatabase(join(folder, 'porchlight.db'));
  for (const name of ['ana', 'ben'])
    database
      .prepare('INSERT INTO users (username, display_name, password_hash, created_at) VALUES (?, ?, ?, 0)')
      .run(name, name, '');
  database.exec(`INSERT INTO conversations (kind, direct_key, active_at) VALUES ('direct', '1:2', 0)`);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const CALL: NewCall = {
  id: 'call',
  conversation: 1,
  media: 'voice',
  now: 1000,
  ringDeadline: 61_000,
  caller: { member: 'place of ana', user: 1, device: 'anas', key: 'key' },
  callee: { member: 'place of ben', user: 2 },
};

test('of two who accept, one has the call, also from another connection to the file', () => {
  const store = createCallStore(database);
  const second = openDatabase(join(folder, 'porchlight.db'));
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
  database
    .prepare(
      `INSERT INTO users (username, display_name, password_hash, created_at) VALUES ('eve', 'eve', '', 0)`,
    )
    .run();
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
