/** What each statement about recordings changes, and which of them something is still to be done about. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANA, ANA_BEN, ANA_EVE, EVE, openTables, type Tables } from '../../../test/helpers/tables.ts';
import { createFileStore } from '../files/store.ts';
import { createRecordingStore, type RecordingStore } from './store.ts';

let tables: Tables;
let store: RecordingStore;
beforeEach(() => {
  tables = openTables();
  store = createRecordingStore(tables.database);
  const files = createFileStore(tables.database);
  // Begun in another order than their names say.
  for (const [id, owner, now] of [
    ['first', ANA, 2],
    ['second', ANA, 1],
    ['of eve', EVE, 0],
  ] as const) {
    const conversation = owner === EVE ? ANA_EVE : ANA_BEN;
    files.insert({ id, owner, conversation, call: undefined, kind: 'recording', name: id, now });
    store.insert(id, { mode: 'everyone' }, `key of ${id}`);
  }
});
afterEach(() => tables.close());

const ids = (recordings: { id: string }[]) => recordings.map(({ id }) => id);
const othersThan = (id: string) =>
  ['first', 'second', 'of eve'].filter((other) => other !== id).map((other) => store.find(other));

test('a recording is begun once for each key', () => {
  expect(store.insert('third', { mode: 'me' }, 'key of first')).toBe(false);
  expect(store.find('third')).toBeUndefined();
  expect(store.withKey('key of second')?.id).toBe('second');
  expect(store.withKey('made up')).toBeUndefined();
  expect(store.find('first')).toEqual({
    ...{ id: 'first', whom: { mode: 'everyone' }, length: undefined, finished: undefined, posted: false },
  });
});

test('one of a single person keeps whose it is', () => {
  createFileStore(tables.database).insert({
    ...{ id: 'third', owner: ANA, conversation: ANA_BEN, call: undefined },
    ...{ kind: 'recording', name: 'third', now: 3 },
  });
  expect(store.insert('third', { mode: 'person', person: EVE }, 'key of third')).toBe(true);
  expect(store.find('third')?.whom).toEqual({ mode: 'person', person: EVE });
  expect(store.find('second')?.whom).toEqual({ mode: 'everyone' });
});

test('its length, what is finished of it, and that it was posted, are one recording’s', () => {
  const others = othersThan('first');
  store.setLength('first', 100);
  store.setFinished('first', 60);
  store.setPosted('first');
  expect(store.find('first')).toMatchObject({ length: 100, finished: 60, posted: true });
  expect(othersThan('first')).toEqual(others);
});

test('something is to be done about one that is not whole, or not posted', () => {
  const isOpen = () => [ids(store.open()).includes('first'), ids(store.openOf(ANA)).includes('first')];
  expect(isOpen()).toEqual([true, true]);
  store.setPosted('first');
  store.setLength('first', 100);
  expect(isOpen()).toEqual([true, true]);
  store.setFinished('first', 99);
  expect(isOpen()).toEqual([true, true]);
  store.setFinished('first', 100);
  expect(isOpen()).toEqual([false, false]);
  expect(ids(store.open()).sort()).toEqual(['of eve', 'second']);
  // The rest is told by its recorder, whose device has nothing more of this one.
  store.setLength('second', 5);
  store.setFinished('second', 5);
  expect([ids(store.open()).includes('second'), ids(store.openOf(ANA))]).toEqual([true, []]);
});

test('one without a length is open, also where it was posted and all that came is finished', () => {
  store.setFinished('first', 100);
  store.setPosted('first');
  expect(ids(store.open()).includes('first')).toBe(true);
  expect(ids(store.openOf(ANA)).includes('first')).toBe(true);
});

test('a person’s own are listed, the oldest first', () => {
  expect(ids(store.openOf(ANA))).toEqual(['second', 'first']);
  expect(ids(store.openOf(EVE))).toEqual(['of eve']);
});
