import { describe, expect, test } from 'vitest';
import { createPace, createTasks } from './pace.ts';

/**
 * When frames were begun, on a page with a tick every 40 ms.
 * @param queueMs of a frame: how long the page takes for it and for all that waits when it has been drawn
 */
function framesIn(forMs: number, queueMs: (frame: number) => number): number[] {
  let now = 0;
  let turn: { at: number; then: () => void } | undefined;
  const frames: number[] = [];
  const pace = createPace(
    () => now,
    (then) => {
      turn = { at: now + queueMs(frames.length), then };
    },
  );
  for (; now < forMs; now++) {
    if (turn && turn.at <= now) {
      const { then } = turn;
      turn = undefined;
      then();
    }
    if (now % 40 === 0 && pace.isDue()) pace.spend(() => frames.push(now));
  }
  return frames;
}

describe('a recording draws', () => {
  test('with every tick where the page is quick', () => {
    expect(framesIn(1000, () => 15)).toHaveLength(25);
  });

  test('for two thirds of the time where the page is slow', () => {
    expect(framesIn(12_000, () => 160)).toHaveLength(12_000 / 240);
  });

  test('less the longer everything else has to wait', () => {
    expect(framesIn(10_000, () => 600).length).toBeLessThan(framesIn(10_000, () => 200).length / 2);
  });

  test('again soon after a stall', () => {
    const [, second = 0, third] = framesIn(4000, (frame) => (frame === 2 ? 900 : 0));
    expect(third).toBeLessThan(second + 900 + 300);
  });

  test('on after a drawing that failed', () => {
    let now = 0;
    const waiting: (() => void)[] = [];
    const pace = createPace(
      () => now,
      (then) => waiting.push(then),
    );
    const failing = () => {
      throw new Error('no context');
    };
    expect(() => pace.spend(failing)).toThrow('no context');
    expect(pace.isDue()).toBe(false);
    now += 30;
    waiting[0]?.();
    expect(pace.isDue()).toBe(false);
    now += 30;
    expect(pace.isDue()).toBe(true);
  });
});

test("a page's tasks come one after the other, and none after the end", async () => {
  const tasks = createTasks();
  const came: number[] = [];
  await new Promise<void>((resolve) => {
    tasks.next(() => came.push(1));
    tasks.next(() => {
      came.push(2);
      resolve();
    });
    expect(came).toEqual([]);
  });
  expect(came).toEqual([1, 2]);
  tasks.close();
});
