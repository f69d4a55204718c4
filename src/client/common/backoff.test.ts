import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelay } from './backoff.ts';

test('waits longer and longer, but never more than three seconds', () => {
  fc.assert(
    fc.property(
      fc.nat(2000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, random) => {
        const delay = retryDelay(attempt, random);
        expect(delay).toBeGreaterThanOrEqual(100);
        expect(delay).toBeLessThanOrEqual(3000);
        expect(retryDelay(attempt + 1, random)).toBeGreaterThanOrEqual(delay);
      },
    ),
  );
});

test('spreads the pages of one server', () => {
  expect(retryDelay(3, 0)).not.toBe(retryDelay(3, 0.9));
});
