/** Makes a large plane of a small one, smoothly (bilinear, by the centres of the pixels). */
import type { Plane } from './planes.ts';

/** For each place of the longer side, the two of the shorter one around it, and how far it is from the first. */
interface Steps {
  low: Uint16Array;
  high: Uint16Array;
  part: Float32Array;
}

/** A few sizes are asked for, in every frame. */
const known = new Map<string, Steps>();
const MOST = 64;

function stepsOf(from: number, to: number, scale: number): Steps {
  const key = `${from} ${to} ${scale}`;
  const made = known.get(key);
  if (made) return made;
  const steps = { low: new Uint16Array(to), high: new Uint16Array(to), part: new Float32Array(to) };
  for (let at = 0; at < to; at += 1) {
    const place = Math.min(Math.max((at + 0.5) * scale - 0.5, 0), from - 1);
    const low = Math.floor(place);
    steps.low[at] = low;
    steps.high[at] = Math.min(low + 1, from - 1);
    steps.part[at] = place - low;
  }
  if (known.size >= MOST) known.clear();
  known.set(key, steps);
  return steps;
}

export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * @param into `width` × `height`
 * @param pixels how many pixels of the large plane one of the grid stands for; without it, both show the same
 */
export function enlarge(grid: Grid, into: Plane, width: number, height: number, pixels?: number): void {
  const { values } = grid;
  const across = stepsOf(grid.width, width, pixels === undefined ? grid.width / width : 1 / pixels);
  const down = stepsOf(grid.height, height, pixels === undefined ? grid.height / height : 1 / pixels);
  const row = new Float32Array(grid.width);
  for (let y = 0, at = 0; y < height; y += 1) {
    const low = (down.low[y] ?? 0) * grid.width;
    const high = (down.high[y] ?? 0) * grid.width;
    const part = down.part[y] ?? 0;
    for (let x = 0; x < row.length; x += 1) {
      const above = values[low + x] ?? 0;
      row[x] = above + ((values[high + x] ?? 0) - above) * part;
    }
    for (let x = 0; x < width; x += 1, at += 1) {
      const left = row[across.low[x] ?? 0] ?? 0;
      into[at] = left + ((row[across.high[x] ?? 0] ?? 0) - left) * (across.part[x] ?? 0);
    }
  }
}
