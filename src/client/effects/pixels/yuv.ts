/** From red, green and blue to brightness and colour, the way a camera's frames have them. */
import { chroma, type Plane, type Planes } from './planes.ts';

/** Which weights, and whether brightness runs from 16 to 235 or over all of 0–255 (ITU-R BT.601, BT.709). */
export interface Yuv {
  readonly matrix: 'bt601' | 'bt709';
  readonly isFull: boolean;
}

/** What WebRTC makes of a picture that says nothing about its colours. */
export const UNTOLD: Yuv = { matrix: 'bt601', isFull: false };

/** The part of a `VideoColorSpace` that matters here. */
export interface Told {
  readonly matrix?: string | null;
  readonly fullRange?: boolean | null;
}

export const yuvOf = ({ matrix, fullRange }: Told): Yuv => ({
  matrix: matrix === 'bt709' ? 'bt709' : 'bt601',
  // RGB is always full, which says nothing about what is made of it.
  isFull: fullRange === true && matrix !== 'rgb',
});

interface Weights {
  y: readonly [red: number, green: number, blue: number, black: number];
  u: readonly [red: number, green: number, blue: number];
  v: readonly [red: number, green: number, blue: number];
}

function weightsOf({ matrix, isFull }: Yuv): Weights {
  const [red, blue] = matrix === 'bt709' ? [0.2126, 0.0722] : [0.299, 0.114];
  const green = 1 - red - blue;
  const bright = isFull ? 1 : 219 / 255;
  const coloured = isFull ? 1 : 224 / 255;
  const [byBlue, byRed] = [coloured / (2 * (1 - blue)), coloured / (2 * (1 - red))];
  return {
    y: [red * bright, green * bright, blue * bright, isFull ? 0 : 16],
    u: [-red * byBlue, -green * byBlue, (1 - blue) * byBlue],
    v: [(1 - red) * byRed, -green * byRed, -blue * byRed],
  };
}

/** Brightness and colour of one pixel, unrounded. @param color each 0–255 */
export function toYuv(color: readonly [number, number, number], yuv: Yuv): [number, number, number] {
  const [r, g, b] = color;
  const { y, u, v } = weightsOf(yuv);
  return [
    y[0] * r + y[1] * g + y[2] * b + y[3],
    u[0] * r + u[1] * g + u[2] * b + 128,
    v[0] * r + v[1] * g + v[2] * b + 128,
  ];
}

/** In which of four bytes red, green and blue are. */
export type Order = 'rgba' | 'bgra';

/** Weights have so many bits behind the point; of four pixels' sums, two more. */
const BITS = 16;

/**
 * Fills a picture from one of four bytes a pixel, rows without gaps. Colour is the mean of each two by two pixels; how
 * transparent they are plays no part.
 *
 * @param pixels beginning at a multiple of four bytes in their buffer
 */
export function fillFromRgba(pixels: Plane | Uint8Array, order: Order, planes: Planes, yuv: Yuv): void {
  const { width, height, y, u, v } = planes;
  const fixed = (weights: readonly number[]) => weights.map((weight) => Math.round(weight * (1 << BITS)));
  const weights = weightsOf(yuv);
  /** As they lie in a pixel, the lowest byte first: all the machines that browsers run on have it first. */
  const inOrder = (of: readonly number[]) =>
    fixed(order === 'rgba' ? [of[0] ?? 0, of[1] ?? 0, of[2] ?? 0] : [of[2] ?? 0, of[1] ?? 0, of[0] ?? 0]);
  const [yLow = 0, yMiddle = 0, yHigh = 0] = inOrder(weights.y);
  const [uLow = 0, uMiddle = 0, uHigh = 0] = inOrder(weights.u);
  const [vLow = 0, vMiddle = 0, vHigh = 0] = inOrder(weights.v);
  const half = 1 << (BITS - 1);
  const black = weights.y[3] * (1 << BITS) + half;
  const none = 128 * 4 * (1 << BITS) + 4 * half;
  const words = new Int32Array(pixels.buffer, pixels.byteOffset, width * height);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? 0;
    y[at] =
      (yLow * (word & 255) + yMiddle * ((word >> 8) & 255) + yHigh * ((word >> 16) & 255) + black) >> BITS;
  }
  const columns = chroma(width);
  for (let row = 0, at = 0; row < chroma(height); row += 1) {
    const above = 2 * row * width;
    const below = Math.min(2 * row + 1, height - 1) * width;
    for (let column = 0; column < columns; column += 1, at += 1) {
      const left = 2 * column;
      const right = left + 1 < width ? left + 1 : left;
      const a = words[above + left] ?? 0;
      const b = words[above + right] ?? 0;
      const c = words[below + left] ?? 0;
      const d = words[below + right] ?? 0;
      // Two sums side by side in one number: four bytes need ten bits.
      const outer = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff);
      const middle = ((a >> 8) & 255) + ((b >> 8) & 255) + ((c >> 8) & 255) + ((d >> 8) & 255);
      const low = outer & 0xffff;
      const high = outer >> 16;
      u[at] = (uLow * low + uMiddle * middle + uHigh * high + none) >> (BITS + 2);
      v[at] = (vLow * low + vMiddle * middle + vHigh * high + none) >> (BITS + 2);
    }
  }
}

/** As the models want them. @returns red, green and blue, 0–255 but not kept to it */
export function toRgb(
  bright: number,
  blueness: number,
  redness: number,
  { matrix, isFull }: Yuv,
): [number, number, number] {
  const [red, blue] = matrix === 'bt709' ? [0.2126, 0.0722] : [0.299, 0.114];
  const green = 1 - red - blue;
  const y = isFull ? bright : (bright - 16) * (255 / 219);
  const scale = isFull ? 1 : 255 / 224;
  const [u, v] = [(blueness - 128) * scale, (redness - 128) * scale];
  const r = y + 2 * (1 - red) * v;
  const b = y + 2 * (1 - blue) * u;
  return [r, (y - red * r - blue * b) / green, b];
}
