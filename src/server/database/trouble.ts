/** What may prevent a healthy server from writing. */

/**
 * `busy`: another program holds the database for now. `full`: the disk, or this user's share of it. `read-only`: the
 * folder may not be written. `failing`: the disk answers with errors.
 */
export type Trouble = 'busy' | 'full' | 'read-only' | 'failing';

/** Of SQLite (sqlite.org/rescode.html) by the beginning of its name, and of Node. */
const BY_CODE: [RegExp, Trouble][] = [
  [/^SQLITE_(BUSY|LOCKED)/, 'busy'],
  // The shared memory beside the log couldn't grow: SQLite says so with a name of its own.
  [/^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)$/, 'full'],
  [/^(SQLITE_READONLY.*|EROFS)$/, 'read-only'],
  [/^(SQLITE_IOERR.*|SQLITE_CANTOPEN.*|EIO)$/, 'failing'],
];

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** `undefined` where the error is about something else. */
export function troubleOf(error: unknown): Trouble | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : BY_CODE.find(([pattern]) => pattern.test(code))?.[1];
}
