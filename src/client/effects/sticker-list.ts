/** The stickers there are, drawn for Porchlight (public/effects/stickers), and how each lies on a face. */
import type { Fastening } from './pixels/sticker-place.ts';

/** Lengths are in distances of the outer corners of the eyes, of the whole picture and not only of what is drawn in it. */
export const STICKERS = {
  glasses: { anchor: 'eyes', width: 1.7, right: 0, down: 0.06 },
  sunglasses: { anchor: 'eyes', width: 1.75, right: 0, down: 0.08 },
  hat: { anchor: 'head', width: 2.6, right: 0, down: -0.38 },
  crown: { anchor: 'head', width: 1.7, right: 0, down: -0.3 },
  cat: { anchor: 'head', width: 2.2, right: 0, down: -0.1 },
  rabbit: { anchor: 'head', width: 1.7, right: 0, down: -0.65 },
  moustache: { anchor: 'lip', width: 1.1, right: 0, down: 0.03 },
  nose: { anchor: 'nose', width: 0.5, right: 0, down: 0 },
} as const satisfies Record<string, Fastening>;
export type StickerName = keyof typeof STICKERS;

export const STICKER_NAMES = [
  'glasses',
  'sunglasses',
  'hat',
  'crown',
  'cat',
  'rabbit',
  'moustache',
  'nose',
] as const satisfies readonly StickerName[];

export const addressOfSticker = (name: StickerName): string => `/static/effects/stickers/${name}.svg`;
