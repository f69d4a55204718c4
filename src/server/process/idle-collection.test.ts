import { beforeEach, expect, test } from 'vitest';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { collectWhenQuiet } from './idle-collection.ts';

let clock: FakeClock;
let collections: number;
let asked: () => void;

beforeEach(() => {
  clock = fakeClock();
  collections = 0;
  asked = collectWhenQuiet(clock, () => {
    collections += 1;
  });
});

test('a house where nobody asks for anything is left alone', () => {
  clock.advance(3_600_000);
  expect(collections).toBe(0);
});

test('what requests have left is collected once, half a minute after the last of them', () => {
  for (let second = 0; second < 120; second += 10) {
    asked();
    clock.advance(10_000);
  }
  expect(collections).toBe(0);
  clock.advance(19_999);
  expect(collections).toBe(0);
  clock.advance(1);
  expect(collections).toBe(1);
  clock.advance(3_600_000);
  expect(collections).toBe(1);
});

test('it is collected again after the next requests, whatever the clock is turned to', () => {
  asked();
  clock.advance(30_000);
  asked();
  clock.turn(-86_400_000);
  clock.advance(29_999);
  expect(collections).toBe(1);
  clock.advance(1);
  expect(collections).toBe(2);
});
