import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { createRate } from './rate.ts';

test('the bucket refills, also when the clock was set back', () => {
  const clock = fakeClock();
  const mayTake = createRate(clock);
  while (mayTake());
  clock.turn(-24 * 3_600_000);
  expect(mayTake()).toBe(false);
  clock.advance(1000);
  expect(mayTake()).toBe(true);
});

test('a clock that is set forward fills nothing', () => {
  const clock = fakeClock();
  const mayTake = createRate(clock);
  while (mayTake());
  clock.turn(24 * 3_600_000);
  expect(mayTake()).toBe(false);
});
