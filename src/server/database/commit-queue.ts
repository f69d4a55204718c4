/**
 * Lets writes that arrive together share one commit. With `synchronous=FULL` the commit's fsync is what a
 * write costs, so thirty people who send at once wait for one fsync, not thirty.
 */
import type { Database } from './database.ts';
import { troubleOf } from './trouble.ts';
import type { Writing } from './writing.ts';

export type CommitQueue = {
  /**
   * Runs `write` in the next commit and resolves once that is on disk. It may be run more than once: a commit that
   * another program got in the way of is rolled back and repeated.
   * @throws what `write` threw; the other writes of the commit are untouched
   */
  commit<Result>(write: () => Result): Promise<Result>;
};

type Job = { run: () => void; settle: () => void; fail: (error: unknown) => void };

/** How often a commit is repeated if another program gets in the way, each time after waiting for it. */
const MOST_TRIES = 20;

/**
 * One queue serves one database connection.
 * @param turn waits while another program holds the database (writing.ts)
 */
export function createCommitQueue(database: Database, turn: Writing['turn'] = () => undefined): CommitQueue {
  let waiting: Job[] = [];

  const runAll = database.transaction((jobs: Job[]) => {
    const settled: (() => void)[] = [];
    for (const job of jobs) {
      // A nested transaction is a savepoint: a failing write rolls back only its own rows.
      try {
        database.transaction(job.run)();
        settled.push(job.settle);
      } catch (error) {
        if (!database.inTransaction) throw error;
        settled.push(() => job.fail(error));
      }
    }
    return settled;
  });

  async function flush(): Promise<void> {
    let jobs: Job[] = [];
    for (let tries = 1; ; tries++) {
      try {
        // Writes that arrive while it waits join the same commit.
        await turn();
        jobs = [...jobs, ...waiting];
        waiting = [];
        for (const settle of runAll.immediate(jobs)) settle();
        return;
      } catch (error) {
        if (troubleOf(error) === 'busy' && tries < MOST_TRIES && jobs.length > 0) continue;
        const failed = [...jobs, ...waiting];
        waiting = [];
        for (const job of failed) job.fail(error);
        return;
      }
    }
  }

  return {
    commit: (write) =>
      new Promise((resolve, reject) => {
        let settle = () => {};
        const run = () => {
          const result = write();
          settle = () => resolve(result);
        };
        // setImmediate runs after the requests that arrived in this turn of the loop were handled.
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ run, settle: () => settle(), fail: reject });
      }),
  };
}
