/** The tone the caller hears while the other side is ringing. */
import type { State } from '../lifecycle/state.ts';
import { keepPlaying } from './playback.ts';

export interface Ringback {
  /**
   * Plays while `state` says that the other side is ringing, and at no other time.
   * @param isRung whether somebody of a group is, whom one waits for
   */
  update(state: State, isRung: boolean): void;
  /** Tries again, if the browser has refused before. */
  retry(): void;
}

/** Takes over an audio element that loops the tone. */
export function createRingback(element: HTMLAudioElement): Ringback {
  let rings = false;

  // A browser that blocks autoplay plays after the next gesture, or once the page has the microphone.
  const { start, retry } = keepPlaying(element, { wanted: () => rings });

  return {
    update(state, isRung) {
      rings = (state.name === 'calling' && state.rung) || (state.name === 'alone' && isRung);
      // Fetched while the call goes out, so that it is there in time.
      if (state.name === 'calling') element.preload = 'auto';
      if (rings) {
        // Each change of who is rung comes here, and the tone begins once.
        if (element.paused) start();
        return;
      }
      element.pause();
      element.currentTime = 0;
    },
    retry,
  };
}
