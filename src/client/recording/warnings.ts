/** Warnings during a recording: several can be true at once, and none hides another. */
import type { Say } from '../common/words.ts';
import type { SoundTrouble } from './mixer.ts';

/** Safari delivers what it has recorded only every few seconds. */
const PATIENCE_SECONDS = 15;
/** Pressing the button must have some visible response. */
const SLOW_MS = 1000;

export interface Warnings {
  /** What keeps it from reaching the server. */
  sending(text: string | undefined): void;
  sound(trouble: SoundTrouble | undefined): void;
  /** It has started: from now on something should be stored every second. */
  watch(): void;
  /** Something was. */
  kept(): void;
  /** Nothing is said any more. */
  close(): void;
}

const MATTERS = ['starting', 'sound', 'stalled', 'sending'] as const;
type Matter = (typeof MATTERS)[number];
const SOUND = { silent: 'recordingSilent', voice: 'recordingVoice' };

/** @param tell is called with all of them, each time they change */
export function createWarnings(say: Say, tell: (text: string | undefined) => void): Warnings {
  const said = new Map<Matter, string>();
  let told: string | undefined;
  let isClosed = false;
  let seconds = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  const slow = setTimeout(() => set('starting', say('recordingStarting')), SLOW_MS);

  function set(matter: Matter, text: string | undefined): void {
    if (isClosed) return;
    if (text === undefined) said.delete(matter);
    else said.set(matter, text);
    const all = MATTERS.flatMap((each) => said.get(each) ?? []);
    const whole =
      all.length > 0 ? all.reduce((first, second) => say('sentences', { first, second })) : undefined;
    if (whole === told) return;
    told = whole;
    tell(whole);
  }

  return {
    sending: (text) => set('sending', text),
    sound: (trouble) => set('sound', trouble && say(SOUND[trouble])),
    watch() {
      clearTimeout(slow);
      set('starting', undefined);
      // Seconds during which the device was asleep don't count.
      timer ??= setInterval(() => {
        seconds += 1;
        if (seconds >= PATIENCE_SECONDS) set('stalled', say('recordingStalled'));
      }, 1000);
    },
    kept() {
      seconds = 0;
      set('stalled', undefined);
    },
    close() {
      clearTimeout(slow);
      clearInterval(timer);
      isClosed = true;
    },
  };
}
