/** What one shows the others: a small picture of one's own screen, and a button that ends it. */
import { find } from '../../common/dom.ts';
import { keepPlaying } from './playback.ts';

export interface SharePreview {
  /** What screenshots and recordings take of it. */
  video: HTMLVideoElement;
  /** Null where nothing is shared. */
  show(stream: MediaStream | null): void;
  /** Tries again, if it was paused. */
  retry(): void;
}

/** Takes over the template's `.sharing`. */
export function createSharePreview(element: HTMLElement, stop: () => void): SharePreview {
  const video = find(element, 'video', HTMLVideoElement);
  const playback = keepPlaying(video, {});
  find(element, 'button', HTMLButtonElement).addEventListener('click', stop);

  return {
    video,
    show(stream) {
      element.hidden = stream === null;
      if (video.srcObject === stream) return;
      video.srcObject = stream;
      playback.start();
    },
    retry: playback.retry,
  };
}
