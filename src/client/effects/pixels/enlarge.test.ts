import { expect, test } from 'vitest';
import { enlarge, type Grid } from './enlarge.ts';

/** Anything, but the same each time; with places where it stays as it is. */
const gridOf = (width: number, height: number): Grid => ({
  ...{ width, height },
  values: Float32Array.from({ length: width * height }, (_, at) =>
    at % 7 < 3 ? 255 : at % 11 < 4 ? 0 : (at * 47) % 256,
  ),
});

/** As the words say it: between the four centres around a pixel's own. */
function between({ width, height, values }: Grid, x: number, y: number): number {
  const [column, row] = [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)];
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const at = (right: number, down: number) =>
    values[Math.min(down, height - 1) * width + Math.min(right, width - 1)] ?? 0;
  const [across, below] = [column - left, row - top];
  return (
    (at(left, top) * (1 - across) + at(left + 1, top) * across) * (1 - below) +
    (at(left, top + 1) * (1 - across) + at(left + 1, top + 1) * across) * below
  );
}

test.each([
  ['larger', 64, 36, 320, 180, undefined],
  ['by no whole number', 256, 144, 641, 361, undefined],
  ['smaller, as it may be with a tiny camera', 64, 36, 17, 9, undefined],
  ['so many pixels for each, and a part of one at the end', 9, 7, 67, 50, 8],
  ['one for all', 1, 1, 5, 3, undefined],
] as const)('every pixel lies between those around it: %s', (_, columns, rows, width, height, pixels) => {
  const grid = gridOf(columns, rows);
  const into = new Uint8ClampedArray(width * height);
  enlarge(grid, into, width, height, pixels);
  const [scaleX, scaleY] = pixels ? [1 / pixels, 1 / pixels] : [columns / width, rows / height];
  let worst = 0;
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const wanted = between(grid, (x + 0.5) * scaleX - 0.5, (y + 0.5) * scaleY - 0.5);
      worst = Math.max(worst, Math.abs((into[y * width + x] ?? 0) - wanted));
    }
  expect(worst).toBeLessThan(0.51);
});
