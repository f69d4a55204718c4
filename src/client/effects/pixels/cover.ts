/** A picture that fills another size, its sides cut off where it has another shape. */
import { createPlanes, type Planes, type Size } from './planes.ts';
import { fillFromRgba, type Yuv } from './yuv.ts';

/** Red, green, blue and opacity of each pixel, as a canvas gives them. */
export interface Pixels extends Size {
  readonly bytes: Uint8ClampedArray<ArrayBuffer>;
}

/** @returns as large as `size`, smoothly (bilinear); opacity plays no part */
export function cover({ width, height, bytes }: Pixels, size: Size, yuv: Yuv): Planes {
  const step = Math.min(width / size.width, height / size.height);
  const [left, top] = [(width - size.width * step) / 2, (height - size.height * step) / 2];
  const made = new Uint8ClampedArray(4 * size.width * size.height);
  for (let row = 0, at = 0; row < size.height; row += 1) {
    const y = Math.min(Math.max(top + (row + 0.5) * step - 0.5, 0), height - 1);
    const [up, below] = [Math.floor(y), Math.min(Math.floor(y) + 1, height - 1)];
    const down = y - up;
    for (let column = 0; column < size.width; column += 1, at += 4) {
      const x = Math.min(Math.max(left + (column + 0.5) * step - 0.5, 0), width - 1);
      const [first, next] = [Math.floor(x), Math.min(Math.floor(x) + 1, width - 1)];
      const right = x - first;
      for (let colour = 0; colour < 3; colour += 1) {
        const of = (line: number, place: number) => bytes[4 * (line * width + place) + colour] ?? 0;
        const above = of(up, first) * (1 - right) + of(up, next) * right;
        made[at + colour] = above + (of(below, first) * (1 - right) + of(below, next) * right - above) * down;
      }
    }
  }
  const planes = createPlanes(size.width, size.height);
  fillFromRgba(made, 'rgba', planes, yuv);
  return planes;
}
