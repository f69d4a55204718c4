import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createBackgroundQueue } from './background-queue.ts';

test('work that goes on by itself gets one piece in a turn, however long it goes on', async () => {
  const queue = createBackgroundQueue((work) => work());
  let pieces = 0;
  const goOn = () => {
    pieces += 1;
    if (pieces < 40) queue.add(goOn);
  };
  queue.add(goOn);
  for (let turn = 1; turn <= 40; turn++) {
    await nextTurn();
    expect(pieces).toBeLessThanOrEqual(turn);
  }
  await expect.poll(() => pieces).toBe(40);
});
