/** Why a server doesn't start, for the person who started it: a stack trace is no help for a mistyped port. */
import { ConfigError } from './config.ts';
import { NewerDatabaseError } from './migrations.ts';

const BY_CODE: Record<string, string> = {
  EADDRINUSE: 'Another program is already listening on this port: stop it, or set PORT to another one.',
  EADDRNOTAVAIL: 'HOST is not an address of this machine.',
  EACCES: 'This user may not use that port or folder: change PORT or DATA_DIR, or their permissions.',
  ENOSPC: 'The disk is full.',
  EROFS: 'DATA_DIR is on a read-only disk.',
  SQLITE_CANTOPEN: "The database in DATA_DIR can't be opened: check the folder's permissions.",
  SQLITE_NOTADB: 'The file porchlight.db in DATA_DIR is not a database. Restore a backup.',
};

/** A sentence where the person can do something about it; `undefined` for what is our own fault. */
export function sentenceFor(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof NewerDatabaseError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? BY_CODE[code] : undefined;
}
