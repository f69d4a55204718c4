/** What each statement about files changes, with several of each of three people. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  ANA,
  ANA_BEN,
  ANA_EVE,
  BEN,
  BEN_EVE,
  EVE,
  openTables,
  type Tables,
} from '../../../test/helpers/tables.ts';
import { createCallStore } from '../calls/store.ts';
import { createFolderStore } from './folder-store.ts';
import { createFileStore, type FileStore, type NewFile } from './store.ts';

let tables: Tables;
let store: FileStore;
beforeEach(() => {
  tables = openTables();
  store = createFileStore(tables.database);
});
afterEach(() => tables.close());

function add(id: string, owner: number, more: Partial<NewFile> = {}): void {
  const conversation = owner === EVE ? ANA_EVE : ANA_BEN;
  store.insert({ id, owner, conversation, call: undefined, kind: 'attachment', name: id, now: 0, ...more });
}
const ready = (id: string, bytes: number) =>
  store.setFacts(id, { type: 'text/plain', bytes, state: 'ready' });
const othersThan = (id: string) => store.all().filter((file) => file.id !== id);
const ids = (files: { id: string }[]) => files.map(({ id }) => id);
/** Calls of Ana's and Ben's, for files to lie with. */
function addCalls(...calls: string[]): void {
  const store = createCallStore(tables.database);
  for (const id of calls) store.insert({ id, conversation: ANA_BEN, startedBy: ANA, media: 'voice', now: 0 });
}

test('a file is received without bytes, and says what it is once they are there', () => {
  add('one', ANA);
  add('two', ANA);
  expect(store.find('one')).toMatchObject({ state: 'receiving', bytes: 0, type: 'application/octet-stream' });
  const others = othersThan('one');
  const facts = { type: 'video/webm', bytes: 7, width: 4, height: 3, durationMs: 5, hasPreview: true };
  expect(store.setFacts('one', { ...facts, state: 'partial' })).toBe(true);
  expect(store.find('one')).toMatchObject({ ...facts, state: 'partial', owner: ANA, name: 'one' });
  expect(othersThan('one')).toEqual(others);
  expect(store.setFacts('made up', { ...facts, state: 'ready' })).toBe(false);
  ready('one', 8);
  expect(store.find('one')).toMatchObject({ width: undefined, durationMs: undefined, hasPreview: false });
});

test('what is being received has no bytes yet', () => {
  for (const id of ['one', 'two', 'three']) add(id, ANA);
  ready('two', 8);
  expect(ids(store.unfinished())).toEqual(['one', 'three']);
  store.remove('one');
  expect(ids(store.unfinished())).toEqual(['three']);
});

test('a state, a preview and a message are one file’s', () => {
  for (const id of ['one', 'two']) add(id, ANA);
  tables.database.exec(`INSERT INTO messages (conversation_id, author_id, key, body, first_rev, rev, sent_at)
    VALUES (${ANA_BEN}, ${ANA}, 'a', '', 1, 1, 0), (${ANA_BEN}, ${ANA}, 'b', '', 2, 2, 0)`);
  const others = othersThan('one');
  expect([store.setState('one', 'finishing'), store.setPreview('one')]).toEqual([true, true]);
  store.setMessage('one', 1);
  expect(store.find('one')).toMatchObject({ state: 'finishing', hasPreview: true, message: 1 });
  expect(othersThan('one')).toEqual(others);
  expect([store.setState('made up', 'ready'), store.setPreview('made up')]).toEqual([false, false]);
  store.setMessage('two', 2);
  expect([store.ofMessage(1)?.id, store.ofMessage(2)?.id, store.ofMessage(3)]).toEqual([
    'one',
    'two',
    undefined,
  ]);
  store.setMessage('one', undefined);
  expect([store.ofMessage(1), store.ofMessage(2)?.id]).toEqual([undefined, 'two']);
});

test('one file is removed, once', () => {
  for (const id of ['one', 'two', 'three']) add(id, ANA);
  expect([store.remove('two'), store.remove('two')]).toEqual([true, false]);
  expect(ids(store.all()).sort()).toEqual(['one', 'three']);
});

test('bytes are added up by person', () => {
  for (const [id, owner, bytes] of [
    ['one', ANA, 1],
    ['two', ANA, 20],
    ['three', EVE, 300],
  ] as const) {
    add(id, owner);
    ready(id, bytes);
  }
  add('on its way', EVE);
  expect([...store.used()].sort()).toEqual([
    [ANA, 21],
    [EVE, 300],
  ]);
});

