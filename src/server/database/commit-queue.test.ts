import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { createCommitQueue } from './commit-queue.ts';

function openNotes() {
  const statements: string[] = [];
  const database = new Sqlite(join(mkdtempSync(join(tmpdir(), 'porchlight-')), 'notes.db'), {
    verbose: (statement) => void statements.push(String(statement)),
  });
  database.exec('CREATE TABLE notes (body TEXT UNIQUE)');
  const insert = database.prepare('INSERT INTO notes (body) VALUES (?)');
  const bodies = () => database.prepare<[], string>('SELECT body FROM notes').pluck().all();
  const commits = () => statements.filter((statement) => statement === 'COMMIT').length;
  return { database, insert, bodies, commits };
}

test('writes of one turn share a commit, and each gets its own result', async () => {
  const { database, insert, bodies, commits } = openNotes();
  const queue = createCommitQueue(database);
  const ids = await Promise.all(
    ['a', 'b', 'c'].map((b) => queue.commit(() => insert.run(b).lastInsertRowid)),
  );
  expect(ids).toEqual([1, 2, 3]);
  expect(bodies()).toEqual(['a', 'b', 'c']);
  expect(commits()).toBe(1);
  await queue.commit(() => insert.run('d'));
  expect(commits()).toBe(2);
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

test('where the database takes back the whole commit, every write of it has failed', async () => {
  const { database, insert, bodies } = openNotes();
  // As SQLite itself does where the disk is full or fails.
  database.exec(`CREATE TRIGGER failing BEFORE INSERT ON notes WHEN NEW.body = 'fatal'
    BEGIN SELECT RAISE(ROLLBACK, 'all of it is gone'); END`);
  const queue = createCommitQueue(database);
  const results = await Promise.allSettled(
    ['before', 'fatal', 'after'].map((body) => queue.commit(() => insert.run(body))),
  );
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(bodies()).toEqual([]);
  await queue.commit(() => insert.run('later'));
  expect(bodies()).toEqual(['later']);
});
