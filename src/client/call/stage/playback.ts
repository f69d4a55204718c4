/**
 * Keeps a media element playing as long as it has something to play. A phone call, a headset's button or a power-saving
 * browser pauses it, and none of them resumes it.
 */

/** If it is paused again and again, we don't fight: the page says so, and the next sign of life tries again. */
const TRIES = 3;
const CALM_MS = 10_000;

type Player = Pick<HTMLMediaElement, 'addEventListener' | 'ended' | 'paused' | 'play'> & {
  srcObject: unknown;
};

export interface PlaybackEvents {
  /** Whether it is paused although it should play: then it takes a tap. */
  stuck?(isStuck: boolean): void;
  /** Whether it should play; unless told, whenever there is a stream that isn't over. */
  wanted?(): boolean;
  /** When it is to be kept playing no longer. */
  gone?: AbortSignal;
  /** Whether a refusal may be older than what allows it now, so that one more try is worth it. */
  patient?(): boolean;
}

export interface Playback {
  /** There is something new to play. */
  start(): void;
  /** Something has changed: the page is seen again, somebody has tapped, a device has come back. */
  retry(): void;
}

/** A gesture can grant a missing permission; the others indicate that an interruption may be over. */
const GESTURES = ['pointerup', 'keydown'];
const SIGNS = ['visibilitychange', 'focus', 'pageshow'];

/** @param page whose gestures and visibility are observed */
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

  const until = events.gone && { signal: events.gone };
  element.addEventListener('pause', paused, until);
  for (const gesture of GESTURES) page.addEventListener(gesture, touched, { capture: true, ...until });
  for (const sign of SIGNS) page.addEventListener(sign, retry, { capture: true, ...until });

  return {
    start() {
      tries = 0;
      if (isWanted()) void play(true);
      else events.stuck?.(false);
    },
    retry,
  };
}
