/** What a file looks like: a small picture of it, or else what kind it is by the end of its name. */

/** Pixels of its longer side, for screens with three to a CSS pixel. */
const SIDE = 132;
/** Bytes from which decoding isn't worth the memory it takes. */
const LARGEST = 30_000_000;
/** Letters of a kind that fit. */
const LETTERS = 4;

/** One after another, because each is decoded whole: a dozen photos at once would be too much for a phone. */
let before: Promise<unknown> = Promise.resolve();
/** Lines are made anew at every change. */
const drawn = new WeakMap<File, HTMLCanvasElement>();

async function draw(place: HTMLElement, file: File): Promise<void> {
  // It may have been removed while it waited.
  if (!place.isConnected) return;
  const whole = await createImageBitmap(file);
  const shrink = Math.min(1, SIDE / Math.min(whole.width, whole.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(whole.width * shrink));
  canvas.height = Math.max(1, Math.round(whole.height * shrink));
  canvas.getContext('2d')?.drawImage(whole, 0, 0, canvas.width, canvas.height);
  whole.close();
  drawn.set(file, canvas);
  place.replaceChildren(canvas);
}

/** @param place is in the page by the next turn */
export function showThumbnail(place: HTMLElement, file: File): void {
  const known = drawn.get(file);
  if (known) {
    place.replaceChildren(known);
    return;
  }
  const kind = /\.([^.\s]+)$/.exec(file.name)?.[1] ?? '';
  place.textContent = kind.length <= LETTERS ? kind.toUpperCase() : '';
  if (!file.type.startsWith('image/') || file.size > LARGEST) return;
  // One that the browser can't show, as most can't show HEIC, stays as it is.
  before = before.then(() => draw(place, file)).catch(() => undefined);
}
