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
