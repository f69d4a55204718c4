/**
 * Limits concurrent hashes. Each takes 19 MiB and one of libuv's four threads, which also read files: with two
 * hashing, two threads are left for everything else, however many people want to sign in or join.
 */
import { busyError } from '../http/errors.ts';

const AT_ONCE = 2;
/** Anyone behind this many is told to come back: a second or two of waiting on a small machine. */
const MOST_WAITING = 32;
/** Seconds after which it is worth trying again. */
const LATER = 5;

/** @throws 503 with a sentence where the queue is full */
export type HashQueue = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createHashQueue(atOnce = AT_ONCE, mostWaiting = MOST_WAITING): HashQueue {
  const waiting: (() => void)[] = [];
  let working = 0;

  return async (work) => {
    if (working >= atOnce) {
      if (waiting.length >= mostWaiting) throw busyError('errors.busy', LATER);
      // Hands the place to the next in line.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else working += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else working -= 1;
    }
  };
}
