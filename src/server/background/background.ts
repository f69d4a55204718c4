/**
 * Work that no request waits for: timers, what domains announce, sockets, promises that nobody awaits. An error there
 * has nobody to go to and would end the process, so all of it runs through one of these two, by how much it matters.
 */
import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../clock.ts';
import { troubleOf } from '../database/trouble.ts';
import type { Writing } from '../database/writing.ts';

/** Goes into the log beside the error: ids, never what people wrote. */
type Ids = Record<string, string | number>;

export type Background = {
  /** Runs it now. What it throws, or rejects with, is logged and let go. */
  attempt(what: string, work: () => unknown, ids?: Ids): void;
  /** As `attempt`, for a write that nobody misses: while nothing can be written it isn't even tried. */
  spare(what: string, write: () => unknown, ids?: Ids): void;
  /**
   * Runs it now, and again for as long as nothing can be written, with pauses that grow. It must bear to be run
   * again after it got half way. Any other error is logged and let go: it would come back each time.
   */
  insist(what: string, work: () => unknown, ids?: Ids): void;
  /** Gives up what is still waiting; the next start finds in the database what wasn't done. */
  stop(): void;
};

/** ms until the first repetition; each following pause is twice as long, up to the longest. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;
/** The same failure of the same work is logged once in so many ms: a full disk must not be filled with it. */
const LOG_EVERY = 60_000;

export function createBackground(
  clock: Clock,
  log: Pick<FastifyBaseLogger, 'error' | 'warn'>,
  writing: Pick<Writing, 'trouble' | 'note' | 'makeRoom'>,
): Background {
  const waiting = new Set<() => void>();
  const loggedAt = new Map<string, number>();
  let stopped = false;

  function report(what: string, error: unknown, ids: Ids): void {
    const trouble = writing.note(error);
    if (trouble === undefined) {
      log.error({ err: error, ...ids }, `${what} failed`);
      return;
    }
    // `what` is one of the few names in this program, so this holds a few entries.
    const key = `${what} ${trouble}`;
    const now = clock.monotonic();
    if (now - (loggedAt.get(key) ?? -LOG_EVERY) < LOG_EVERY) return;
    loggedAt.set(key, now);
    log.warn({ err: error, ...ids }, `${what}: nothing can be written now (${trouble})`);
  }

  /** Runs work that may fail at once or later; `failed` is told in either case. */
  function run(work: () => unknown, failed: (error: unknown) => void): void {
    try {
      const result = work();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  function insist(what: string, work: () => unknown, ids: Ids, pause: number): void {
    run(work, (error) => {
      if (stopped) return;
      report(what, error, ids);
      if (troubleOf(error) === undefined) return;
      const takeBack = clock.at(clock.now() + pause, () => {
        waiting.delete(takeBack);
        writing.makeRoom();
        insist(what, work, ids, Math.min(pause * 2, LONGEST_PAUSE));
      });
      waiting.add(takeBack);
    });
  }

  const attempt: Background['attempt'] = (what, work, ids = {}) =>
    run(work, (error) => stopped || report(what, error, ids));

  return {
    attempt,
    spare(what, write, ids) {
      if (writing.trouble() === undefined) attempt(what, write, ids);
    },
    insist: (what, work, ids = {}) => insist(what, work, ids, FIRST_PAUSE),
    stop(): void {
      stopped = true;
      for (const takeBack of waiting) takeBack();
      waiting.clear();
    },
  };
}

/** A clock whose timers can't end the process. */
export const guardTimers = (clock: Clock, background: Background): Clock => ({
  now: clock.now,
  monotonic: clock.monotonic,
  at: (moment, run) => clock.at(moment, () => background.attempt('a timer', run)),
});
