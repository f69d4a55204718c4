/** Draws the videos of a call into one, as frames of a single track that stays the same while they come and go. */

import { frameRequest } from '../common/frame-request.ts';
import type { VideoFeed } from '../media/feeds.ts';
import { arrange, type Box, fitting } from './layout.ts';

/** Pixels of a recording. It is encoded alongside the call, which already keeps two processor cores busy. */
const [WIDTH, HEIGHT] = navigator.hardwareConcurrency > 2 ? [1280, 720] : [960, 540];
const POSTER_QUALITY = 0.7;

export interface Compositor {
  track: MediaStreamTrack;
  /** Captures what was drawn last, where that has to wait; call it at every tick of the clock, before drawing. */
  takeLate(): void;
  /** Draws a frame of what is seen now. */
  draw(feeds: VideoFeed[]): void;
  /** JPEG of the last frame. */
  poster(): Promise<Blob | undefined>;
}

/** @throws where the browser can't record a canvas */
export function createCompositor(): Compositor {
  const recorded = createCanvas();
  // Frames are asked for one by one: a hidden tab has no rhythm of its own.
  const stream = recorded.canvas.captureStream(0);
  const [track] = stream.getVideoTracks();
  const requestFrame = frameRequest([stream, track]);
  if (!track || !requestFrame) {
    track?.stop();
    throw new Error('This browser cannot record a canvas');
  }
  // Chromium timestamps WebAudio's sound some 50 ms late, Firefox doesn't. A frame that waits for a tick is about as late.
  const drawn = 'requestFrame' in track ? createCanvas() : recorded;
  let isLate = false;

  return {
    track,
    takeLate() {
      if (!isLate) return;
      isLate = false;
      recorded.drawImage(drawn.canvas, 0, 0);
      requestFrame();
    },
    draw(feeds) {
      drawAll(drawn, feeds);
      isLate = drawn !== recorded;
      if (!isLate) requestFrame();
    },
    poster: () =>
      new Promise((resolve) => {
        drawn.canvas.toBlob((blob) => resolve(blob ?? undefined), 'image/jpeg', POSTER_QUALITY);
      }),
  };
}

function createCanvas(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser cannot draw');
  return context;
}

function drawAll(context: CanvasRenderingContext2D, feeds: VideoFeed[]): void {
  context.fillStyle = '#16171d';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const boxes = arrange(
    feeds.map(({ role }) => role),
    WIDTH,
    HEIGHT,
  );
  // Small videos are on top of the one that fills everything.
  const order = feeds.map((_, index) => index).sort((a, b) => areaOf(boxes[b]) - areaOf(boxes[a]));
  for (const index of order) {
    const [feed, box] = [feeds[index], boxes[index]];
    if (feed && box) drawFeed(context, feed, box);
  }
}

const areaOf = (box: Box | undefined): number => (box ? box.width * box.height : 0);

function drawFeed(
  context: CanvasRenderingContext2D,
  { role, person, video, seen }: VideoFeed,
  box: Box,
): void {
  if (!seen || video.videoWidth === 0) {
    drawInitial(context, person, box);
    return;
  }
  try {
    drawVideo(context, video, box, role === 'screen');
  } catch {
    // One that can't be drawn now doesn't keep the others out of the frame.
    drawInitial(context, person, box);
  }
}

function drawVideo(
  context: CanvasRenderingContext2D,
  video: HTMLVideoElement,
  box: Box,
  isScreen: boolean,
): void {
  const size = { width: video.videoWidth, height: video.videoHeight };
  const { from, to } = fitting(size, box, isScreen);
  if (to !== box) {
    context.fillStyle = '#000';
    context.fillRect(box.x, box.y, box.width, box.height);
  }
  context.drawImage(
    video,
    ...([from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height] as const),
  );
}

/** Draws someone without a camera. */
function drawInitial(context: CanvasRenderingContext2D, name: string, { x, y, width, height }: Box): void {
  const radius = Math.min(width, height) / 4;
  const [across, down] = [x + width / 2, y + height / 2];
  context.fillStyle = '#262934';
  context.fillRect(x, y, width, height);
  context.fillStyle = '#f0ac48';
  context.beginPath();
  context.arc(across, down, radius, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = '#16171d';
  context.font = `600 ${Math.round(radius)}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText([...name.trim()][0]?.toUpperCase() ?? '?', across, down);
}
