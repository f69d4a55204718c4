import { expect, test } from 'vitest';
import { cover } from './cover.ts';
import { GREEN, pixel, RED } from './test-face.ts';
import { UNTOLD } from './yuv.ts';

/** Red with a green strip in the middle, as wide as it is high. */
const strip = {
  ...{ width: 90, height: 30 },
  bytes: Uint8ClampedArray.from({ length: 4 * 90 * 30 }, (_, at) => {
    const column = Math.floor(at / 4) % 90;
    const colours = column >= 30 && column < 60 ? [0, 255, 0, 255] : [255, 0, 0, 255];
    return colours[at % 4] ?? 0;
  }),
};

test('the middle is kept, and the sides are cut off', () => {
  const planes = cover(strip, { width: 64, height: 64 }, UNTOLD);
  expect(pixel(planes, 32, 32)).toEqual([...GREEN]);
  expect(pixel(planes, 4, 60)).toEqual([...GREEN]);
});

test('of the same shape all of it is seen', () => {
  const planes = cover(strip, { width: 180, height: 60 }, UNTOLD);
  expect(pixel(planes, 2, 2)).toEqual([...RED]);
  expect(pixel(planes, 178, 58)).toEqual([...RED]);
  expect(pixel(planes, 90, 30)).toEqual([...GREEN]);
});
