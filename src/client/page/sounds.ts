/**
 * What is heard, in one of a browser's tabs: otherwise a call would ring from each of them, out of step. Web Locks
 * choose the tab (W3C Web Locks §2), and the next one when it is closed or may not play anything. Where there are none,
 * as on plain http, each tab rings. Loaded when the first sound is due.
 */

/** Does something while no other tab of this browser does a thing of this name. What fails is a sound less. */
function inTurn(name: string, work: () => Promise<void>): void {
  if ('locks' in navigator) navigator.locks.request(`porchlight.${name}`, work).catch(() => undefined);
  else work().catch(() => undefined);
}

/** Does something at the first of some events, once. */
function atFirst(events: [EventTarget, string][], work: () => void): void {
  const over = new AbortController();
  const go = () => {
    over.abort();
    work();
  };
  for (const [target, name] of events) target.addEventListener(name, go, { signal: over.signal });
}

/**
 * Calls back once it can be heard. Chromium doesn't even load what a hidden tab plays that never played
 * anything before, and such a tab would keep the others silent.
 */
function whenReady(audio: HTMLAudioElement, work: () => void): void {
  if (!document.hidden || audio.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) {
    work();
    return;
  }
  audio.preload = 'auto';
  atFirst(
    [
      [audio, 'canplay'],
      [document, 'visibilitychange'],
    ],
    work,
  );
}

const goneOf = (element: Element) =>
  new Promise<void>((resolve) => {
    const watch = new MutationObserver(() => {
      if (element.isConnected) return;
      watch.disconnect();
      resolve();
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });

/** Rings until the ring is taken away. */
export function ring(audio: HTMLAudioElement): void {
  whenReady(audio, () =>
    inTurn('ring', async () => {
      if (!audio.isConnected) return;
      const gone = goneOf(audio);
      try {
        await audio.play();
      } catch {
        // It may after a gesture; meanwhile another tab may.
        atFirst(
          [
            [document, 'pointerup'],
            [document, 'keydown'],
          ],
          () => ring(audio),
        );
        return;
      }
      await gone;
    }),
  );
}
