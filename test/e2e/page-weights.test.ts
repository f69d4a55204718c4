/** Sizes don't depend on the machine: their budgets hold in every run of the tests, not only where they are measured. */
import { expect, test } from 'vitest';
import { pageWeights } from '../../bench/page-weights.ts';

test('every page keeps to its budget and asks nothing of anybody else', { timeout: 300_000 }, async () => {
  const figures = await pageWeights.run();
  expect(figures).toHaveLength(5);
  const over = figures.filter(({ met }) => met !== true);
  expect(over.map((figure) => `${figure.what}: ${figure.measured}, ${figure.absolute}`)).toEqual([]);
});
