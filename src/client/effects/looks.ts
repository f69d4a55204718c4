/** From what was chosen to what the worker is told, with the bytes of all pictures. */
import { type Choices, recallPicture } from './choices.ts';
import type { Drawn, Look } from './engine/engine-messages.ts';
import { addressOfScene } from './scenes.ts';
import { addressOfSticker, STICKERS } from './sticker-list.ts';

/** As large as cameras are asked for. */
const BACKGROUND = { width: 1280, height: 720 };
/** Pixels of a sticker's longer side: about as many as it has on a face that fills the picture. */
const STICKER_SIDE = 512;

interface Area {
  width: number;
  height: number;
}

/** Pictures that were decoded here, by their addresses: a slider that is dragged asks for the same ones again and again. */
const decoded = new Map<string, Drawn>();
const MOST = 6;
let made = 0;

function behindOf({ background }: Choices): string | undefined {
  if (background === 'none' || background === 'light' || background === 'strong') return undefined;
  return background === 'own' ? recallPicture() : addressOfScene(background);
}

const wornOf = ({ sticker }: Choices): string | undefined =>
  sticker === 'none' ? undefined : addressOfSticker(sticker);

/** What can be said at once: where a picture has still to be decoded, the room is blurred until then. */
export function lookAtOnce(choices: Choices): Look {
  const { background, filter, beauty, brighten, sticker } = choices;
  const [behind, worn] = [behindOf(choices), wornOf(choices)].map((address) =>
    address === undefined ? undefined : decoded.get(address),
  );
  return {
    background:
      background === 'none'
        ? { kind: 'none' }
        : behind
          ? { kind: 'picture', image: behind }
          : { kind: 'blur', strength: background === 'light' ? 'light' : 'strong' },
    filter: filter === 'none' ? undefined : filter,
    beauty: beauty / 100,
    brighten,
    sticker: worn && sticker !== 'none' ? { fastening: STICKERS[sticker], image: worn } : undefined,
  };
}

/**
 * Decodes the pictures that the look at once had to do without.
 * @returns whether there were any
 * @throws where one can't be had
 */
export async function decodePictures(choices: Choices): Promise<boolean> {
  const [behind, worn] = [behindOf(choices), wornOf(choices)];
  const missing = [behind, worn].filter((address) => address !== undefined && !decoded.has(address));
  await Promise.all([behind && decode(behind, filling), worn && decode(worn, limited)]);
  forgetAllBut([behind, worn]);
  return missing.length > 0;
}

/** What is worn or behind somebody stays; of the others those that were decoded first go first. */
function forgetAllBut(kept: (string | undefined)[]): void {
  for (const address of decoded.keys()) {
    if (decoded.size <= MOST) return;
    if (!kept.includes(address)) decoded.delete(address);
  }
}

/** Large enough for a background, whatever its shape. */
function filling({ width, height }: Area): Area {
  const scale = Math.max(BACKGROUND.width / width, BACKGROUND.height / height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function limited({ width, height }: Area): Area {
  const scale = STICKER_SIDE / Math.max(width, height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** On the page: workers can't decode SVG. */
async function decode(address: string, sized: (area: Area) => Area): Promise<void> {
  if (decoded.has(address)) return;
  const image = new Image();
  image.src = address;
  await image.decode();
  const { width, height } = sized({ width: image.naturalWidth || 1, height: image.naturalHeight || 1 });
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser cannot draw');
  context.drawImage(image, 0, 0, width, height);
  made += 1;
  decoded.set(address, { width, height, bytes: context.getImageData(0, 0, width, height).data, key: made });
}

/** One's own picture as it is kept: no larger than it is ever shown. @throws where it is none that the browser knows */
export async function shrinkPicture(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file);
  try {
    const { width, height } = bitmap;
    const scale = Math.min(1, Math.max(BACKGROUND.width / width, BACKGROUND.height / height));
    const canvas = Object.assign(document.createElement('canvas'), {
      width: Math.round(width * scale),
      height: Math.round(height * scale),
    });
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/jpeg', 0.85);
  } finally {
    bitmap.close();
  }
}
