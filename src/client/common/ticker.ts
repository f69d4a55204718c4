/** A clock that keeps ticking in a hidden tab. */

import { fetchAhead } from './prefetch.ts';

/** Set by the build: the address of the worker's script. */
declare const TICKER_WORKER_URL: string;

export interface Ticker {
  stop(): void;
}

/** Calls `tick` every so many ms; without the worker, by the page's own slow timers. */
export function startTicker(ms: number, tick: () => void): Ticker {
  let timer: ReturnType<typeof setInterval> | undefined;
  let worker: Worker | undefined;

  function standIn(): void {
    timer ??= setInterval(tick, ms);
  }

  try {
    worker = new Worker(TICKER_WORKER_URL);
    worker.addEventListener('message', tick);
    worker.addEventListener('error', standIn);
    worker.postMessage(ms);
  } catch {
    standIn();
  }
  return {
    stop() {
      worker?.terminate();
      clearInterval(timer);
    },
  };
}

/** Fetches the script while the server is there, for what begins when it isn't. */
export function prepareTicker(): void {
  fetchAhead(TICKER_WORKER_URL);
}
