/** A face for tests, as large and turned as wanted, and a picture of it. */
import { type Face, OUTLINES, PLACES, POINTS } from './face.ts';
import { createPlanes, type Planes } from './planes.ts';

export interface Pose {
  /** The middle between the eyes. */
  x: number;
  y: number;
  /** The distance of the outer corners of the eyes, in pixels. */
  eyes: number;
  /** Clockwise, in radians. */
  angle?: number;
}

/** As the face mesh has it, seen from the front; in distances of the eyes. */
export function createFace({ x, y, eyes, angle = 0 }: Pose): Face {
  const points = new Float32Array(2 * POINTS);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const put = (index: number, right: number, down: number) => {
    points[2 * index] = x + eyes * (right * cos - down * sin);
    points[2 * index + 1] = y + eyes * (right * sin + down * cos);
  };
  for (let index = 0; index < POINTS; index += 1) put(index, 0, 0.3);
  /** Around an ellipse, beginning at `from` of a turn: 0 is right, a quarter is below. */
  const around = (
    indices: readonly number[],
    [middle, low]: [number, number],
    [width, height]: [number, number],
    from: number,
    step = 1,
  ) => {
    for (const [at, index] of indices.entries()) {
      const turn = 2 * Math.PI * (from + (step * at) / indices.length);
      put(index, middle + width * Math.cos(turn), low + height * Math.sin(turn));
    }
  };
  // From the forehead, over the right of the picture, to the chin.
  around(OUTLINES.oval, [0, 0.2], [0.8, 1], -0.25);
  around(OUTLINES.leftEye, [-0.34, 0], [0.16, 0.06], 0.5, -1);
  around(OUTLINES.rightEye, [0.34, 0], [0.16, 0.06], 0, 1);
  around(OUTLINES.leftBrow, [-0.34, -0.22], [0.2, 0.04], 0.5);
  around(OUTLINES.rightBrow, [0.34, -0.22], [0.2, 0.04], 0);
  around(OUTLINES.lips, [0, 0.72], [0.28, 0.1], 0.5, -1);
  put(PLACES.leftEyeOuter, -0.5, 0);
  put(PLACES.leftEyeInner, -0.18, 0);
  put(PLACES.rightEyeOuter, 0.5, 0);
  put(PLACES.rightEyeInner, 0.18, 0);
  put(PLACES.noseTip, 0, 0.4);
  put(PLACES.noseBase, 0, 0.5);
  put(PLACES.upperLip, 0, 0.62);
  put(PLACES.leftCheek, -0.4, 0.35);
  put(PLACES.rightCheek, 0.4, 0.35);
  for (const [index, right] of [
    [205, -0.35],
    [425, 0.35],
    [101, -0.3],
    [330, 0.3],
  ] as const)
    put(index, right, 0.4);
  return { points };
}

/** A picture in one colour. */
export function plain(width: number, height: number, [y, u, v]: readonly [number, number, number]): Planes {
  const planes = createPlanes(width, height);
  planes.y.fill(y);
  planes.u.fill(u);
  planes.v.fill(v);
  return planes;
}

/** Brightness and both colours of a pixel. */
export function pixel({ width, y, u, v }: Planes, column: number, row: number): number[] {
  const at = (row >> 1) * ((width + 1) >> 1) + (column >> 1);
  return [y[row * width + column] ?? -1, u[at] ?? -1, v[at] ?? -1];
}

/** Fine vertical stripes, which any blur takes away. */
export function stripe({ width, y }: Planes, dark: number, bright: number): void {
  for (let at = 0; at < y.length; at += 1) y[at] = (at % width) % 4 < 2 ? dark : bright;
}

/** How much brightness changes from pixel to pixel in a part of a row, in the mean. */
export function detail({ width, y }: Planes, row: number, from: number, to: number): number {
  let sum = 0;
  for (let column = from + 1; column < to; column += 1)
    sum += Math.abs((y[row * width + column] ?? 0) - (y[row * width + column - 1] ?? 0));
  return sum / (to - from - 1);
}

/** Colours as BT.601 has them, between 16 and 235. */
export const GREEN = [145, 54, 34] as const;
export const RED = [81, 90, 240] as const;

/** Whether two pictures are the same, byte by byte. What differs among so many would take minutes to print. */
export const isSame = (one: Planes, other: Planes): boolean =>
  one.bytes.length === other.bytes.length && one.bytes.every((value, at) => value === other.bytes[at]);
