/** Shows who of several speaks, and where the person wishes, whoever does so large. */
import { attempt } from '../../common/storage.ts';
import type { Say } from '../../common/words.ts';
import type { Side } from '../lifecycle/roster.ts';
import type { OtherSide } from './other-side.ts';
import { createSpeaking } from './speaking.ts';

const KEY = 'porchlight.layout';
const SPEAKER = 'speaker';
const LISTEN_MS = 250;

export interface SpeakerParts {
  /** How loud each is at this moment, 0 to 1. */
  levels(): ReadonlyMap<Side, number>;
  others(): [Side, OtherSide][];
  /** Makes somebody large, or all alike. */
  large(side: Side | undefined): void;
}

export interface Speakers {
  /** Somebody has come or gone. */
  changed(): void;
}

const recall = (): boolean => attempt(() => localStorage.getItem(KEY)) === SPEAKER;

/** Where nothing is kept, the next call begins with the grid. */
const keep = (isSpeaker: boolean): void =>
  void attempt(() => localStorage.setItem(KEY, isSpeaker ? SPEAKER : ''));

/** @param button "Layout", pressed for the speaker; there where it makes a difference */
export function createSpeakers(
  button: HTMLButtonElement,
  say: Say,
  { levels, others, large }: SpeakerParts,
): Speakers {
  let isLarge = recall();
  let speaking = createSpeaking();
  let timer: ReturnType<typeof setInterval> | undefined;

  function show(): void {
    button.setAttribute('aria-pressed', String(isLarge));
    button.title = say(isLarge ? 'layoutSpeaker' : 'layoutGrid');
    large(isLarge ? speaking.speaker() : undefined);
  }

  function listen(): void {
    speaking.hear(levels(), performance.now());
    for (const [side, other] of others()) other.speaks(speaking.speaks(side));
    show();
  }

  button.addEventListener('click', () => {
    isLarge = !isLarge;
    keep(isLarge);
    show();
  });

  return {
    changed() {
      const isMany = others().length > 1;
      button.hidden = !isMany;
      if (isMany) timer ??= setInterval(listen, LISTEN_MS);
      else if (timer !== undefined) {
        clearInterval(timer);
        timer = undefined;
        speaking = createSpeaking();
        large(undefined);
        for (const [, other] of others()) other.speaks(false);
      }
    },
  };
}
