/** Lets a call float in a corner of the screen. */

/** Whether a page may float a video; Firefox has a button of its own for it. */
export const canFloat = (video: HTMLVideoElement): boolean =>
  'requestPictureInPicture' in video && document.pictureInPictureEnabled;

/**
 * Wires a button to picture in picture, which shows the first of these videos that has something to show.
 * @param stage in which they are
 */
export function wirePictureInPicture(
  button: HTMLButtonElement,
  stage: HTMLElement,
  videos: () => HTMLVideoElement[],
): void {
  button.addEventListener('click', () => {
    const video = videos().find(({ videoWidth }) => videoWidth > 0);
    const change = document.pictureInPictureElement
      ? document.exitPictureInPicture()
      : video?.requestPictureInPicture();
    // A browser may refuse, and nothing is lost by it.
    change?.catch(() => undefined);
  });
  const show = () => button.setAttribute('aria-pressed', String(document.pictureInPictureElement !== null));
  stage.addEventListener('enterpictureinpicture', ({ target }) => {
    show();
    // Not at the stage: by then the person may have gone, and their video with them.
    target?.addEventListener('leavepictureinpicture', show, { once: true });
  });
}
