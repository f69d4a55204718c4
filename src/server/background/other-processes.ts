/**
 * Notices what another process has written to the database, such as a password that was reset on the command
 * line. SQLite counts the commits of others for us (sqlite.org/pragma.html#pragma_data_version), and reading
 * that number takes microseconds.
 */

import type { Database } from '../database/database.ts';
import type { Background } from './background.ts';

/** ms; a device that was signed out elsewhere loses its sockets within this. */
const EVERY = 500;

/**
 * Calls `run` soon after each change by another process.
 * @returns ends it
 */
export function watchOtherProcesses(
  database: Database,
  background: Pick<Background, 'attempt'>,
  run: () => void,
): () => void {
  const version = database.prepare<[], number>('PRAGMA data_version').pluck();
  let known = version.get();
  function look(): void {
    const now = version.get();
    if (now === known) return;
    run();
    // Remembered only now: what failed is retried.
    known = now;
  }
  const timer = setInterval(() => background.attempt('looking for changes by other processes', look), EVERY);
  timer.unref();
  return () => clearInterval(timer);
}
