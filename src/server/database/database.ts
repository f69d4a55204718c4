/** Opens the one SQLite file. */
import Sqlite from 'better-sqlite3';
import { migrate, migrationFiles } from './migrations.ts';

export type Database = Sqlite.Database;

/**
 * Opens `path`, sets the pragmas and runs the migrations that are missing.
 * FULL, not NORMAL: in WAL mode NORMAL may lose the last commits at a power cut (sqlite.org/pragma.html#pragma_synchronous),
 * and an acknowledged message must not get lost.
 * @throws NewerDatabaseError, and whatever a migration fails with
 */
export function openDatabase(path: string, migrations = migrationFiles()): Database {
  const database = new Sqlite(path);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma('busy_timeout = 5000');
    database.pragma('journal_size_limit = 16777216');
    migrate(database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
