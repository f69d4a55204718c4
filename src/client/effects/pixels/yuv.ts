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

/**
 * Fills a picture from one of four bytes a pixel, rows without gaps. Colour is the mean of each two by two pixels; how
 * transparent they are plays no part.
 */
export function fillFromRgba(pixels: Plane | Uint8Array, order: Order, planes: Planes, yuv: Yuv): void {
  const { width, height, y, u, v } = planes;
  const weights = weightsOf(yuv);
  const [yr, yg, yb, black] = weights.y;
  const [red, blue] = order === 'rgba' ? [0, 2] : [2, 0];
  for (let at = 0, from = 0; at < y.length; at += 1, from += 4)
    y[at] =
      yr * (pixels[from + red] ?? 0) + yg * (pixels[from + 1] ?? 0) + yb * (pixels[from + blue] ?? 0) + black;
  const columns = chroma(width);
  for (let row = 0; row < chroma(height); row += 1) {
    const above = 2 * row * width;
    const below = Math.min(2 * row + 1, height - 1) * width;
    for (let column = 0; column < columns; column += 1) {
      const left = 2 * column;
      const right = Math.min(left + 1, width - 1);
      const [a, b, c, d] = [4 * (above + left), 4 * (above + right), 4 * (below + left), 4 * (below + right)];
      const mean = (byte: number) =>
        ((pixels[a + byte] ?? 0) +
          (pixels[b + byte] ?? 0) +
          (pixels[c + byte] ?? 0) +
          (pixels[d + byte] ?? 0)) /
        4;
      const [r, g, bl] = [mean(red), mean(1), mean(blue)];
      const at = row * columns + column;
      u[at] = weights.u[0] * r + weights.u[1] * g + weights.u[2] * bl + 128;
      v[at] = weights.v[0] * r + weights.v[1] * g + weights.v[2] * bl + 128;
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
