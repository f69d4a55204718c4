/**
 * When a stream may be shown. A media element with `srcObject` holds back the page's load event until it has data,
 * which in a voice call never comes, so streams wait for that event. But any file of the page that hangs holds it back
 * as well, so what has video doesn't wait long.
 */

const LONGEST_MS = 1000;
const ASK_AGAIN_MS = 500;

let isOver = false;
let waiting: { stream: MediaStream | null; work: () => void }[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Does it when the page is loaded; with video also after a second, or when `stopWaiting` says so. */
export function whenShowable(stream: MediaStream | null, work: () => void): void {
  if (document.readyState === 'complete' || (isOver && hasVideo(stream))) {
    work();
    return;
  }
  if (waiting.length === 0) {
    addEventListener('load', () => show(() => true), { once: true });
    timer ??= setTimeout(stopWaiting, isOver ? ASK_AGAIN_MS : LONGEST_MS);
  }
  waiting.push({ stream, work });
}

/** Streams with video are shown from now on, even if the load event then waits for them. */
export function stopWaiting(): void {
  isOver = true;
  clearTimeout(timer);
  timer = undefined;
  show(hasVideo);
  // Tracks that a script adds to a stream say so by no event.
  if (waiting.length > 0) timer = setTimeout(stopWaiting, ASK_AGAIN_MS);
}

function show(isDue: (stream: MediaStream | null) => boolean): void {
  const due = waiting.filter(({ stream }) => isDue(stream));
  waiting = waiting.filter((each) => !due.includes(each));
  for (const { work } of due) work();
  if (waiting.length === 0) {
    clearTimeout(timer);
    timer = undefined;
  }
}

/** A remote track is muted until something of it has come. */
const hasVideo = (stream: MediaStream | null): boolean =>
  stream === null || stream.getVideoTracks().some(({ muted, readyState }) => !muted && readyState === 'live');
