import { expect, test } from 'vitest';
import { createProcessor } from './processor.ts';
import { type Reading, readingOf } from './reading.ts';

const NOTHING = { report: new Map(), mids: [], sound: undefined, allowed: undefined };

/** What is sent, in lines, and how. */
function sending(height: number | undefined, encoding: number | undefined, limited = 'none'): Reading {
  const reading = readingOf(NOTHING, NOTHING);
  const camera = height === undefined ? undefined : { width: undefined, height, rate: 20, codec: undefined };
  return { ...reading, sent: { ...reading.sent, camera, encoding, limited } };
}

const times = (count: number, ...readings: Reading[]): Reading[][] => Array(count).fill(readings);
const calm = (count: number) => times(count, sending(720, 0.5));
const strained = (count: number) => times(count, sending(720, 0.9));

/** The lines that are sent after these readings. */
const after = (...readings: Reading[][]): number | undefined => {
  const processor = createProcessor();
  for (const reading of readings) processor.hear(reading);
  return processor.lines();
};

test('a device that keeps up sends as many lines as there are', () => {
  expect(after()).toBeUndefined();
  expect(after(...calm(50))).toBeUndefined();
});

test('a moment of strain changes nothing', () => {
  expect(after(...strained(2), ...calm(1), ...strained(2))).toBeUndefined();
});

test('strain that stays takes one size after the other, down to the smallest', () => {
  expect([3, 5, 6, 9, 12, 100].map((count) => after(...strained(count)))).toEqual([
    540, 540, 360, 270, 180, 180,
  ]);
});

test('it begins at what is sent, because a larger size that goes changes nothing', () => {
  expect(after(...times(3, sending(270, 0.9)))).toBe(180);
  expect(after(...times(3, sending(270, 0.9), sending(360, 0.1)))).toBe(270);
  expect(after(...times(3, sending(1080, 0.9)))).toBe(540);
});

test('a size comes back after fifteen calm readings', () => {
  const small = strained(6);
  expect(after(...small, ...calm(14))).toBe(360);
  expect(after(...small, ...calm(15))).toBe(540);
  expect(after(...small, ...calm(29))).toBe(540);
  expect(after(...small, ...calm(30))).toBeUndefined();
  expect(after(...small, ...calm(14), ...strained(1), ...calm(14))).toBe(360);
});

test('none comes back while nothing is encoded, or while the browser dares no more', () => {
  const small = strained(3);
  expect(after(...small, ...times(50, sending(undefined, undefined)))).toBe(540);
  expect(after(...small, ...times(50))).toBe(540);
  expect(after(...small, ...times(50, sending(540, 0.3, 'cpu')))).toBe(540);
  // What only the browser has to do with is no strain.
  expect(after(...times(50, sending(360, undefined, 'cpu')))).toBeUndefined();
});

test('what had to be given up again is tried ever later, and as soon as before once it has held', () => {
  const again = [...calm(15), ...strained(3)];
  expect(after(...strained(3), ...again, ...calm(29))).toBe(540);
  expect(after(...strained(3), ...again, ...calm(30))).toBeUndefined();
  // One try that leads two sizes down is one that failed.
  expect(after(...strained(3), ...calm(15), ...strained(6), ...calm(29))).toBe(360);
  expect(after(...strained(3), ...calm(15), ...strained(6), ...calm(30))).toBe(540);
  const thrice = [...strained(3), ...again, ...calm(30), ...strained(3), ...calm(60), ...strained(3)];
  expect(after(...thrice, ...calm(119))).toBe(540);
  expect(after(...thrice, ...calm(120))).toBeUndefined();
  expect(after(...thrice, ...calm(120), ...strained(3), ...calm(119))).toBe(540);
  expect(after(...thrice, ...calm(120), ...strained(3), ...calm(120))).toBeUndefined();
  const held = [...thrice, ...calm(140), ...strained(3)];
  expect(after(...held, ...calm(14))).toBe(540);
  expect(after(...held, ...calm(15))).toBeUndefined();
});
