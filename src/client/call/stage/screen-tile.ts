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

/**
 * Takes over the `.tile.screen` of the stage, whose `data-screen` says whether there is one.
 * @param stuck whether its video stands still until somebody taps
 */
export function createScreenTile(
  stage: HTMLElement,
  soundOf: (output: HTMLAudioElement) => Sound,
  stuck: (isStuck: boolean) => void,
): ScreenTile {
  const element = find(stage, '.tile.screen', HTMLElement);
  const video = find(element, 'video', HTMLVideoElement);
  const output = find(element, 'audio', HTMLAudioElement);
  const sound = soundOf(output);
  const playback = keepPlaying(video, { stuck });
  let stream: MediaStream | null = null;
  let isShared = false;

  function render(): void {
    element.hidden = !isShared;
    stage.dataset.screen = String(isShared);
    whenShowable(stream, () => {
      const shown = isShared ? stream : null;
      if (video.srcObject !== shown) {
        video.srcObject = shown;
        playback.start();
      }
      sound.listen(shown);
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
