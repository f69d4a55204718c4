/** Parts of a picture, by their outlines. */
import type { Point } from './face.ts';

/** Whole pixels; the far edges aren't in it. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest box around these points, larger by `margin` and within the picture. Its edges are even numbers, or the picture's. */
export function boxAround(points: readonly Point[], margin: number, width: number, height: number): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const down = (value: number) => Math.max(0, 2 * Math.floor((value - margin) / 2));
  const up = (value: number, most: number) => Math.min(most, 2 * Math.ceil((value + margin) / 2));
  const [left, top] = [down(Math.min(...xs)), down(Math.min(...ys))];
  return {
    left: Math.min(left, width),
    top: Math.min(top, height),
    right: Math.max(left, up(Math.max(...xs), width)),
    bottom: Math.max(top, up(Math.max(...ys), height)),
  };
}

/**
 * Sets all pixels whose centre is within an outline (by the even-odd rule).
 * @param outline in pixels of the plane
 */
export function fill(
  plane: Float32Array,
  width: number,
  height: number,
  outline: readonly Point[],
  value: number,
): void {
  const ys = outline.map(({ y }) => y);
  const first = Math.max(0, Math.floor(Math.min(...ys)));
  const last = Math.min(height - 1, Math.ceil(Math.max(...ys)));
  for (let row = first; row <= last; row += 1) {
    const middle = row + 0.5;
    const crossings = outline
      .flatMap((from, at) => {
        const to = outline[(at + 1) % outline.length] ?? from;
        if (from.y <= middle === to.y <= middle) return [];
        return from.x + ((middle - from.y) / (to.y - from.y)) * (to.x - from.x);
      })
      .sort((one, other) => one - other);
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      const start = Math.max(0, Math.ceil((crossings[at] ?? 0) - 0.5));
      const end = Math.min(width, Math.ceil((crossings[at + 1] ?? 0) - 0.5));
      if (end > start) plane.fill(value, row * width + start, row * width + end);
    }
  }
}
