import { describe, expect, test } from 'vitest';
import { budgetOf, climb, isAtLeast, type Ladder, RUNGS, type Rung, slowest, TOP } from './ladder.ts';

/** A machine on which each rung takes so many ms, for a while. @returns the rungs it was on, in order */
function live(
  took: (rung: Rung, now: number) => number,
  seconds: number,
  helps: (rung: Rung) => boolean = () => true,
  from: Ladder = TOP,
): Rung[] {
  let ladder = from;
  const rungs: Rung[] = [ladder.rung];
  for (let now = 0; now < seconds * 1000; now += budgetOf(ladder.rung)) {
    ladder = climb(ladder, took(ladder.rung, now), now, helps);
    if (ladder.rung !== rungs.at(-1)) rungs.push(ladder.rung);
  }
  return rungs;
}

test('a machine that keeps up does everything', () => {
  expect(live(() => 20, 120)).toEqual(['full']);
});

test('one that doesn’t gives up one thing after the other, until it does', () => {
  const cost: Record<Rung, number> = {
    ...{ full: 60, 'half-masks': 50, 'half-faces': 40, small: 25, plain: 20, slow: 20, off: 0 },
  };
  expect(live((rung) => cost[rung], 120)).toEqual(['full', 'half-masks', 'half-faces', 'small']);
});

test('and in the end all of it', () => {
  expect(live(() => 200, 120)).toEqual([...RUNGS]);
});

test('but not where there is still motion', () => {
  expect(live(() => 100, 120)).toEqual(RUNGS.filter((rung) => rung !== 'off'));
  // Every third frame is delayed by other programs.
  let frame = 0;
  const disturbed = () => {
    frame += 1;
    return frame % 3 === 0 ? 150 : 25;
  };
  expect(live(disturbed, 120).at(-1)).toBe('slow');
});

test('what makes no difference is left out', () => {
  const helps = (rung: Rung) => rung !== 'half-faces' && rung !== 'plain';
  expect(live(() => 200, 120, helps)).toEqual(['full', 'half-masks', 'small', 'slow', 'off']);
});

test('one frame in twenty that is slow is no reason', () => {
  const everyNth = (nth: number) => {
    let frame = 0;
    return () => {
      frame += 1;
      return frame % nth === 0 ? 90 : 15;
    };
  };
  expect(live(everyNth(20), 60)).toEqual(['full']);
  expect(live(everyNth(5), 30)).not.toEqual(['full']);
});

test('what was given up comes back once there is time for it', () => {
  // Another program keeps the machine busy for the first ten seconds.
  const rungs = live((_, now) => (now < 10_000 ? 32 : 5), 120);
  expect(rungs.length).toBeGreaterThan(2);
  expect(rungs.at(-1)).toBe('full');
});

test('where it doesn’t keep up with more, it tries ever more rarely', () => {
  const took = (rung: Rung) => (rung === 'full' ? 45 : 10);
  const changes = (seconds: number) => live(took, seconds).length;
  expect(changes(60)).toBeGreaterThan(3);
  // At the pace of the first minute it would be 60 more.
  expect(changes(20 * 60) - changes(60)).toBeLessThan(20);
});

test('from off there is no way up', () => {
  expect(
    live(
      () => 1,
      600,
      () => true,
      { ...TOP, rung: 'off' },
    ),
  ).toEqual(['off']);
});

describe('a rung', () => {
  test('comes with all before it', () => {
    expect(isAtLeast('small', 'half-masks')).toBe(true);
    expect(isAtLeast('half-masks', 'small')).toBe(false);
    expect(isAtLeast('full', 'full')).toBe(true);
  });

  test('has the time of its frames', () => {
    expect(budgetOf('full')).toBeCloseTo(33.3, 1);
    expect(budgetOf('slow')).toBe(50);
  });
});

test('the time that nine of ten don’t exceed', () => {
  expect(slowest(Array.from({ length: 10 }, (_, at) => at))).toBe(9);
  expect(slowest(Array.from({ length: 100 }, (_, at) => at))).toBe(90);
  expect(slowest([])).toBe(0);
});
