import { expect, test } from 'vitest';
import { createLine } from './line.ts';

/** The lines that are sent after each of these estimates, in kbit/s. */
const hear = (...estimates: number[]) => {
  const line = createLine();
  return estimates.map((estimate) => line.hear(estimate * 1000));
};
const times = (count: number, estimate: number) => Array<number>(count).fill(estimate);

test('a line that carries all has all', () => {
  expect(hear(3000, 1200, 1080, 5000)).toEqual(Array(4).fill(undefined));
});

test('one that carries less has less after the second reading, as far as both of them go', () => {
  expect(hear(3000, 250, 250, 250)).toEqual([undefined, undefined, 270, 270]);
  expect(hear(100, 400)).toEqual([undefined, 360]);
  expect(hear(400, 100)).toEqual([undefined, 360]);
});

test('a dip changes nothing', () => {
  expect(hear(100, 3000, 100, 3000)).toEqual(Array(4).fill(undefined));
});

test('the least is sent over any line', () => {
  expect(hear(0, 0)).toEqual([undefined, 270]);
});

test('it grows by one size after five readings that all allow more', () => {
  expect(hear(100, 100, ...times(5, 3000)).slice(2)).toEqual([270, 270, 270, 270, 360]);
  expect(hear(100, 100, ...times(15, 3000)).slice(-2)).toEqual([540, undefined]);
  expect(hear(100, 100, ...times(4, 3000), 250, 3000).at(-1)).toBe(270);
});

test('what is enough to keep a size isn’t enough to get it', () => {
  // 360 lines look well with 650, and are kept with 390.
  expect(hear(100, 100, ...times(9, 649)).at(-1)).toBe(270);
  expect(hear(100, 100, ...times(5, 650), ...times(9, 390)).at(-1)).toBe(360);
});
