/** A camera whose picture the page itself draws, for browsers that can't be given another, and for pictures that are known. */
import type { Page } from 'puppeteer-core';

interface Size {
  width: number;
  height: number;
  /** Pictures a second. */
  rate: number;
}

/** Called once the camera is opened, in the page; what it gives back draws a picture, for each one. */
type Start<Given> = (context: CanvasRenderingContext2D, given: Given) => Promise<() => void> | (() => void);

/** Runs in the page, and knows nothing else of this file. */
function install<Given>(start: Start<Given>, { width, height, rate }: Size, given: Given): void {
  const { mediaDevices } = navigator;
  // Some documents have none, such as the one that each tab begins with.
  if (!mediaDevices) return;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  const camera = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    const draw = await start(context, given);
    draw();
    const timer = setInterval(draw, 1000 / rate);
    const [track] = canvas.captureStream(rate).getVideoTracks();
    if (!track) throw new Error('no track');
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return track;
  };
  mediaDevices.getUserMedia = async (wanted = {}) => {
    const stream = wanted.audio ? await open({ audio: wanted.audio }) : new MediaStream();
    if (wanted.video) stream.addTrack(await camera());
    return stream;
  };
}

/** Has the pages of this tab see that instead of a camera. @param start goes there as text, so it knows only what it is given */
export const drawCamera = <Given>(page: Page, size: Size, start: Start<Given>, given: Given) =>
  page.evaluateOnNewDocument(`(${install})(${start}, ${JSON.stringify(size)}, ${JSON.stringify(given)})`);
