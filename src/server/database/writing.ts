/**
 * Whether anything can be written now. better-sqlite3 runs on the event loop, so waiting for a lock in SQLite would
 * stop everyone: the wait happens here, between turns of the loop. On a full disk it tracks what
 * is wrong, releases the reserve for what may use it, and notices when there is space again.
 */

import Sqlite from 'better-sqlite3';
import type { FastifyBaseLogger } from 'fastify';
import type { Database } from './database.ts';
import type { Reserve } from './reserve.ts';
import { type Trouble, troubleOf } from './trouble.ts';

/** ms that a statement may block the loop, for another program that is about to finish. */
const BUSY_TIMEOUT = 20;
/** ms between two checks of a locked database, and after which those waiting to write are told. */
const LOOK_EVERY = 100;
const PATIENCE = 10_000;
/** ms between two test writes while writing fails, and at most this often while it works. */
const TRY_EVERY = 2_000;
const CHECK_EVERY = 5_000;

/** What is wrong for longer than a moment. */
export type Lasting = Exclude<Trouble, 'busy'>;

export type Writing = {
  /** What keeps everything from being written, as far as is known. */
  trouble(): Lasting | undefined;
  /** As `trouble`, or `full` if the rest should be kept for freeing space. To be asked before adding data. */
  refuses(): Lasting | undefined;
  /** Reports that a write has failed. @returns why, if it is nobody's fault */
  note(error: unknown): Trouble | undefined;
  /** Finds out by a real write, every few seconds at most; in between, the answer is the last one. */
  check(): Lasting | undefined;
  /** Releases the reserve if the disk is full, for what must be written anyway. */
  makeRoom(): void;
  /**
   * `undefined` when the database is free; else resolves when it is.
   * @throws {Error} SQLITE_BUSY where another program holds it for too long
   */
  turn(): Promise<void> | undefined;
  stop(): void;
};

export function createWriting(
  database: Database,
  reserve: Reserve,
  log: Pick<FastifyBaseLogger, 'error' | 'info' | 'warn'>,
): Writing {
  let known: Lasting | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let trying: NodeJS.Timeout | undefined;
  let waiting: Promise<void> | undefined;
  let stopped = false;

  database.pragma(`busy_timeout = ${BUSY_TIMEOUT}`);
  const nothing = database.transaction(() => {});
  // It writes a page even if the number stays the same, which an UPDATE without a change doesn't.
  const write = database.transaction(() => {
    database.pragma(`user_version = ${Number(database.pragma('user_version', { simple: true }))}`);
  });

  function know(trouble: Lasting | undefined): void {
    if (trouble !== known) {
      if (trouble) log.error({ trouble }, 'nothing can be written');
      else log.info('everything can be written again');
    }
    known = trouble;
    if (trouble === undefined || trying || stopped) return;
    trying = setInterval(retry, TRY_EVERY);
    trying.unref();
  }

  /** What is wrong, more precisely than SQLite's "couldn't write". */
  function troubleIn(error: unknown): Trouble | undefined {
    const trouble = troubleOf(error);
    if (trouble !== 'failing') return trouble;
    try {
      reserve.assertWritable();
      return trouble;
    } catch (denied) {
      return troubleOf(denied) ?? trouble;
    }
  }

  function note(error: unknown): Trouble | undefined {
    const trouble = troubleIn(error);
    // Files may be on another disk, and report themselves that it is full.
    if (trouble && trouble !== 'busy' && error instanceof Sqlite.SqliteError) know(trouble);
    return trouble;
  }

  function tryToWrite(): void {
    checkedAt = performance.now();
    try {
      reserve.take();
      write.immediate();
      know(reserve.isLow() ? 'full' : undefined);
    } catch (error) {
      const trouble = troubleIn(error);
      if (trouble !== 'busy') know(trouble ?? 'failing');
    }
  }

  function retry(): void {
    tryToWrite();
    if (known !== undefined) return;
    clearInterval(trying);
    trying = undefined;
  }

  /** Whether another program has the database locked. Any other trouble shows in the write itself. */
  function isHeld(): boolean {
    if (database.inTransaction) return false;
    try {
      nothing.immediate();
      return false;
    } catch (error) {
      return troubleOf(error) === 'busy';
    }
  }

  async function wait(): Promise<void> {
    const until = performance.now() + PATIENCE;
    do {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
      if (stopped || !isHeld()) return;
    } while (performance.now() < until);
    log.warn('another program has held the database for too long');
    throw Object.assign(new Error('the database is held by another program'), { code: 'SQLITE_BUSY' });
  }

  function low(): boolean {
    try {
      return reserve.isLow();
    } catch (error) {
      note(error);
      return false;
    }
  }

  tryToWrite();

  return {
    trouble: () => known,
    refuses: () => known ?? (low() ? 'full' : undefined),
    note,
    check() {
      if (performance.now() - checkedAt >= (known ? TRY_EVERY : CHECK_EVERY)) tryToWrite();
      return known;
    },
    makeRoom() {
      if (known !== 'full' && !low()) return;
      know('full');
      try {
        reserve.give();
        // Checkpoints the log, so that its space is reused.
        database.pragma('wal_checkpoint(RESTART)');
      } catch (error) {
        note(error);
      }
    },
    turn() {
      if (!waiting && isHeld()) {
        waiting = wait().finally(() => {
          waiting = undefined;
        });
        // Everyone waiting is told; it isn't an unhandled failure if nobody is.
        waiting.catch(() => {});
      }
      return waiting;
    },
    stop() {
      stopped = true;
      clearInterval(trying);
    },
  };
}
