/** Opens the one SQLite file and brings its tables up to date. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

export type Database = Sqlite.Database;

/** The file was written by a later version than this one. */
export class NewerDatabaseError extends Error {}

const MIGRATIONS = join(import.meta.dirname, '../../migrations');

/**
 * Opens `path`, sets the pragmas and runs the migrations that are missing.
 * FULL, not NORMAL: in WAL mode NORMAL may lose the last commits at a power cut (sqlite.org/pragma.html#pragma_synchronous),
 * and an acknowledged message must not get lost.
 */
export function openDatabase(path: string): Database {
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  database.pragma('journal_size_limit = 16777216');
  migrate(database);
  return database;
}

/** ms to wait for another process that brings the same database up to date. */
const MIGRATING = 60_000;

/** The numbered files, in order. */
export const migrations = (): string[] =>
  readdirSync(MIGRATIONS)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort();

/** Runs each numbered file after `user_version`, in order, each in a transaction of its own. */
function migrate(database: Database): void {
  const files = migrations();
  const newest = files.length;
  const found = Number(database.pragma('user_version', { simple: true }));
  if (found > newest)
    throw new NewerDatabaseError(
      `The database is from a newer Porchlight (${found} migrations, this one knows ${newest}): update, or restore a backup.`,
    );
  if (found === newest) return;
  const patience = Number(database.pragma('busy_timeout', { simple: true }));
  database.pragma(`busy_timeout = ${MIGRATING}`);
  for (const [index, name] of files.entries())
    database
      .transaction(() => {
        // Asked under the lock: another process may have been faster, such as a server and a command at an update.
        if (Number(database.pragma('user_version', { simple: true })) > index) return;
        database.exec(readFileSync(join(MIGRATIONS, name), 'utf8'));
        database.pragma(`user_version = ${index + 1}`);
      })
      .immediate();
  database.pragma(`busy_timeout = ${patience}`);
}
