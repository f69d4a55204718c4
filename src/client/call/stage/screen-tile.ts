/** The other side's screen: large, while they say that they are sharing it. */
import { find } from '../../common/dom.ts';
import { whenShowable } from './loading.ts';
import { keepPlaying } from './playback.ts';
import type { Sound } from './sound.ts';

export interface ScreenTile {
  video: HTMLVideoElement;
  /** Plays the sound of the screen. */
  output: HTMLAudioElement;
  show(stream: MediaStream | null): void;
  /** Tries again, if video or sound was paused. */
  retry(): void;
  name(name: string): void;
  /** Replacing a track with none only freezes its last frame, so the other side has to say that it is over. */
  shared(on: boolean): void;
}

export interface ScreenTileEvents {
  soundOf(output: HTMLAudioElement): Sound;
  /** Whether its video stands still until somebody taps. */
  stuck(isStuck: boolean): void;
  /** Whether there is one. */
  shown(isShown: boolean): void;
}

/** Takes over a `.tile.screen` of the template, until it is `gone`. */
export function createScreenTile(
  element: HTMLElement,
  gone: AbortSignal,
  { soundOf, stuck, shown }: ScreenTileEvents,
): ScreenTile {
  const video = find(element, 'video', HTMLVideoElement);
  const output = find(element, 'audio', HTMLAudioElement);
  const sound = soundOf(output);
  const playback = keepPlaying(video, { stuck, gone });
  let stream: MediaStream | null = null;
  let isShared = false;

  function render(): void {
    shown(isShared);
    whenShowable(stream, () => {
      const played = isShared ? stream : null;
      if (video.srcObject !== played) {
        video.srcObject = played;
        playback.start();
      }
      sound.listen(played);
    });
  }

  return {
    video,
    output,
    show(received) {
      stream = received;
      render();
    },
    retry() {
      playback.retry();
      sound.retry();
    },
    name: (name) => element.setAttribute('aria-label', name),
    shared(on) {
      isShared = on;
      render();
    },
  };
}
