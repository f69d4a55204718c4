/** Secrets that outlive a restart, and are made once. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTables, type Tables, whileFailing } from '../../../test/helpers/tables.ts';
import { openDatabase } from '../database/database.ts';
import { secretOf } from './secret-store.ts';

let tables: Tables;
beforeEach(() => {
  tables = openTables();
});
afterEach(() => tables.close());

test('a secret is the same for everybody who asks, and another for each name', () => {
  const first = secretOf(tables.database, 'cookies');
  const other = openDatabase(tables.path);
  expect(first).toHaveLength(32);
  expect(secretOf(other, 'cookies')).toEqual(first);
  expect(secretOf(other, 'links')).not.toEqual(first);
  expect(secretOf(tables.database, 'cookies')).toEqual(first);
  other.close();
});

test('one that can’t be kept is made all the same, and one that was kept is known', async () => {
  const kept = secretOf(tables.database, 'links');
  const made = await whileFailing(tables.database, 'INSERT ON secrets', () =>
    secretOf(tables.database, 'cookies'),
  );
  expect(made).toHaveLength(32);
  expect(secretOf(tables.database, 'cookies')).not.toEqual(made);
  const known = await whileFailing(tables.database, 'INSERT ON secrets', () =>
    secretOf(tables.database, 'links'),
  );
  expect(known).toEqual(kept);
});