test('a person’s biggest files are their own, the biggest first', () => {
  for (const [at, id] of ['small', 'big', 'middling'].entries()) {
    add(id, ANA);
    ready(id, [1, 100, 10][at] ?? 0);
  }
  add('of eve', EVE);
  ready('of eve', 50);
  expect(ids(store.biggestOf(ANA, 2))).toEqual(['big', 'middling']);
  expect(ids(store.biggestOf(EVE, 2))).toEqual(['of eve']);
  expect(store.biggestOf(BEN, 2)).toEqual([]);
});

test('what is kept with a call is that call’s, the oldest first', () => {
  addCalls('call', 'another');
  add('y', ANA, { call: 'call', now: 1 });
  add('a late one', BEN, { call: 'call', now: 2 });
  add('x', ANA, { call: 'call', now: 1 });
  add('of another', ANA, { call: 'another' });
  add('of none', ANA);
  expect(ids(store.ofCall('call'))).toEqual(['x', 'y', 'a late one']);
  expect(ids(store.ofCall('another'))).toEqual(['of another']);
});

test('beside a picture are those of its conversation that can be shown', () => {
  tables.database.exec(`INSERT INTO messages (id, conversation_id, author_id, key, body, first_rev, rev, sent_at) VALUES
    ${[1, 2, 3, 4, 5, 6].map((id) => `(${id}, ${id === 3 ? ANA_EVE : ANA_BEN}, ${ANA}, '${id}', '', ${id}, ${id}, 0)`).join()}`);
  const picture = { type: 'image/png', bytes: 1, hasPreview: true, state: 'ready' as const };
  for (const [at, facts] of [
    picture,
    picture,
    picture,
    { ...picture, type: 'video/webm' },
    { ...picture, hasPreview: false },
    picture,
  ].entries()) {
    const id = `file ${at + 1}`;
    add(id, ANA, { conversation: at === 2 ? ANA_EVE : ANA_BEN });
    store.setFacts(id, facts);
    store.setMessage(id, at + 1);
  }
  const beside = (message: number, conversation = ANA_BEN) => {
    const { previous, next } = store.picturesBeside(conversation, message);
    return [previous?.id, next?.id];
  };
  expect(beside(1)).toEqual([undefined, 'file 2']);
  expect(beside(2)).toEqual(['file 1', 'file 6']);
  expect(beside(6)).toEqual(['file 2', undefined]);
  expect(beside(3, ANA_EVE)).toEqual([undefined, undefined]);
});

test('what somebody keeps is theirs alone', () => {
  add('one', ANA);
  add('two', ANA, { kind: 'recording' });
  add('of eve', EVE);
  expect(ids(store.ofOwner(ANA)).sort()).toEqual(['one', 'two']);
  expect(store.ofOwner(BEN)).toEqual([]);
});

test('limits are kept, and may be none', () => {
  const none = { personBytes: undefined, serverBytes: undefined, retentionDays: undefined };
  expect(store.limits()).toEqual(none);
  const some = { personBytes: 1, serverBytes: 2, retentionDays: 3 };
  store.setLimits(some);
  expect(store.limits()).toEqual(some);
  store.setLimits(none);
  expect(store.limits()).toEqual(none);
});

test('each folder has its own files, of which those with bytes must be there', () => {
  const folders = createFolderStore(tables.database);
  expect([folders.hasAny('uploads'), folders.hasAny('recordings')]).toEqual([false, false]);
  add('film', ANA, { kind: 'recording', conversation: BEN_EVE });
  expect([folders.hasAny('uploads'), folders.hasAny('recordings')]).toEqual([false, true]);
  add('text', ANA);
  add('shot', ANA, { kind: 'screenshot' });
  ready('shot', 1);
  expect(folders.keptIn('uploads')).toEqual(['shot']);
  expect(folders.keptIn('recordings')).toEqual([]);
  for (const id of ['film', 'text']) ready(id, 1);
  expect(folders.keptIn('uploads').sort()).toEqual(['shot', 'text']);
  expect(folders.keptIn('recordings')).toEqual(['film']);
  expect(folders.isIn('uploads', 'film')).toBe(false);
  expect(folders.isIn('recordings', 'film')).toBe(true);
  expect(folders.isIn('recordings', 'made up')).toBe(false);
});

test('each folder has its own marker, and a new one takes the place of the old', () => {
  const folders = createFolderStore(tables.database);
  expect(folders.markerOf('uploads')).toBeUndefined();
  folders.setMarker('uploads', 'first');
  folders.setMarker('recordings', 'second');
  folders.setMarker('uploads', 'third');
  expect([folders.markerOf('uploads'), folders.markerOf('recordings')]).toEqual(['third', 'second']);
});
