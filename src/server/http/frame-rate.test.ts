import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { createFrameRate } from './frame-rate.ts';

const RATE = { most: 20, perSecond: 5 };

function setUp() {
  const clock = fakeClock();
  const take = createFrameRate(clock, RATE);
  const takeAll = () => {
    let count = 0;
    while (take(1) === 'taken') count += 1;
    return count;
  };
  return { clock, take, takeAll };
}

test('the bucket refills, also when the clock was set back', () => {
  const { clock, take, takeAll } = setUp();
  expect(takeAll()).toBe(20);
  clock.turn(-24 * 3_600_000);
  expect(take(1)).toBe('refused');
  clock.advance(1000);
  expect(take(1)).toBe('taken');
});

test('a clock that is set forward fills nothing', () => {
  const { clock, take, takeAll } = setUp();
  takeAll();
  clock.turn(24 * 3_600_000);
  expect(take(1)).toBe('refused');
});

test('who goes on sending is a flood, and who stops is heard again', () => {
  const { clock, take, takeAll } = setUp();
  takeAll();
  const refused = Array.from({ length: 30 }, () => take(1));
  expect(refused.slice(0, 10).every((taken) => taken === 'refused')).toBe(true);
  expect(refused.at(-1)).toBe('flood');
  clock.advance(60_000);
  expect(take(1)).toBe('taken');
});

test('a large frame counts for several', () => {
  const { take } = setUp();
  for (let at = 0; at < 4; at += 1) expect(take(64 * 1024)).toBe('taken');
  expect(take(1)).toBe('refused');
});
