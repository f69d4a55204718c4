/** The page's hand on the worker that keeps a recording and sends it. */
import { fetchAhead } from '../../common/prefetch.ts';
import { whyMissing } from '../../common/scripts.ts';
import type { SenderState } from './sender.ts';
import type { Label } from './spool.ts';

/** Set by the build: the address of the worker's script. */
declare const KEEP_WORKER_URL: string;

export type ToKeepWorker =
  | { type: 'begin'; label: Label; headers: Record<string, string> }
  | { type: 'chunk'; bytes: ArrayBuffer }
  /** Shown before it is played; best sent before the end. */
  | { type: 'poster'; picture: Blob }
  | { type: 'end' };

export type FromKeepWorker =
  /** It may be recorded; `onDisk` is false where the browser keeps nothing over a reload. */
  | { type: 'begun'; onDisk: boolean }
  /** It may not, and why. */
  | { type: 'refused'; message: string }
  /** A chunk would survive the end of this page. */
  | { type: 'kept' }
  /** `left`: bytes that are on this device alone. */
  | { type: 'state'; state: SenderState; left: number }
  /** The device is full, doesn't do as it should, or has lost some of it. What it has is sent. */
  | { type: 'failed'; why: 'full' | 'broken' | 'cut' }
  /** The worker has ended in the middle. */
  | { type: 'crashed' }
  /** The server no longer has the worker's script: it was updated since the page was loaded. */
  | { type: 'outdated' }
  /** The worker's script could not be fetched. */
  | { type: 'unreachable' }
  /** Everything is done with; so many bytes were recorded. */
  | { type: 'over'; bytes: number };

export interface KeepWorker {
  tell(message: ToKeepWorker): void;
  /** Ends the worker: what lies on the disk is open to the next visit. */
  close(): void;
}

/** Starts the worker for one recording. */
export function startKeepWorker(heard: (message: FromKeepWorker) => void): KeepWorker {
  const worker = new Worker(KEEP_WORKER_URL);
  worker.addEventListener('message', ({ data }: MessageEvent<FromKeepWorker>) => heard(data));
  worker.addEventListener('error', async (event) =>
    // A script that can't be fetched says so by a plain event (HTML, "run a worker"), and not why.
    heard({ type: event instanceof ErrorEvent ? 'crashed' : await whyMissing(KEEP_WORKER_URL) }),
  );
  return {
    tell(message) {
      worker.postMessage(message, message.type === 'chunk' ? [message.bytes] : []);
    },
    close: () => worker.terminate(),
  };
}

/** Fetches the script while the server is there, for a recording that begins when it isn't. */
export function prepareKeepWorker(): void {
  fetchAhead(KEEP_WORKER_URL);
}
