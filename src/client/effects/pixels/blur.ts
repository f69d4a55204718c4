/**
 * A blurred background without the person in it. Averages of blocks are blurred, each weighted by how much of it is
 * background; so the person's colours don't bleed out around them, as they do when the whole picture is blurred.
 */
import type { Grid } from './enlarge.ts';
import type { Plane } from './planes.ts';

/** Lines of a picture of blocks: few enough to be quick, enough that no block is seen once it is large again. */
const ROWS = 90;

/** How many pixels of brightness a block has on each side. Even, because colours have half as many. */
export const blockOf = (height: number): number => Math.max(2, 2 * Math.round(height / ROWS / 2));

/** How far, in blocks, and how often; three times is close to a Gaussian blur. */
export interface Spread {
  readonly radius: number;
  readonly passes: number;
}

/**
 * Puts averages over 2 × radius + 1 into `into`, along lines that lie `apart` from each other and whose places lie `step`
 * apart; beyond the end of a line is what is at its end.
 */
function boxLines(
  grid: Float32Array,
  into: Float32Array,
  lines: number,
  apart: number,
  length: number,
  step: number,
  radius: number,
): void {
  const share = 1 / (2 * radius + 1);
  for (let line = 0; line < lines; line += 1) {
    const start = line * apart;
    const end = start + (length - 1) * step;
    const first = grid[start] ?? 0;
    const last = grid[end] ?? 0;
    let sum = first * (radius + 1);
    for (let place = 1; place <= radius; place += 1)
      sum += place < length ? (grid[start + place * step] ?? 0) : last;
    let next = start + (radius + 1) * step;
    let old = start - radius * step;
    for (let at = start; at <= end; at += step, next += step, old += step) {
      into[at] = sum * share;
      sum += (next <= end ? (grid[next] ?? 0) : last) - (old >= start ? (grid[old] ?? 0) : first);
    }
  }
}

/** Blurs a grid where it is. @param spare as large, for what is in between */
export function boxBlur(
  grid: Float32Array,
  spare: Float32Array,
  width: number,
  height: number,
  { radius, passes }: Spread,
): void {
  for (let pass = 0; pass < passes; pass += 1) {
    boxLines(grid, spare, height, width, width, 1, radius);
    boxLines(spare, grid, width, 1, height, width, radius);
  }
}

export interface Blurrer {
  /**
   * The background of a plane, in blocks, blurred.
   * @param person 255 for each pixel that is the person's, 0 for each that isn't; as large as the plane
   * @param block pixels of this plane on each side of a block
   * @returns good until the next call
   */
  blur(plane: Plane, person: Plane, width: number, height: number, block: number, spread: Spread): Grid;
}

export function createBlurrer(): Blurrer {
  let [sums, weights, spare] = [new Float32Array(0), new Float32Array(0), new Float32Array(0)];
  return {
    blur(plane, person, width, height, block, spread) {
      const columns = Math.ceil(width / block);
      const rows = Math.ceil(height / block);
      if (sums.length !== columns * rows)
        [sums, weights, spare] = [
          new Float32Array(columns * rows),
          new Float32Array(columns * rows),
          new Float32Array(columns * rows),
        ];
      sums.fill(0);
      weights.fill(0);
      // Every second line of a block says as much about it as all of them.
      const apart = block >= 4 ? 2 : 1;
      for (let y = 0; y < height; y += apart) {
        const start = Math.floor(y / block) * columns;
        for (let column = 0, at = y * width; column < columns; column += 1) {
          const end = Math.min((column + 1) * block, width);
          let sum = 0;
          let weight = 0;
          for (let x = column * block; x < end; x += 1, at += 1) {
            const share = 255 - (person[at] ?? 0);
            sum += share * (plane[at] ?? 0);
            weight += share;
          }
          sums[start + column] = (sums[start + column] ?? 0) + sum;
          weights[start + column] = (weights[start + column] ?? 0) + weight;
        }
      }
      let [whole, all] = [0, 0];
      for (let at = 0; at < sums.length; at += 1) {
        whole += sums[at] ?? 0;
        all += weights[at] ?? 0;
      }
      // Deep inside the person there is no background anywhere near, and nothing of it is seen.
      const mean = all > 0 ? whole / all : 128;
      boxBlur(sums, spare, columns, rows, spread);
      boxBlur(weights, spare, columns, rows, spread);
      for (let at = 0; at < sums.length; at += 1) {
        const weight = weights[at] ?? 0;
        sums[at] = weight > 1 ? (sums[at] ?? 0) / weight : mean;
      }
      return { width: columns, height: rows, values: sums };
    },
  };
}
