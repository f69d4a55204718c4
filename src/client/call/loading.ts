/**
 * Streams wait for the page's load event, which a media element with `srcObject` holds back until it has data, and for
 * a call that may be a minute away. But any file of the page that hangs holds it back as well, so they don't wait long.
 */

const LONGEST_MS = 1000;

let isOver = false;
let waiting: (() => void)[] = [];

/** Does it when the page is loaded, after a second, or when `stopWaiting` says so; at once if that is over. */
export function whenLoaded(work: () => void): void {
  if (isOver || document.readyState === 'complete') {
    work();
    return;
  }
  if (waiting.length === 0) {
    addEventListener('load', stopWaiting, { once: true });
    setTimeout(stopWaiting, LONGEST_MS);
  }
  waiting.push(work);
}

/** There is something to be seen: the load event can wait for it. */
export function stopWaiting(): void {
  isOver = true;
  const due = waiting;
  waiting = [];
  for (const work of due) work();
}
