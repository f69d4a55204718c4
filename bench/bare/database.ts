/** A table and one row a commit, with the pragmas of src/server/database/database.ts. */
import Sqlite from 'better-sqlite3';
import { TEXT } from '../support/family.ts';

export function openBareDatabase(path: string) {
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('journal_size_limit = 16777216');
  database.exec('CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT');
  const insert = database.prepare<[string]>('INSERT INTO messages (body) VALUES (?)');
  return {
    /** Inserts a row; it is on disk when this returns. */
    commit: (): void => void insert.run(TEXT),
    close: () => void database.close(),
  };
}
