/** What is put into pages to learn when the first picture of the other side was shown. All moments in ms since 1970. */
import type { Page } from 'puppeteer-core';
import { eventually } from '../../test/helpers/poll.ts';

/** Notes, in each document of the page, the last click and the first frame of any participant but oneself. */
export const watchPictures = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    const now = (at: number) => String(performance.timeOrigin + at);
    // Kept over the navigation that Accept is.
    addEventListener('click', (event) => sessionStorage.setItem('clicked', now(event.timeStamp)), true);
    const watched = new WeakSet<HTMLVideoElement>();
    const watch = () => {
      for (const video of document.querySelectorAll<HTMLVideoElement>('[role=group] video')) {
        if (watched.has(video) || video.closest('[role=group]')?.getAttribute('aria-label') === 'You')
          continue;
        watched.add(video);
        video.requestVideoFrameCallback((at) => sessionStorage.setItem('pictured', now(at)));
      }
    };
    new MutationObserver(watch).observe(document, { subtree: true, childList: true, attributes: true });
  });

const noted = async (page: Page, what: 'clicked' | 'pictured') =>
  Number(await page.evaluate((key) => sessionStorage.getItem(key), what)) || undefined;

export const forgetPictures = (page: Page) => page.evaluate(() => sessionStorage.clear());

export const clickedAt = (page: Page) => eventually('the click', () => noted(page, 'clicked'));

export const picturedAt = (page: Page) =>
  eventually('the first picture of the other side', () => noted(page, 'pictured'), 20_000);

export type Size = { width: number; height: number; frameRate: number };

/**
 * Two bare peer connections in the page, which must be allowed to use the camera.
 * @returns ms from createOffer, with the camera open already, to the first frame shown at the other end
 */
export const bareFirstPicture = (page: Page, size: Size): Promise<number> =>
  page.evaluate(async (video) => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
    const [one, two] = [new RTCPeerConnection(), new RTCPeerConnection()];
    one.addEventListener('icecandidate', ({ candidate }) => candidate && two.addIceCandidate(candidate));
    two.addEventListener('icecandidate', ({ candidate }) => candidate && one.addIceCandidate(candidate));
    const shown = document.createElement('video');
    shown.muted = true;
    shown.autoplay = true;
    document.body.append(shown);
    two.addEventListener('track', ({ streams: [remote] }) => {
      shown.srcObject = remote ?? null;
    });
    const picture = new Promise<number>((resolve) => shown.requestVideoFrameCallback(resolve));
    const start = performance.now();
    for (const track of stream.getTracks()) one.addTrack(track, stream);
    await one.setLocalDescription();
    if (one.localDescription) await two.setRemoteDescription(one.localDescription);
    await two.setLocalDescription();
    if (two.localDescription) await one.setRemoteDescription(two.localDescription);
    const at = await picture;
    for (const track of stream.getTracks()) track.stop();
    one.close();
    two.close();
    return at - start;
  }, size);
