/** Brings the tables of a database up to date. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { ROOT } from '../paths.ts';

/** The file was written by a later version than this one. */
export class NewerDatabaseError extends Error {}

const FOLDER = join(ROOT, 'migrations');

/** ms to wait for another process that is migrating the same database. */
const PATIENCE = 60_000;

/** The paths of the numbered files, in order: `user_version` counts how many of them a database has had. */
export const migrationFiles = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => join(FOLDER, name));

/** @throws NewerDatabaseError */
function missingIn(database: Sqlite.Database, files: string[]): string[] {
  const found = Number(database.pragma('user_version', { simple: true }));
  if (found > files.length)
    throw new NewerDatabaseError(
      `The database is from a newer Porchlight (${found} migrations, this one knows ${files.length}): update, or restore a backup.`,
    );
  return files.slice(found);
}

/** How many foreign keys are broken, by "table → parent". */
const danglingKeys = (database: Sqlite.Database): Map<string, number> =>
  new Map(
    database
      .prepare<[], [string, number]>(
        `SELECT "table" || ' → ' || parent, COUNT(*) FROM pragma_foreign_key_check GROUP BY 1`,
      )
      .raw()
      .all(),
  );

/** Runs what is missing, in a transaction of the caller's. */
function runMissing(database: Sqlite.Database, files: string[]): void {
  // Checked under the lock: another process may have been faster, such as a server and a command at an update.
  const missing = missingIn(database, files);
  if (missing.length === 0) return;
  const before = danglingKeys(database);
  for (const file of missing) database.exec(readFileSync(file, 'utf8'));
  // What someone broke by hand before must not block an update.
  for (const [link, count] of danglingKeys(database))
    if (count > (before.get(link) ?? 0))
      throw new Error(`The migrations would leave foreign keys without a row to point to: ${link}`);
  database.pragma(`user_version = ${files.length}`);
}

/**
 * Brings `database` to the newest version in one transaction: if a migration fails, the file stays as the version before
 * left it. Foreign keys are off meanwhile and checked before the commit, because SQLite can change a table's
 * constraints only by building the table anew, and dropping the old one would cascade
 * (sqlite.org/lang_altertable.html#otheralter). They can't be switched inside a transaction.
 * @param files as `migrationFiles` lists them
 * @throws NewerDatabaseError
 */
export function migrate(database: Sqlite.Database, files: string[]): void {
  if (missingIn(database, files).length === 0) return;
  const patience = Number(database.pragma('busy_timeout', { simple: true }));
  database.pragma(`busy_timeout = ${PATIENCE}`);
  database.pragma('foreign_keys = OFF');
  try {
    database.transaction(runMissing).immediate(database, files);
  } finally {
    database.pragma('foreign_keys = ON');
    database.pragma(`busy_timeout = ${patience}`);
  }
}
