/** What each statement about folders finds, with files of both kinds. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANA, ANA_BEN, openTables, type Tables } from '../../../test/helpers/tables.ts';
import { createFolderStore } from './folder-store.ts';
import { createFileStore } from './store.ts';

let tables: Tables;

/** Two of each kind, of which one has bytes. */
beforeEach(() => {
  tables = openTables();
  const files = createFileStore(tables.database);
  for (const kind of ['attachment', 'recording'] as const)
    for (const is of ['full', 'empty']) {
      const id = `${is} ${kind}`;
      files.insert({ id, owner: ANA, conversation: ANA_BEN, call: undefined, kind, name: id, now: 0 });
      if (is === 'full') files.setFacts(id, { type: 'video/webm', bytes: 7, state: 'ready' });
    }
});
afterEach(() => tables.close());

const openStore = () => createFolderStore(tables.database);

test('bytes are kept in the folder of their kind', () => {
  const store = openStore();
  expect(store.keptIn('uploads')).toEqual(['full attachment']);
  expect(store.keptIn('recordings')).toEqual(['full recording']);
  expect(store.isIn('uploads', 'empty attachment')).toBe(true);
  expect(store.isIn('recordings', 'empty attachment')).toBe(false);
  expect(store.isIn('recordings', 'empty recording')).toBe(true);
  expect(store.isIn('uploads', 'made up')).toBe(false);
});

test('a folder has something to miss while any file belongs in it', () => {
  const store = openStore();
  tables.database.exec(`DELETE FROM files WHERE kind <> 'recording'`);
  expect(store.hasAny('uploads')).toBe(false);
  expect(store.hasAny('recordings')).toBe(true);
});

test('each folder has its own marker, and the last one counts', () => {
  const store = openStore();
  expect(store.markerOf('uploads')).toBeUndefined();
  store.setMarker('uploads', 'one');
  store.setMarker('recordings', 'another');
  store.setMarker('uploads', 'two');
  expect(store.markerOf('uploads')).toBe('two');
  expect(store.markerOf('recordings')).toBe('another');
});

test('a database from before there were markers has none', () => {
  tables.database.exec('DROP TABLE folders');
  expect(openStore().markerOf('uploads')).toBeUndefined();
  expect(openStore().keptIn('uploads')).toEqual(['full attachment']);
});
