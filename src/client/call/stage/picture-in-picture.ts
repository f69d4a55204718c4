/** Lets a call float in a corner of the screen. */

/** Whether a page may float a video; Firefox has a button of its own for it. */
export const canFloat = (video: HTMLVideoElement): boolean =>
  'requestPictureInPicture' in video && document.pictureInPictureEnabled;

/** Wires a button to picture in picture, which shows the first of these videos that has something to show. */
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
