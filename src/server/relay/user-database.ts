/**
 * Coturn's database of users. Ours has none, but coturn looks for a secret there all the same. Without a database each of its
 * threads makes one when it is first asked, all at once; it then refuses whoever is in the way, and browsers ask by UDP
 * and TCP together.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './program.ts';

/** ms; it takes a few hundredths of that. */
const PATIENCE = 5_000;

export const userDatabasePath = (folder: string): string => join(folder, 'turndb');

/** Has coturn's own tool make it before coturn starts, if there is none. Without that tool, a first call may have to ask twice. */
export async function makeUserDatabase(folder: string): Promise<void> {
  const path = userDatabasePath(folder);
  const tool = findProgram('turnadmin');
  if (tool === undefined || existsSync(path)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // It makes the database for whatever it is asked.
  await promisify(execFile)(tool, ['--show-secret', '-b', path, '-r', 'porchlight'], {
    timeout: PATIENCE,
  }).catch(() => {});
}
