import { expect, test } from 'vitest';
import { createBeautifier, skinOf } from './beauty.ts';
import { OUTLINES, pointOf } from './face.ts';
import { boxAround, fill } from './region.ts';
import { createFace, pixel, plain } from './test-face.ts';

const [WIDTH, HEIGHT] = [320, 320];
const face = createFace({ x: 160, y: 140, eyes: 100 });

/** Fair, brown and dark skin, and fair skin by candle light. */
const SKINS = [
  [170, 112, 150],
  [110, 114, 148],
  [60, 120, 140],
  [140, 80, 175],
] as const;

/** Skin all over, with fine spots. */
function spotted([y, u, v]: readonly [number, number, number]) {
  const planes = plain(WIDTH, HEIGHT, [y, u, v]);
  for (let at = 0; at < planes.y.length; at += 1)
    planes.y[at] = ((at % WIDTH) + Math.floor(at / WIDTH)) % 3 === 0 ? y + 8 : y - 4;
  return planes;
}

/** How much brightness varies around a place. */
function roughness({ y }: { y: Uint8ClampedArray }, column: number, row: number): number {
  const values = Array.from(
    { length: 81 },
    (_, at) => y[(row - 4 + Math.floor(at / 9)) * WIDTH + column - 4 + (at % 9)] ?? 0,
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

test.each(SKINS)('skin of %i %i %i becomes smooth', (...skin) => {
  const planes = spotted(skin);
  const before = roughness(planes, 130, 180);
  createBeautifier().apply(planes, face, 1);
  expect(before).toBeGreaterThan(4);
  expect(roughness(planes, 130, 180)).toBeLessThan(0.5 * before);
});

test('half the strength is half as smooth, and none changes nothing', () => {
  const made = [0, 0.5, 1].map((strength) => {
    const planes = spotted(SKINS[0]);
    createBeautifier().apply(planes, face, strength);
    return roughness(planes, 130, 180);
  });
  expect(made[0]).toBe(roughness(spotted(SKINS[0]), 130, 180));
  expect(made[1]).toBeLessThan(made[0] ?? 0);
  expect(made[2]).toBeLessThan(made[1] ?? 0);
});

test('eyes, lips and what is around the face stay as they are', () => {
  const planes = spotted(SKINS[0]);
  const before = planes.y.slice();
  createBeautifier().apply(planes, face, 1);
  // The middle of each eye, of the lips, and a corner.
  for (const [column, row] of [
    [126, 140],
    [194, 140],
    [160, 212],
    [10, 10],
  ] as const)
    expect(planes.y[row * WIDTH + column]).toBe(before[row * WIDTH + column]);
});

test('a hand or hair before the face stays as it is', () => {
  const planes = spotted(SKINS[0]);
  // Blue wool over the left of the face.
  for (let row = 0; row < HEIGHT / 2; row += 1)
    for (let column = 0; column < 72; column += 1) planes.u[row * (WIDTH / 2) + column] = 190;
  const before = roughness(planes, 120, 190);
  createBeautifier().apply(planes, face, 1);
  expect(roughness(planes, 120, 190)).toBeCloseTo(before, 1);
  expect(roughness(planes, 200, 190)).toBeLessThan(0.5 * before);
});

test('an edge stays an edge', () => {
  const planes = plain(WIDTH, HEIGHT, SKINS[0]);
  for (let at = 0; at < planes.y.length; at += 1) planes.y[at] = at % WIDTH < 135 ? 90 : 190;
  createBeautifier().apply(planes, face, 1);
  expect(planes.y[180 * WIDTH + 128]).toBeLessThan(100);
  expect(planes.y[180 * WIDTH + 142]).toBeGreaterThan(180);
});

test.each([
  ['half outside', { x: 0, y: 0, eyes: 100 }],
  ['outside', { x: -500, y: 900, eyes: 100 }],
  ['tiny', { x: 100, y: 100, eyes: 3 }],
  ['larger than the picture', { x: 160, y: 160, eyes: 900 }],
])('a face that is %s is no trouble', (_, pose) => {
  const planes = spotted(SKINS[0]);
  createBeautifier().apply(planes, createFace(pose), 1);
  expect(pixel(planes, 300, 10).every((value) => value >= 0)).toBe(true);
});

test('the colour of the skin is that of the cheeks, whatever covers one of them', () => {
  const planes = plain(WIDTH, HEIGHT, SKINS[2]);
  planes.u.fill(200, 0, 10);
  expect(skinOf(planes, face)).toEqual({ u: SKINS[2][1], v: SKINS[2][2] });
});

test('an outline is filled, and only it', () => {
  const plane = new Float32Array(100);
  const square = [
    { x: 2, y: 3 },
    { x: 7, y: 3 },
    { x: 7, y: 6 },
    { x: 2, y: 6 },
  ];
  fill(plane, 10, 10, square, 1);
  expect(plane.reduce((sum, value) => sum + value, 0)).toBe(15);
  expect([plane[32], plane[31], plane[56], plane[57], plane[62]]).toEqual([1, 0, 1, 0, 0]);
});

test('the box around a face is even, and within the picture', () => {
  const oval = OUTLINES.oval.map((index) => pointOf(face, index));
  const box = boxAround(oval, 10, WIDTH, 250);
  expect(Object.values(box).map((edge) => edge % 2)).toEqual([0, 0, 0, 0]);
  expect(box.bottom).toBe(250);
  expect(box.left).toBeLessThanOrEqual(70);
  expect(box.right).toBeGreaterThanOrEqual(250);
});
