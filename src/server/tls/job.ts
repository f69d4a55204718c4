/** One job for a process of its own, which ends with it. */
import { fork } from 'node:child_process';

export type StartJob = typeof startJob;

export type Job = {
  /** Whether it was ended because it took too long. Resolves when the process has ended. */
  ended: Promise<{ isLate: boolean }>;
  kill(): void;
};

/**
 * @param script the process's
 * @param order the first message to it
 * @param patience ms for all of it
 * @param hear is given each of its messages, and a way to answer
 * @throws {Error} where the system has no room for another process
 */
export function startJob(
  script: string,
  order: object,
  patience: number,
  hear: (message: unknown, answer: (words: string) => void) => void,
): Job {
  const child = fork(script, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const kill = () => void child.kill('SIGKILL');
  const ended = new Promise<{ isLate: boolean }>((resolve) => {
    let isLate = false;
    const tired = setTimeout(() => {
      isLate = true;
      kill();
    }, patience);
    const done = () => {
      clearTimeout(tired);
      resolve({ isLate });
    };
    // Either may come more than once, or both.
    child.on('close', done).on('error', done);
  });
  child.on('message', (message) => hear(message, (words) => void child.send(words)));
  // Without a process there is no way to it either.
  if (child.pid !== undefined) child.send(order);
  return { ended, kill };
}
