/** Limits smaller than the owner's form takes, written into a server's database. Works while the server runs. */
import { join } from 'node:path';
import { openDatabase } from '../../src/server/database/database.ts';
import { createFileStore } from '../../src/server/files/store.ts';

/** @param personBytes what each person may keep; none is no limit */
export function limitPerson(dataDir: string, personBytes?: number): void {
  const database = openDatabase(join(dataDir, 'porchlight.db'));
  try {
    createFileStore(database).setLimits({ personBytes, serverBytes: undefined, retentionDays: undefined });
  } finally {
    database.close();
  }
}
