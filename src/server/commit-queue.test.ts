import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { createCommitQueue } from './commit-queue.ts';

function openNotes() {
  const database = new Sqlite(join(mkdtempSync(join(tmpdir(), 'porchlight-')), 'notes.db'));
  database.exec('CREATE TABLE notes (body TEXT UNIQUE)');
  const insert = database.prepare('INSERT INTO notes (body) VALUES (?)');
  const bodies = () => database.prepare<[], string>('SELECT body FROM notes').pluck().all();
  return { database, insert, bodies };
}

test('writes of one turn share a commit, and each gets its own result', async () => {
  const { database, insert, bodies } = openNotes();
  const queue = createCommitQueue(database);
  const ids = await Promise.all(
    ['a', 'b', 'c'].map((b) => queue.commit(() => insert.run(b).lastInsertRowid)),
  );
  expect(ids).toEqual([1, 2, 3]);
  expect(bodies()).toEqual(['a', 'b', 'c']);
});

test('a failing write takes back its own rows and nobody else is hurt', async () => {
  const { database, insert, bodies } = openNotes();
  const queue = createCommitQueue(database);
  const results = await Promise.allSettled([
    queue.commit(() => insert.run('kept')),
    queue.commit(() => {
      insert.run('taken back');
      throw new Error('no');
    }),
    queue.commit(() => insert.run('kept')),
    queue.commit(() => insert.run('also kept')),
  ]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(bodies()).toEqual(['kept', 'also kept']);
});
