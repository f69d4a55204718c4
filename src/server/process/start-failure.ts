/** Why a server doesn't start, for the person who started it: a stack trace is no help for a mistyped port. */
import { ConfigError } from '../config.ts';
import { NewerDatabaseError } from '../database/migrations.ts';

/** Failures to listen, by Node's code (listen(2)). */
const LISTENING: Record<string, (port: string) => string> = {
  EADDRINUSE: (port) =>
    `Another program is already listening on port ${port}: stop it, or set PORT or HTTP_PORT to another one.`,
  EACCES: (port) =>
    `This user may not listen on port ${port}. Allow it with setcap 'cap_net_bind_service=+ep' on the node program or ` +
    'AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit, set PORT or HTTP_PORT to a port above 1023, or let a ' +
    'proxy listen there.',
};

const HOST =
  'HOST is not an address of this machine, nor a name of one: set it to one, such as 127.0.0.1, or leave it out to listen on all.';

const BY_CODE: Record<string, string> = {
  EADDRNOTAVAIL: HOST,
  // Of a name that can't be looked up; at a start there is no other.
  ENOTFOUND: HOST,
  EAI_AGAIN: HOST,
  EEXIST: 'DATA_DIR must be a folder, and there is a file of that name.',
  ENOTDIR: 'DATA_DIR must be a folder, and part of its path is a file.',
  EACCES: 'This user may not use that folder: change DATA_DIR, or its permissions.',
  ENOSPC: 'The disk is full.',
  EROFS: 'DATA_DIR is on a read-only disk.',
  SQLITE_CANTOPEN: "The database in DATA_DIR can't be opened: check the folder's permissions.",
  SQLITE_NOTADB: 'The file porchlight.db in DATA_DIR is not a database. Restore a backup.',
};

/** A sentence where the person can do something about it; `undefined` for what is our own fault. */
export function sentenceFor(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof NewerDatabaseError) return error.message;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  if ('syscall' in error && error.syscall === 'listen' && 'port' in error)
    return LISTENING[error.code]?.(String(error.port)) ?? BY_CODE[error.code];
  return BY_CODE[error.code];
}
