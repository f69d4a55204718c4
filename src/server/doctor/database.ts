/** Whether the database is whole. Reads all of it, and does nothing else meanwhile: large ones take a while. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { migrationFiles } from '../database/migrations.ts';
import { type Finding, found } from './findings.ts';
import type { Targets } from './targets.ts';

function examine(database: Sqlite.Database): Finding {
  const is = database.pragma('quick_check(1)', { simple: true });
  if (is !== 'ok') return found('database.damaged', { detail: String(is) });
  const version = Number(database.pragma('user_version', { simple: true }));
  const newest = migrationFiles().length;
  if (version > newest) return found('database.newer', { version, newest });
  return found(version < newest ? 'database.older' : 'database.whole', { version, newest });
}

export async function checkDatabase({ dataDir }: Pick<Targets, 'dataDir'>): Promise<Finding[]> {
  let database: Sqlite.Database | undefined;
  try {
    database = new Sqlite(join(dataDir, 'porchlight.db'), { readonly: true, fileMustExist: true });
    return [examine(database)];
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) return [found('database.unreadable', { detail: error.message })];
    throw error;
  } finally {
    database?.close();
  }
}
