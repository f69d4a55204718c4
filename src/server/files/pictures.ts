/**
 * Prepares pictures off the event loop: removes metadata, finds the size, makes a preview. A process of its own does
 * it, because sharp's memory (23 MB and the pictures) is returned only when a process ends, and because a thread
 * would share Node's four file threads, and its crashes, with the whole server. What a picture can cost is limited: in
 * bytes before it is read, in memory, and in time; and someone who sends many waits behind those who send one.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { scriptBeside } from '../paths.ts';
import { createFairQueue } from './fair-queue.ts';

/** `side`: the preview is a square of so many pixels, and all that is wanted; `path` stays as it is. */
export type PictureJob = { path: string; preview: string; side?: number };
/** Without a size it is too large to be shown: only its metadata was removed. */
export type PictureFacts = { bytes: number; size?: { width: number; height: number } };

const WORKER = scriptBeside(import.meta, 'picture-worker');
/** Bytes of a file that is opened as a picture; what is longer stays as it came. */
const LARGEST = 50 * 1024 * 1024;
/** How long the worker waits for the next picture, in ms. */
const IDLE = 20_000;
/** How long it may take to start, in ms. */
const STARTING = 20_000;
/** How long one picture may take, in ms. */
const PATIENCE = 10_000;
/** Bytes of memory that it may use: twice what a phone's 64 megapixel JPEG takes. */
const MOST_MEMORY = 512 * 1024 * 1024;
/** How often that is looked at, in ms. V8 reserves too much for `ulimit` to be of use. */
const LOOK_EVERY = 50;
/** A lower priority than anything that people wait for. */
const NICE = 5;

type PictureLimits = { patience?: number; memory?: number };

/** On Linux. Elsewhere memory isn't limited. */
function memoryOf(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** If memory runs out anyway, this process is killed before the server. */
function offerFirst(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // Not Linux, or gone already.
  }
}

export function createPictures({ patience = PATIENCE, memory = MOST_MEMORY }: PictureLimits = {}) {
  let worker: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;

  function stop(): void {
    clearTimeout(idle);
    worker?.kill('SIGKILL');
    worker = undefined;
  }

  /** @returns `undefined` if no process can be started: the child returned then can neither be sent to nor killed */
  function start(): ChildProcess | undefined {
    const started = fork(WORKER, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const gone = () => {
      if (worker === started) worker = undefined;
    };
    started.once('exit', gone).on('error', gone);
    if (started.pid === undefined || !started.connected) return undefined;
    setPriority(started.pid, NICE);
    offerFirst(started.pid);
    // A pending picture keeps the server alive; the worker doesn't.
    started.unref();
    started.channel?.unref();
    return started;
  }

  /** Its next message; `undefined` if it ends, or takes too much time or memory. */
  function answerOf(at: ChildProcess, within: number): Promise<unknown> {
    return new Promise((resolve) => {
      const settle = (answer?: unknown) => {
        clearTimeout(impatience);
        clearInterval(look);
        at.off('message', settle);
        at.off('exit', ended).off('error', ended);
        resolve(answer);
      };
      const ended = () => settle();
      const cutOff = () => {
        at.kill('SIGKILL');
        if (worker === at) worker = undefined;
        settle();
      };
      const impatience = setTimeout(cutOff, within);
      const look = setInterval(() => {
        if (at.pid !== undefined && memoryOf(at.pid) > memory) cutOff();
      }, LOOK_EVERY);
      at.once('message', settle);
      at.once('exit', ended).once('error', ended);
    });
  }

  /** The worker, started if there is none. */
  async function ready(): Promise<ChildProcess | undefined> {
    if (worker?.connected) return worker;
    worker = start();
    const started = worker;
    // Its first message says that it is ready for a picture.
    return started && (await answerOf(started, STARTING)) !== undefined ? started : undefined;
  }

  async function run(job: PictureJob): Promise<PictureFacts | undefined> {
    clearTimeout(idle);
    try {
      if ((await stat(job.path)).size > LARGEST) return undefined;
      const at = await ready();
      if (!at) return undefined;
      const answer = answerOf(at, patience);
      // A worker that has just ended is reported by its own event.
      at.send(job, () => {});
      const facts = await answer;
      if (isFacts(facts)) return facts;
      // What it was working on may be half written.
      for (const path of [job.preview, `${job.path}.clean`]) await rm(path, { force: true });
      return undefined;
    } finally {
      idle = setTimeout(stop, IDLE);
      idle.unref();
    }
  }

  const inTurn = createFairQueue();
  return {
    /**
     * `undefined` where it can't be read as a picture, or takes too much; then the bytes are as they were.
     * @param owner whose picture it is: people take turns
     */
    prepare: (owner: number, job: PictureJob): Promise<PictureFacts | undefined> =>
      inTurn(owner, () => run(job)),
    stop,
  };
}

function isFacts(answer: unknown): answer is PictureFacts {
  return typeof answer === 'object' && answer !== null && 'bytes' in answer;
}

export type Pictures = ReturnType<typeof createPictures>;
