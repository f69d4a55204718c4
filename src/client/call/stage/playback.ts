/**
 * Keeps a media element playing for as long as it has something to play. A telephone call, a headset's button or a browser
 * that saves power pauses it, and none of them plays it again.
 */

/** What is paused again and again isn't fought over: it is said, and the next sign of life tries again. */
const TRIES = 3;
const CALM_MS = 10_000;

type Player = Pick<HTMLMediaElement, 'addEventListener' | 'ended' | 'paused' | 'play'> & {
  srcObject: unknown;
};

export interface PlaybackEvents {
  /** Whether it stands still, though it should play: then it takes a tap. */
  stuck?(isStuck: boolean): void;
  /** Whether it should play; unless told, whenever there is a stream that isn't over. */
  wanted?(): boolean;
  /** Whether a refusal may be older than what allows it now, so that one more try is worth it. */
  patient?(): boolean;
}

export interface Playback {
  /** There is something new to play. */
  start(): void;
  /** Something has changed: the page is seen again, somebody has tapped, a device has come back. */
  retry(): void;
}

/** Any gesture gives a permission that was missing; the others say that an interruption may be over. */
const GESTURES = ['pointerup', 'keydown'];
const SIGNS = ['visibilitychange', 'focus', 'pageshow'];

/** @param page where gestures and visibility are heard of */
export function keepPlaying(element: Player, events: PlaybackEvents, page: EventTarget = window): Playback {
  let tries = 0;
  let calm: ReturnType<typeof setTimeout> | undefined;

  const isWanted = () => events.wanted?.() ?? (element.srcObject !== null && !element.ended);

  async function play(isPatient: boolean): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      if (!isWanted()) return;
      // Something newer to play has taken the place of this, or it was paused once more, which is heard of by itself.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      if (isPatient && events.patient?.()) return play(false);
      events.stuck?.(true);
      return;
    }
    events.stuck?.(false);
  }

  function paused(): void {
    if (!isWanted() || !element.paused) return;
    clearTimeout(calm);
    calm = setTimeout(() => {
      tries = 0;
    }, CALM_MS);
    tries += 1;
    if (tries > TRIES) events.stuck?.(true);
    else void play(false);
  }

  function retry(): void {
    if (isWanted() && element.paused) void play(false);
  }

  function touched(): void {
    tries = 0;
    retry();
  }

  element.addEventListener('pause', paused);
  for (const gesture of GESTURES) page.addEventListener(gesture, touched, { capture: true });
  for (const sign of SIGNS) page.addEventListener(sign, retry, { capture: true });

  return {
    start() {
      tries = 0;
      if (isWanted()) void play(true);
      else events.stuck?.(false);
    },
    retry,
  };
}
