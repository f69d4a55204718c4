/**
 * The way of a camera's frames through the worker where the browser has no streams of them: a video that nobody sees plays the
 * camera, a clock takes its frames, and what comes back is drawn on a canvas, which is a track. The clock is a worker's,
 * as a hidden tab's own stand almost still, and so does what tells of new frames.
 */
import { frameRequest } from '../common/frame-request.ts';
import { startTicker } from '../common/ticker.ts';

const RATE = 30;
/** A frame that the worker has kept for so many ms is lost. */
const LOST_MS = 2000;

export interface VideoPump {
  track: MediaStreamTrack;
  /** What comes back from the worker, if anything is to be shown of it; it is closed. */
  answer(frame: VideoFrame | undefined): void;
  stop(): void;
}

/**
 * @param send gives a frame away, to whoever closes it
 * @param ended the camera has ended, or the track was stopped
 * @param failed the browser can't make frames of this camera
 * @throws where the browser can make no track of a canvas
 */
export function startVideoPump(
  source: MediaStreamTrack,
  send: (frame: VideoFrame) => void,
  ended: () => void,
  failed: () => void,
): VideoPump {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([source]);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false });
  const stream = canvas.captureStream(0);
  const [track] = stream.getVideoTracks();
  const requestFrame = frameRequest([stream, track]);
  if (!context || !track || !requestFrame) {
    track?.stop();
    throw new Error('This browser cannot send a canvas');
  }
  let sentAt: number | undefined;
  let shownTime = -1;
  const ticker = startTicker(1000 / RATE, tick);
  void video.play().catch(() => undefined);

  function stop(): void {
    ticker.stop();
    video.srcObject = null;
    track?.stop();
  }

  function tick(): void {
    if (source.readyState === 'ended' || track?.readyState === 'ended') {
      stop();
      ended();
      return;
    }
    const now = performance.now();
    if (sentAt !== undefined && now - sentAt < LOST_MS) return;
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.currentTime === shownTime) return;
    if (video.paused) void video.play().catch(() => undefined);
    shownTime = video.currentTime;
    let frame: VideoFrame;
    try {
      frame = new VideoFrame(video);
    } catch {
      failed();
      return;
    }
    sentAt = now;
    send(frame);
  }

  return {
    track,
    answer(frame) {
      sentAt = undefined;
      if (!frame) return;
      const { displayWidth, displayHeight } = frame;
      if (canvas.width !== displayWidth || canvas.height !== displayHeight) {
        canvas.width = displayWidth;
        canvas.height = displayHeight;
      }
      context.drawImage(frame, 0, 0);
      frame.close();
      requestFrame();
    },
    stop,
  };
}
