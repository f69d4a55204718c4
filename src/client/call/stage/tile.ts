/** The tile of one person in the call: oneself, or another. */
import { find, setText } from '../../common/dom.ts';
import { whenShowable } from './loading.ts';
import { keepPlaying } from './playback.ts';

export interface Tile {
  video: HTMLVideoElement;
  show(stream: MediaStream | null): void;
  /** Tries again, if the video was paused. */
  retry(): void;
  hasVideo(): boolean;
  name(name: string): void;
  /** Undefined: not known, so video counts as soon as there is some. */
  camera(on: boolean | undefined): void;
  /** Whether it is seen as in a mirror, which only people expect, and only of themselves. */
  mirror(on: boolean): void;
  /** Says beside the name why they can't be heard or seen; undefined removes that. */
  silence(reason: string | undefined): void;
}

/**
 * Takes over one `.tile` of the template.
 * @param stuck whether its video stands still until somebody taps
 */
export function createTile(element: HTMLElement, stuck?: (isStuck: boolean) => void): Tile {
  const video = find(element, 'video', HTMLVideoElement);
  const playback = keepPlaying(video, { ...(stuck && { stuck }) });
  const muted = element.querySelector('.tile-muted');
  let told: boolean | undefined;
  let shown: MediaStream | null = null;

  function render(): void {
    const on = told ?? video.videoWidth > 0;
    element.dataset.camera = on ? 'on' : 'off';
  }

  // Phones turn their video while they are turned, so this comes more than once.
  video.addEventListener('resize', render);
  video.addEventListener('emptied', render);

  return {
    video,
    show(stream) {
      shown = stream;
      whenShowable(stream, () => {
        if (shown === stream && video.srcObject !== stream) {
          video.srcObject = stream;
          playback.start();
        }
        render();
      });
    },
    retry: playback.retry,
    hasVideo: () => element.dataset.camera === 'on' && video.videoWidth > 0,
    name(name) {
      element.setAttribute('aria-label', name);
      setText(find(element, '.tile-name > span', HTMLElement), name);
      setText(find(element, '.avatar', HTMLElement), [...name.trim()][0]?.toUpperCase() ?? '?');
    },
    camera(on) {
      told = on;
      render();
    },
    mirror(on) {
      element.dataset.mirrored = String(on);
    },
    silence(reason) {
      if (!(muted instanceof HTMLElement)) return;
      muted.hidden = reason === undefined;
      setText(muted, reason ?? '');
    },
  };
}
