import { expect, test } from 'vitest';
import { createPlanes } from './planes.ts';
import { pixel } from './test-face.ts';
import { fillFromRgba, toRgb, toYuv, UNTOLD, type Yuv, yuvOf } from './yuv.ts';

/** From the tables of ITU-R BT.601 and BT.709, rounded. */
test.each([
  ['white', [255, 255, 255], [235, 128, 128], UNTOLD],
  ['black', [0, 0, 0], [16, 128, 128], UNTOLD],
  ['red', [255, 0, 0], [81, 90, 240], UNTOLD],
  ['green', [0, 255, 0], [145, 54, 34], UNTOLD],
  ['blue', [0, 0, 255], [41, 240, 110], UNTOLD],
  ['red in BT.709', [255, 0, 0], [63, 102, 240], { matrix: 'bt709', isFull: false }],
  ['white over all of 0 to 255', [255, 255, 255], [255, 128, 128], { matrix: 'bt601', isFull: true }],
] satisfies [string, [number, number, number], number[], Yuv][])('%s', (_, rgb, yuv, space) => {
  expect(toYuv(rgb, space).map(Math.round)).toEqual(yuv);
});

test.each([
  UNTOLD,
  { matrix: 'bt709', isFull: false },
  { matrix: 'bt601', isFull: true },
] satisfies Yuv[])('there and back in %o', (space) => {
  for (const rgb of [
    [12, 200, 90],
    [255, 128, 0],
    [90, 90, 90],
  ] satisfies [number, number, number][]) {
    const back = toRgb(...toYuv(rgb, space), space);
    for (const [at, value] of rgb.entries()) expect(back[at]).toBeCloseTo(value, 6);
  }
});

test('what a frame says of its colours', () => {
  expect(yuvOf({ matrix: 'bt709', fullRange: false })).toEqual({ matrix: 'bt709', isFull: false });
  expect(yuvOf({ matrix: 'smpte170m', fullRange: true })).toEqual({ matrix: 'bt601', isFull: true });
  expect(yuvOf({ matrix: null, fullRange: null })).toEqual(UNTOLD);
  expect(yuvOf({ matrix: 'rgb', fullRange: true })).toEqual(UNTOLD);
});

/** Three by three pixels: the left column red, the others white. */
function picture(order: 'rgba' | 'bgra'): Uint8Array {
  const red = order === 'rgba' ? [255, 0, 0, 255] : [0, 0, 255, 255];
  return Uint8Array.from({ length: 9 }, (_, at) => at).reduce((bytes, _, at) => {
    bytes.set(at % 3 === 0 ? red : [255, 255, 255, 255], 4 * at);
    return bytes;
  }, new Uint8Array(36));
}

test.each(['rgba', 'bgra'] as const)('a picture of %s, with an odd number of columns and rows', (order) => {
  const planes = createPlanes(3, 3);
  fillFromRgba(picture(order), order, planes, UNTOLD);
  expect([...planes.y]).toEqual([81, 235, 235, 81, 235, 235, 81, 235, 235]);
  // The first colour is the mean of red and white, the second of white alone.
  expect(pixel(planes, 0, 0).slice(1)).toEqual([109, 184]);
  expect(pixel(planes, 2, 2).slice(1)).toEqual([128, 128]);
});

test.each<[string, Yuv]>([
  ['BT.601', UNTOLD],
  ['BT.709', { matrix: 'bt709', isFull: false }],
  ['BT.601 over all of 0–255', { matrix: 'bt601', isFull: true }],
])('any colour is as the weights say, to the nearest number: %s', (_, yuv) => {
  const [width, height] = [34, 22];
  const pixels = Uint8Array.from({ length: 4 * width * height }, (_, at) => (at * at * 31 + 7 * at) % 256);
  const planes = createPlanes(width, height);
  fillFromRgba(pixels, 'rgba', planes, yuv);
  const at = (x: number, y: number) => {
    const from = 4 * (y * width + x);
    return [pixels[from] ?? 0, pixels[from + 1] ?? 0, pixels[from + 2] ?? 0] as const;
  };
  let worst = 0;
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [left, top] = [x - (x % 2), y - (y % 2)];
      const four = [at(left, top), at(left + 1, top), at(left, top + 1), at(left + 1, top + 1)];
      const mean = (colour: 0 | 1 | 2) => four.reduce((sum, pixel) => sum + pixel[colour], 0) / 4;
      const [bright] = toYuv(at(x, y), yuv);
      const [, blue, red] = toYuv([mean(0), mean(1), mean(2)], yuv);
      const [madeBright, madeBlue, madeRed] = pixel(planes, x, y);
      worst = Math.max(
        worst,
        Math.abs((madeBright ?? 0) - bright),
        Math.abs((madeBlue ?? 0) - Math.min(blue, 255)),
        Math.abs((madeRed ?? 0) - Math.min(red, 255)),
      );
    }
  expect(worst).toBeLessThan(0.52);
});
