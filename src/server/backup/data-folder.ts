/** The contents of the data folder, as backup and restore see them. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Database, openDatabase } from '../database/database.ts';
import { RELAY_FOLDER } from '../relay/configuration-file.ts';
import { TLS_FOLDER } from '../tls/certificate-files.ts';
import { BackupError } from './error.ts';

export const DATABASE = 'porchlight.db';

export const databaseIn = (folder: string): string => join(folder, DATABASE);

/** The database and what SQLite keeps beside it. */
const OF_DATABASE = new Set([DATABASE, `${DATABASE}-wal`, `${DATABASE}-shm`, `${DATABASE}-journal`]);

/** Where a restore puts what was there before. */
export const REPLACED = 'replaced-';

/**
 * Whether a backup takes this entry of the data folder as it is. The database is copied separately; what the relay has there
 * is made anew at each start; a certificate can be had again, and its key is none of an archive's business; earlier backups, replaced data and hidden (unfinished or foreign) entries would only be dragged along forever.
 */
export const isKept = (name: string): boolean =>
  !OF_DATABASE.has(name) &&
  !name.startsWith('.') &&
  !name.startsWith(REPLACED) &&
  !name.endsWith('.tar') &&
  name !== RELAY_FOLDER &&
  name !== TLS_FOLDER &&
  name !== 'lost+found';

/** Whether a restore has to put this entry aside. */
export const isInTheWay = (name: string): boolean => isKept(name) || OF_DATABASE.has(name);

/**
 * Opens the database and brings its tables up to date.
 * @throws {BackupError} when it is from a newer Porchlight
 */
export function openOrExplain(path: string): Database {
  try {
    return openDatabase(path);
  } catch (error) {
    if (error instanceof Sqlite.SqliteError || !(error instanceof Error)) throw error;
    throw new BackupError(`${error.message} Update this Porchlight first.`);
  }
}

/**
 * Whether some process has this database open. SQLite leaves WAL mode only for its sole user
 * (sqlite.org/wal.html), so nothing of ours has to be written, and nothing can be left behind by a crash.
 * If none does, this also checkpoints the log: then the file alone is the whole database.
 */
export function isOpenElsewhere(path: string): boolean {
  const database = new Sqlite(path, { fileMustExist: true, timeout: 0 });
  try {
    database.pragma('journal_mode = DELETE');
    return false;
  } catch (error) {
    // Nobody has a broken file open; it may be the very reason for a restore.
    return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
  } finally {
    database.close();
  }
}
