/**
 * Gets pictures ready off the event loop: metadata out, size known, a small one beside it. A process of its own does
 * it, because sharp's memory (23 MB and the pictures) comes back only when a process ends, and because a thread
 * would share Node's four file threads and its fate with the whole server.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';

export type PictureJob = { path: string; preview: string };
/** Without a size it is too large to be shown: only what it tells was taken out. */
export type PictureFacts = { bytes: number; size?: { width: number; height: number } };

const WORKER = join(import.meta.dirname, 'picture-worker.ts');
/** How long it waits for the next picture, in ms. */
const IDLE = 20_000;
/** How long one picture may take; sharp's own limit is shorter. */
const PATIENCE = 60_000;
/** Below everything that people wait for. */
const NICE = 5;

export function createPictures() {
  let worker: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function stop(): void {
    clearTimeout(idle);
    worker?.kill('SIGKILL');
    worker = undefined;
  }

  function start(): ChildProcess {
    const started = fork(WORKER, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    if (started.pid) setPriority(started.pid, NICE);
    const gone = () => {
      if (worker === started) worker = undefined;
    };
    started.once('exit', gone).once('error', gone);
    // Whoever waits for a picture holds the server open, not the worker.
    started.unref();
    started.channel?.unref();
    return started;
  }

  function run(job: PictureJob): Promise<PictureFacts | undefined> {
    clearTimeout(idle);
    worker ??= start();
    const at = worker;
    return new Promise((resolve) => {
      const settle = (answer: unknown) => {
        clearTimeout(patience);
        at.off('message', settle);
        at.off('exit', crashed).off('error', crashed);
        idle = setTimeout(stop, IDLE);
        idle.unref();
        resolve(isFacts(answer) ? answer : undefined);
      };
      const crashed = () => settle(undefined);
      const patience = setTimeout(stop, PATIENCE);
      at.on('message', settle);
      at.once('exit', crashed).once('error', crashed);
      at.send(job, (error) => error && crashed());
    });
  }

  return {
    /** `undefined` where it can't be read as a picture; then the bytes are as they were. */
    prepare(job: PictureJob): Promise<PictureFacts | undefined> {
      const mine = last.then(() => run(job));
      last = mine;
      return mine;
    },
    stop,
  };
}

function isFacts(answer: unknown): answer is PictureFacts {
  return typeof answer === 'object' && answer !== null && 'bytes' in answer;
}

export type Pictures = ReturnType<typeof createPictures>;
