/** The page's hand on the worker that keeps a recording and sends it. */
import type { SenderState } from './sender.ts';
import type { Label } from './spool.ts';

/** Set by the build: the address of the worker's script. */
declare const KEEP_WORKER_URL: string;

export type ToKeeper =
  | { type: 'begin'; label: Label; headers: Record<string, string> }
  | { type: 'chunk'; bytes: ArrayBuffer }
  /** Shown before it is played; best sent before the end. */
  | { type: 'poster'; picture: Blob }
  | { type: 'end' };

export type FromKeeper =
  /** It may be recorded; `onDisk` is false where the browser keeps nothing over a reload. */
  | { type: 'begun'; onDisk: boolean }
  /** It may not, and why. */
  | { type: 'refused'; message: string }
  /** `left`: bytes that are on this device alone. */
  | { type: 'state'; state: SenderState; left: number }
  /** The device takes no more; what it has is sent. */
  | { type: 'failed'; full: boolean }
  /** The server no longer has the worker's script: it was updated since the page was loaded. */
  | { type: 'outdated' }
  /** Everything is done with. */
  | { type: 'over' };

export interface Keeper {
  tell(message: ToKeeper): void;
}

/** Starts the worker for one recording. */
export function startKeeper(heard: (message: FromKeeper) => void): Keeper {
  const worker = new Worker(KEEP_WORKER_URL);
  worker.addEventListener('message', ({ data }: MessageEvent<FromKeeper>) => heard(data));
  worker.addEventListener('error', (event) =>
    // A script that can't be fetched says so by a plain event (HTML, "run a worker").
    heard(event instanceof ErrorEvent ? { type: 'failed', full: false } : { type: 'outdated' }),
  );
  return {
    tell(message) {
      worker.postMessage(message, message.type === 'chunk' ? [message.bytes] : []);
    },
  };
}

/** That something may lie on this device; every page looks, and asks nothing of the device without it. */
export const WAITING = 'porchlight.recordings';
