/** Why a server doesn't start, for the person who started it: a stack trace helps nobody who mistyped a port. */
import { ConfigError } from './config.ts';
import { NewerDatabaseError } from './migrations.ts';

const BY_CODE: Record<string, string> = {
  EADDRINUSE: 'Another program listens on this port already: stop it, or set PORT to another one.',
  EADDRNOTAVAIL: 'HOST is not an address of this machine.',
  EACCES: 'This user may not use that port or folder: choose another PORT or DATA_DIR, or change its rights.',
  ENOSPC: 'The disk is full.',
  EROFS: 'DATA_DIR lies on a disk that can only be read.',
  SQLITE_CANTOPEN: 'The database in DATA_DIR can not be opened: check the rights of the folder.',
  SQLITE_NOTADB: 'The file porchlight.db in DATA_DIR is no database. Restore a backup.',
};

/** A sentence where the person can do something about it; `undefined` for what is our own fault. */
export function sentenceFor(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof NewerDatabaseError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? BY_CODE[code] : undefined;
}
