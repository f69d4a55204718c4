import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitOf, needOf } from './fit.ts';

const free = {
  ...{ active: true, scaleResolutionDownBy: 1, maxBitrate: undefined },
  ...{ maxFramerate: undefined, favours: undefined },
};

test('between two people a picture is sent as it is, unless it is shown much smaller', () => {
  expect(fitOf({ height: undefined, others: 1 }, 720)).toEqual(free);
  expect(fitOf({ height: 600, others: 1 }, 720)).toEqual(free);
  expect(fitOf({ height: 180, others: 1 }, 720)).toEqual({
    ...{ ...free, scaleResolutionDownBy: 4, maxBitrate: 220_000 },
  });
});

test('whoever saves data sends little, however large it is shown', () => {
  expect(fitOf({ height: 720, others: 1, saving: true }, 720)).toEqual({
    ...{ ...free, scaleResolutionDownBy: 4, maxBitrate: 220_000, maxFramerate: 15 },
  });
  expect(fitOf({ height: undefined, others: 1, saving: true }, 180).maxBitrate).toBe(220_000);
  // A screen has to be read.
  expect(fitOf(needOf('screen', { height: 90, others: 1, saving: true }), 1080)).toEqual(free);
});

test('over a line that carries little a face is small, and a screen is not', () => {
  expect(fitOf({ height: 720, others: 1, limit: 270 }, 720)).toEqual({
    ...{ ...free, scaleResolutionDownBy: 720 / 270 },
  });
  // The bitrate leaves room to find out that the line carries more again.
  expect(fitOf({ height: 720, others: 3, limit: 270 }, 720)).toEqual({
    ...fitOf({ height: 720, others: 3 }, 720),
    scaleResolutionDownBy: 720 / 270,
  });
  expect(720 / fitOf({ height: 90, others: 1, limit: 360 }, 720).scaleResolutionDownBy).toBe(90);
  expect(fitOf({ height: 720, others: 1, limit: undefined }, 720)).toEqual(free);
  expect(fitOf(needOf('screen', { height: 720, others: 1, limit: 180 }), 1080)).toEqual(free);
});

test('what is small for the sake of the line moves half as fast, and is made no smaller', () => {
  for (const limit of [90, 135, 180])
    expect(fitOf({ height: 720, others: 1, limit }, 720)).toEqual({
      ...{ ...free, scaleResolutionDownBy: 720 / limit, maxFramerate: 15, favours: 'maintain-resolution' },
    });
  // As small because it is shown as small, it has all the bits it needs.
  expect(fitOf({ height: 180, others: 1 }, 720)).toMatchObject({
    maxFramerate: undefined,
    favours: undefined,
  });
});

test('what nobody shows is not sent', () => {
  expect(fitOf({ height: 0, others: 3 }, 720).active).toBe(false);
  expect(needOf('screen', { height: 0, others: 3 }).height).toBe(0);
});

test('the more there are, the less each gets', () => {
  const lines = [1, 2, 3, 5, 7].map(
    (others) => 720 / fitOf({ height: 720, others }, 720).scaleResolutionDownBy,
  );
  expect(lines).toEqual([720, 540, 360, 270, 180]);
});

test('a shared screen keeps its size, whoever looks', () => {
  expect(fitOf(needOf('screen', { height: 90, others: 7 }), 1080)).toEqual(free);
});

test('all that goes up stays within the line, and nothing is made larger', () => {
  const need = fc.record({
    height: fc.option(fc.integer({ min: 0, max: 4000 }), { nil: undefined }),
    others: fc.integer({ min: 2, max: 7 }),
  });
  fc.assert(
    fc.property(need, fc.integer({ min: 1, max: 2160 }), (given, lines) => {
      const { active, scaleResolutionDownBy, maxBitrate } = fitOf(given, lines);
      expect(scaleResolutionDownBy).toBeGreaterThanOrEqual(1);
      expect(Number.isFinite(scaleResolutionDownBy)).toBe(true);
      if (active)
        expect((maxBitrate ?? Number.POSITIVE_INFINITY) * given.others).toBeLessThanOrEqual(2_500_000);
    }),
  );
});
