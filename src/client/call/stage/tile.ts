/** The tile of one person in the call: oneself, or another. */
import { find, setText } from '../../common/dom.ts';
import { whenShowable } from './loading.ts';
import { keepPlaying } from './playback.ts';

/** Whose face it is, and where their picture is, if they have one. */
export type Face = { user: number; picture?: string | undefined };

/** As on the server (language/graphemes.ts): a character may be several code points. */
function initialOf(name: string): string {
  const [first] = 'Segmenter' in Intl ? [...new Intl.Segmenter().segment(name.trim())] : [];
  return (first?.segment ?? name.trim().charAt(0)).toUpperCase() || '?';
}

/** As many colours as the stylesheet has for people without a picture. */
const HUES = 12;

export interface Tile {
  video: HTMLVideoElement;
  show(stream: MediaStream | null): void;
  /** Tries again, if the video was paused. */
  retry(): void;
  hasVideo(): boolean;
  name(name: string): void;
  /** What is shown of somebody without a camera, as on every other page (views/partials/face.eta). */
  face(name: string, face: Face): void;
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
 * @param gone from when on it isn't shown any more
 */
export function createTile(
  element: HTMLElement,
  stuck?: (isStuck: boolean) => void,
  gone?: AbortSignal,
): Tile {
  const video = find(element, 'video', HTMLVideoElement);
  const playback = keepPlaying(video, { ...(stuck && { stuck }), ...(gone && { gone }) });
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
    },
    face(name, { user, picture }) {
      const avatar = find(element, '.avatar', HTMLElement);
      avatar.dataset.hue = String(user % HUES);
      if (picture === undefined) setText(avatar, initialOf(name));
      else avatar.replaceChildren(Object.assign(new Image(), { src: `/pictures/${picture}`, alt: '' }));
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
