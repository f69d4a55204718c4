/**
 * Makes a large plane of a small one, smoothly (bilinear, by the centres of the pixels). It is done for every pixel of every
 * frame, so it counts in whole numbers, and goes from one place of the small plane to the next with a step that stays the same.
 */
import type { Plane } from './planes.ts';

/** For each place of the longer side, the two of the shorter one around it, and how far it is from the first. */
interface Steps {
  readonly low: Uint16Array;
  readonly high: Uint16Array;
  readonly part: Float32Array;
}

/** A few sizes are asked for, in every frame. */
const known = new Map<string, Steps & Runs>();
const MOST = 64;

/** The places that lie between the same two of the shorter side, in turn. */
interface Runs {
  /** Where each begins; the last one is the end of all. */
  readonly starts: Uint16Array;
}

function stepsOf(from: number, to: number, scale: number): Steps & Runs {
  const key = `${from} ${to} ${scale}`;
  const made = known.get(key);
  if (made) return made;
  const [low, high, part] = [new Uint16Array(to), new Uint16Array(to), new Float32Array(to)];
  const starts: number[] = [];
  for (let at = 0; at < to; at += 1) {
    const place = (at + 0.5) * scale - 0.5;
    const kept = Math.min(Math.max(place, 0), from - 1);
    low[at] = Math.floor(kept);
    // Beyond the first and the last centre it is as it is there.
    high[at] = kept === place ? Math.min(Math.floor(kept) + 1, from - 1) : Math.floor(kept);
    part[at] = kept - Math.floor(kept);
    if (at === 0 || low[at] !== low[at - 1] || high[at] !== high[at - 1]) starts.push(at);
  }
  const steps = { low, high, part, starts: Uint16Array.from([...starts, to]) };
  if (known.size >= MOST) known.clear();
  known.set(key, steps);
  return steps;
}

export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Each 0 to 255. */
  readonly values: Float32Array;
}

/** Numbers between two whole ones have so many bits behind the point. */
const BITS = 16;
const [ONE, HALF] = [1 << BITS, 1 << (BITS - 1)];

/**
 * @param into `width` × `height`
 * @param pixels how many pixels of the large plane one of the grid stands for; without it, both show the same
 */
export function enlarge(grid: Grid, into: Plane, width: number, height: number, pixels?: number): void {
  const { values } = grid;
  const scale = pixels === undefined ? grid.width / width : 1 / pixels;
  const across = stepsOf(grid.width, width, scale);
  const down = stepsOf(grid.height, height, pixels === undefined ? grid.height / height : 1 / pixels);
  const { low, high, part, starts } = across;
  const row = new Int32Array(grid.width);
  for (let y = 0; y < height; y += 1) {
    const first = (down.low[y] ?? 0) * grid.width;
    const second = (down.high[y] ?? 0) * grid.width;
    const share = down.part[y] ?? 0;
    for (let x = 0; x < row.length; x += 1) {
      const above = values[first + x] ?? 0;
      row[x] = ONE * (above + ((values[second + x] ?? 0) - above) * share);
    }
    const start = y * width;
    for (let run = 1; run < starts.length; run += 1) {
      const begin = starts[run - 1] ?? 0;
      const left = row[low[begin] ?? 0] ?? 0;
      const rise = (row[high[begin] ?? 0] ?? 0) - left;
      if (rise === 0) {
        // Most of a mask is the same far and wide.
        while (run + 1 < starts.length && isFlat(row, starts[run] ?? 0, across, left)) run += 1;
        into.fill((left + HALF) >> BITS, start + begin, start + (starts[run] ?? 0));
        continue;
      }
      const end = start + (starts[run] ?? 0);
      let value = (left + rise * (part[begin] ?? 0) + HALF) | 0;
      const step = (rise * scale) | 0;
      for (let at = start + begin; at < end; at += 1) {
        into[at] = value >> BITS;
        value = (value + step) | 0;
      }
    }
  }
}

const isFlat = (row: Int32Array, at: number, { low, high }: Steps, value: number): boolean =>
  row[low[at] ?? 0] === value && row[high[at] ?? 0] === value;
