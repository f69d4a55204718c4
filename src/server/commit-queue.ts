/**
 * Lets writes that arrive together share one commit. With `synchronous=FULL` the commit's fsync is what a
 * write costs, so thirty people who send at once wait for one fsync, not thirty.
 */
import type { Database } from './database.ts';

export type CommitQueue = {
  /**
   * Runs `write` in the next commit and answers once that is on disk.
   * @throws what `write` threw; the other writes of the commit are untouched
   */
  commit<Result>(write: () => Result): Promise<Result>;
};

type Job = { run: () => void; settle: () => void; fail: (error: unknown) => void };

/** One queue serves one database connection. */
export function createCommitQueue(database: Database): CommitQueue {
  let waiting: Job[] = [];

  const runAll = database.transaction((jobs: Job[]) => {
    const done: Job[] = [];
    for (const job of jobs) {
      // A nested transaction is a savepoint: a failing write takes back its own rows only.
      try {
        database.transaction(job.run)();
        done.push(job);
      } catch (error) {
        if (!database.inTransaction) throw error;
        job.fail(error);
      }
    }
    return done;
  });

  function flush(): void {
    const jobs = waiting;
    waiting = [];
    try {
      for (const job of runAll.immediate(jobs)) job.settle();
    } catch (error) {
      for (const job of jobs) job.fail(error);
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
