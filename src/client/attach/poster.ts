/**
 * Draws the poster of a sent video, shown until it is played. The server doesn't decode video, and the page that sent it
 * still has the file. Loaded once a video has been sent; if anything goes wrong here, it has no poster.
 */

/** Longest side in pixels, as of other previews. */
const SIDE = 640;
/** Bytes that the server takes. */
const LARGEST = 300 * 1024;
const QUALITY = 0.75;
/** ms for all of it: some files open and never show anything. */
const PATIENCE = 8000;
/** Of 255, on average. Films begin with frames that are darker. */
const DARK = 12;

/** Seconds at which to look, one after another. What a browser has recorded may not know its length. */
const momentsIn = (length: number): number[] =>
  Number.isFinite(length) ? [Math.min(1, length / 10), Math.min(3, length / 3), length / 2] : [0.1];

/** Rejects where the video can't be played here. */
const happens = (video: HTMLVideoElement, name: 'loadedmetadata' | 'seeked'): Promise<unknown> =>
  new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true });
    video.addEventListener('error', reject, { once: true });
  });

function isDark(context: CanvasRenderingContext2D): boolean {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  let sum = 0;
  // Green of each pixel: most of what the eye calls bright.
  for (let at = 1; at < data.length; at += 4) sum += data[at] ?? 0;
  return sum / (width * height) < DARK;
}

/** @returns the first frame that shows something, else the last that was looked at */
async function drawFrame(video: HTMLVideoElement): Promise<HTMLCanvasElement | undefined> {
  await happens(video, 'loadedmetadata');
  const { videoWidth, videoHeight, duration } = video;
  const shrink = Math.min(1, SIDE / Math.max(videoWidth, videoHeight));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(videoWidth * shrink));
  canvas.height = Math.max(1, Math.round(videoHeight * shrink));
  const context = canvas.getContext('2d', { alpha: false });
  if (!context || videoWidth === 0) return undefined;
  for (const moment of momentsIn(duration)) {
    const seeked = happens(video, 'seeked');
    video.currentTime = moment;
    await seeked;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    if (!isDark(context)) break;
  }
  return canvas;
}

/** Releases the file in the end, whatever happens. */
async function pictureOf(file: File): Promise<Blob | null> {
  const video = document.createElement('video');
  Object.assign(video, { muted: true, playsInline: true, preload: 'auto' });
  const address = URL.createObjectURL(file);
  try {
    const drawn = drawFrame(video);
    video.src = address;
    const tooLate = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE, undefined));
    const canvas = await Promise.race([drawn, tooLate]);
    // Not WebP, which Safari can't write.
    return canvas ? await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY)) : null;
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  }
}

/**
 * Gives the server a video's poster.
 * @param address where to send it
 * @param token against forged requests
 */
export async function sendPoster(file: File, address: string, token: string): Promise<void> {
  const picture = await pictureOf(file);
  if (!picture || picture.size > LARGEST) return;
  await fetch(address, {
    method: 'PUT',
    headers: { 'content-type': picture.type, 'x-csrf-token': token },
    body: picture,
  });
}
