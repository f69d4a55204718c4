/** From what was chosen to what the worker is told, with the bytes of all pictures. */
import { type Choices, recallPicture } from './choices.ts';
import type { Look } from './engine/engine-messages.ts';
import type { Pixels } from './pixels/cover.ts';
import { addressOfScene } from './scenes.ts';
import { addressOfSticker, STICKERS } from './sticker-list.ts';

/** As large as cameras are asked for. */
const BACKGROUND = { width: 1280, height: 720 };
/** Pixels of a sticker's longer side: about as many as it has on a face that fills the picture. */
const STICKER_SIDE = 512;

/** What can be said at once: where a picture has still to be decoded, the room is blurred until then. */
export function lookAtOnce({ background, filter, beauty, brighten }: Choices): Look {
  return {
    background:
      background === 'none'
        ? { kind: 'none' }
        : { kind: 'blur', strength: background === 'light' ? 'light' : 'strong' },
    filter: filter === 'none' ? undefined : filter,
    beauty: beauty / 100,
    brighten,
    sticker: undefined,
  };
}

/**
 * All of it; undefined where no pictures have to be waited for.
 * @throws where one can't be had. The look at once holds then
 */
export async function fullLook(choices: Choices): Promise<Look | undefined> {
  const { background, sticker } = choices;
  const isScene = background !== 'none' && background !== 'light' && background !== 'strong';
  if (!isScene && sticker === 'none') return undefined;
  const address = background === 'own' ? recallPicture() : isScene ? addressOfScene(background) : undefined;
  const [behind, worn] = await Promise.all([
    address === undefined ? undefined : decode(address, filling),
    sticker === 'none' ? undefined : decode(addressOfSticker(sticker), limited),
  ]);
  const look = lookAtOnce(choices);
  return {
    ...look,
    background: behind ? { kind: 'picture', pixels: behind } : look.background,
    sticker: worn && sticker !== 'none' ? { fastening: STICKERS[sticker], pixels: worn } : undefined,
  };
}

interface Area {
  width: number;
  height: number;
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
async function decode(address: string, sized: (area: Area) => Area): Promise<Pixels> {
  const image = new Image();
  image.src = address;
  await image.decode();
  const area = { width: image.naturalWidth || 1, height: image.naturalHeight || 1 };
  const { width, height } = sized(area);
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser cannot draw');
  context.drawImage(image, 0, 0, width, height);
  return { width, height, bytes: context.getImageData(0, 0, width, height).data };
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
