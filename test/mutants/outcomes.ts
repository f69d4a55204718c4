/** What becomes of a file's mutants: attempted in a process of their own, which is ended where one takes too long. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Given, Told } from './messages.ts';

const ATTEMPTS = join(import.meta.dirname, 'attempts.ts');
/** ms that the tests may take as they are, and at least against a mutant; a mutant may take so many times as long. */
const PATIENCE = 180_000;
const LEAST_PATIENCE = 30_000;
const TIMES = 4;
const UNCHANGED = -1;

export type Outcome = { mutant: number; result: 'killed' | 'survived' | 'timed out'; by: string | undefined };

/** With its workers: they are of one process group. */
function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Hands over mutants until all are done or one takes too long; the answer is how many have an outcome. */
function attempt(given: Given, patience: () => number, done: (outcome: Outcome) => void): Promise<number> {
  return new Promise((ended) => {
    const child = fork(ATTEMPTS, { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const stop = () => {
      end(child);
      process.exit(130);
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    let count = 0;
    let timer: NodeJS.Timeout | undefined;
    function wait(): void {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const mutant = given.mutants[count];
        if (mutant !== undefined) done({ mutant, result: 'timed out', by: undefined });
        count += 1;
        end(child);
      }, patience());
    }
    child.on('message', (message) => {
      const { mutant, killed, by } = v.parse(Told, message);
      done({ mutant, result: killed ? 'killed' : 'survived', by });
      count += 1;
      // There is no use in mutants where the tests fail without one.
      if (mutant === UNCHANGED && killed) end(child);
      else wait();
    });
    child.once('exit', () => {
      clearTimeout(timer);
      process.off('SIGINT', stop).off('SIGTERM', stop);
      // Workers may outlive it.
      end(child);
      ended(count);
    });
    wait();
    child.send(given);
  });
}

/**
 * @param done is told of each mutant as soon as its outcome is known
 * @throws where the tests fail without a mutant, or can't be run
 */
export async function findOutcomes(given: Given, done: (outcome: Outcome) => void): Promise<void> {
  const asItIs: Outcome[] = [];
  let patience = PATIENCE;
  const began = performance.now();
  function take(outcome: Outcome): void {
    if (outcome.mutant !== UNCHANGED) {
      done(outcome);
      return;
    }
    asItIs.push(outcome);
    patience = Math.max(LEAST_PATIENCE, TIMES * (performance.now() - began));
  }
  for (let left = [UNCHANGED, ...given.mutants]; left.length > 0; ) {
    const count = await attempt({ ...given, mutants: left }, () => patience, take);
    const [first] = left;
    const [unchanged] = asItIs;
    if (unchanged?.result !== 'survived')
      throw new Error(
        `The tests fail without a mutant: ${unchanged?.by ?? unchanged?.result ?? 'none was run'}`,
      );
    // One that has ended the whole process, before anything could be said of it.
    if (count === 0 && first !== undefined) take({ mutant: first, result: 'killed', by: undefined });
    left = left.slice(Math.max(1, count));
  }
}
