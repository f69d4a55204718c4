/** Closes the data folder to everyone else on the machine. Older versions, and people creating it by hand, left it open. */

import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';

const OTHERS = 0o077;
/** What file permissions must protect; what is in a closed folder is closed as well. */
const NAMES = [
  '',
  'porchlight.db',
  'porchlight.db-wal',
  'porchlight.db-shm',
  'uploads',
  'recordings',
  'relay',
  'tls',
];

const isOpen = (path: string): boolean =>
  ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS) !== 0;

/** What in the data folder others than its owner may read or change. */
export const openToOthers = (dataDir: string): string[] =>
  NAMES.map((name) => join(dataDir, name)).filter(isOpen);

/**
 * Closes it.
 * @returns what was open, and what still is: a folder of somebody else's, or a disk that knows no rights
 */
function closeToOthers(dataDir: string): { found: string[]; left: string[] } {
  const found = openToOthers(dataDir);
  for (const path of found)
    try {
      chmodSync(path, statSync(path).mode & 0o700);
    } catch {
      // Checked below.
    }
  return { found, left: openToOthers(dataDir) };
}

/** Closes it, and says what was found. */
export function closeDataFolder(dataDir: string, log: Pick<FastifyBaseLogger, 'info' | 'warn'>): void {
  const { found, left } = closeToOthers(dataDir);
  if (found.length > left.length)
    log.info({ paths: found }, 'the data folder was readable by others, and is no longer');
  if (left.length > 0)
    log.warn(
      { paths: left },
      'others on this machine can read the data folder: give it to the server’s user, mode 700',
    );
}
