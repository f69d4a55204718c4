/** Where pictures lie in a recording. */
import { describe, expect, test } from 'vitest';
import type { Role } from '../media/feeds.ts';
import { arrange, fitting } from './layout.ts';

const [WIDTH, HEIGHT] = [1280, 720];
const FULL = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
const isWithin = (box: typeof FULL) =>
  box.x >= 0 && box.y >= 0 && box.x + box.width <= WIDTH && box.y + box.height <= HEIGHT;

describe('the main picture', () => {
  test.each<[Role[], number]>([
    [['self'], 0],
    [['other', 'self'], 0],
    [['screen', 'other', 'self'], 0],
    [['screen', 'screen', 'other', 'self'], 0],
    [['other'], 0],
  ])('of %s fills everything, and the others are small upon it', (roles, main) => {
    const boxes = arrange(roles, WIDTH, HEIGHT);
    expect(boxes[main]).toEqual(FULL);
    const small = boxes.filter((_, index) => index !== main);
    for (const box of small) expect(box.width).toBeLessThan(WIDTH / 3);
    expect(boxes.every(isWithin)).toBe(true);
    // None hides another.
    expect(new Set(small.map(({ y }) => y)).size).toBe(small.length);
  });
});

test.each([2, 3, 4, 5, 8])('%i others and oneself share the room', (others) => {
  const roles: Role[] = [...Array.from({ length: others }, (): Role => 'other'), 'self'];
  const boxes = arrange(roles, WIDTH, HEIGHT);
  expect(boxes.every(isWithin)).toBe(true);
  for (const [index, one] of boxes.entries())
    for (const other of boxes.slice(index + 1))
      expect(one.x + one.width <= other.x || one.y + one.height <= other.y || other.x < one.x).toBe(true);
});

describe('a picture in its box', () => {
  test('fills it, cut at the sides or above and below', () => {
    const { from, to } = fitting({ width: 640, height: 480 }, FULL, false);
    expect(to).toEqual(FULL);
    expect(from).toEqual({ x: 0, y: 60, width: 640, height: 360 });
  });

  test('is shown whole where too much would be cut away, in the middle', () => {
    const { from, to } = fitting({ width: 720, height: 1280 }, FULL, false);
    expect(from).toEqual({ x: 0, y: 0, width: 720, height: 1280 });
    expect(to).toEqual({ x: 437.5, y: 0, width: 405, height: 720 });
  });

  test('is shown whole if it is a screen', () => {
    const { from, to } = fitting({ width: 1280, height: 800 }, FULL, true);
    expect(from).toEqual({ x: 0, y: 0, width: 1280, height: 800 });
    expect(to).toEqual({ x: 64, y: 0, width: 1152, height: 720 });
  });
});
