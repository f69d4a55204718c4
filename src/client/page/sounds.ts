/**
 * Plays sounds in only one of a browser's tabs: otherwise a call would ring in all of them, out of step. Web Locks
 * choose the tab (W3C Web Locks §2), and the next one if it is closed or isn't allowed to play. Without locks,
 * as on plain http, every tab plays. Loaded when the first sound is due.
 */

import { wasSilenced } from '../common/silenced.ts';

/** Does something while no other tab of this browser does something under the same name. A failure just means no sound. */
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
 * Calls back once it is audible. In a hidden tab that has never played anything, Chromium doesn't even load the sound,
 * and such a tab would keep the others silent.
 */
function whenReady(audio: HTMLAudioElement, work: () => void): void {
  // Not HAVE_FUTURE_DATA: a sound that has played to its end has none.
  if (!document.hidden || audio.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
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

const isSilenced = (audio: Element): boolean =>
  wasSilenced(audio.closest<HTMLElement>('.ring')?.dataset.call ?? '');

/** Rings until the ring is taken away. Where it was silenced, its tab keeps the turn, so that no other one begins. */
export function ring(audio: HTMLAudioElement): void {
  whenReady(audio, () =>
    inTurn('ring', async () => {
      if (!audio.isConnected || isSilenced(audio)) return;
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

const TONE = new Audio();
TONE.preload = 'none';
TONE.src = '/static/sounds/message.mp3';

/** ms after which a sound would only be confusing: the tab was asleep, or wasn't allowed to play. */
const LATE = 3000;
/** ms without another tone: several messages in a row are one piece of news, and a tab that polls hears of it late. */
const QUIET = 5000;

/** Held by the tab that has played a sound. localStorage reaches Firefox's other processes too late. */
const HEARD = 'porchlight.heard';

/** @returns once it is held */
const holdHeard = () =>
  new Promise<void>((resolve) => {
    const quiet = () => {
      resolve();
      return new Promise((over) => setTimeout(over, QUIET));
    };
    navigator.locks.request(HEARD, { mode: 'shared' }, quiet).catch(() => resolve());
  });

/** A message that the live socket has told of; `came` as `performance.now()` has it. */
type Arrived = { chat: string; came: number; isShown: boolean };

/** Plays the tone for a message, unless another tab has done it or its chat is being looked at. */
export function announce({ chat, came, isShown }: Arrived): void {
  whenReady(TONE, () =>
    inTurn('message', async () => {
      if (performance.now() - came > LATE) return;
      if (!('locks' in navigator)) {
        if (!isShown || !document.hasFocus()) await TONE.play();
        return;
      }
      const { held = [] } = await navigator.locks.query();
      if (held.some(({ name }) => name === HEARD || name === `porchlight.looked-at.${chat}`)) return;
      // Where this tab may not play, another one may.
      await TONE.play();
      await holdHeard();
    }),
  );
}
