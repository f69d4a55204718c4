/** What a call does to the screen: it stays awake, fills it, or floats in a corner of it. */

/** Holds the screen awake while `wanted()`; a hidden page loses its lock, and gets it back when it is seen. */
export function createWakeLock(wanted: () => boolean): { update(): void } {
  let lock: WakeLockSentinel | undefined;
  let asking = false;

  async function update(): Promise<void> {
    if (!('wakeLock' in navigator) || asking) return;
    if (!wanted()) {
      void lock?.release();
      lock = undefined;
      return;
    }
    if ((lock && !lock.released) || document.visibilityState !== 'visible') return;
    asking = true;
    try {
      lock = await navigator.wakeLock.request('screen');
    } catch {
      // A low battery may forbid it; the call goes on with a screen that dims.
    } finally {
      asking = false;
    }
    if (!wanted()) void update();
  }

  document.addEventListener('visibilitychange', () => void update());
  return { update: () => void update() };
}

/** Wires a button to full screen; it is hidden where the browser has none. */
export function wireFullScreen(button: HTMLButtonElement, element: Element): void {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener('click', () => {
    const change = document.fullscreenElement ? document.exitFullscreen() : element.requestFullscreen();
    change.catch(() => undefined);
  });
  document.addEventListener('fullscreenchange', () => {
    button.setAttribute('aria-pressed', String(document.fullscreenElement !== null));
  });
}

/** Whether a page may float a picture; Firefox has a button of its own for it. */
export const canFloat = (video: HTMLVideoElement): boolean =>
  'requestPictureInPicture' in video && document.pictureInPictureEnabled;

/** Wires a button to picture in picture, which shows the first of these videos that has a picture. */
export function wirePictureInPicture(button: HTMLButtonElement, videos: HTMLVideoElement[]): void {
  button.addEventListener('click', () => {
    const video = videos.find(({ videoWidth }) => videoWidth > 0);
    const change = document.pictureInPictureElement
      ? document.exitPictureInPicture()
      : video?.requestPictureInPicture();
    // A browser may refuse, and nothing is lost by it.
    change?.catch(() => undefined);
  });
  const show = () => button.setAttribute('aria-pressed', String(document.pictureInPictureElement !== null));
  for (const video of videos) {
    video.addEventListener('enterpictureinpicture', show);
    video.addEventListener('leavepictureinpicture', show);
  }
}
