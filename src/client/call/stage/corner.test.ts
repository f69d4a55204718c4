import { expect, test } from 'vitest';
import { cornerBeyond, nearestCorner } from './corner.ts';

const ROOM = { left: 100, top: 50, width: 400, height: 200 };

test.each([
  [110, 60, 'top-left'],
  [499, 149, 'top-right'],
  [0, 400, 'bottom-left'],
  [301, 151, 'bottom-right'],
] as const)('a picture left at %i, %i goes to the %s', (x, y, corner) => {
  expect(nearestCorner({ x, y }, ROOM)).toBe(corner);
});

test.each([
  ['top-right', 'ArrowLeft', 'top-left'],
  ['top-right', 'ArrowDown', 'bottom-right'],
  ['bottom-left', 'ArrowUp', 'top-left'],
  ['bottom-left', 'ArrowRight', 'bottom-right'],
  ['top-left', 'ArrowUp', 'top-left'],
  ['top-left', 'Enter', undefined],
] as const)('from %s, %s leads to %s', (corner, key, next) => {
  expect(cornerBeyond(corner, key)).toBe(next);
});
