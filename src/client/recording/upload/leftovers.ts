/** Loaded by any page while something recorded earlier may lie on this device: sends it, and says so. */

import { lateStyle } from '../../common/late-style.ts';
import { pageHeaders } from '../../common/page-headers.ts';
import { tellIfOutdated } from '../../common/scripts.ts';
import { RECORDINGS } from '../../common/storage-keys.ts';
import { showLeft } from './progress-bar.ts';

/** Set by the build: the address of the worker's script. */
declare const LEFTOVERS_WORKER_URL: string;

export type FromLeftovers =
  /** `left` of `all` bytes; `message` is in the reader's language. */
  | { type: 'sending'; message: string; left: number; all: number }
  | { type: 'refused'; message: string }
  /** How many are still on this device. */
  | { type: 'over'; kept: number };

const notice = document.createElement('p');
notice.className = 'notice';
notice.setAttribute('role', 'status');
const bar = document.createElement('progress');
const words = document.createElement('span');
notice.append(words, ' ', bar);

/** Who has put a notice away is told again only when there is something else to say. */
function tell(message: string): void {
  if (words.textContent === message) return;
  void lateStyle();
  document.querySelector('.notices')?.append(notice);
  words.textContent = message;
}

const worker = new Worker(LEFTOVERS_WORKER_URL);
worker.addEventListener('message', ({ data }: MessageEvent<FromLeftovers>) => {
  switch (data.type) {
    case 'sending':
      tell(data.message);
      showLeft(bar, data.left, data.all);
      return;
    case 'refused':
      tell(data.message);
      bar.remove();
      return;
    case 'over':
      if (bar.isConnected || data.kept === 0) notice.remove();
      if (data.kept === 0) localStorage.removeItem(RECORDINGS);
      return;
    default:
      data satisfies never;
  }
});
worker.addEventListener('error', (event) => {
  // A script that can't be fetched says so by a plain event (HTML, "run a worker").
  if (!(event instanceof ErrorEvent)) void tellIfOutdated(LEFTOVERS_WORKER_URL);
});
worker.postMessage(pageHeaders());
