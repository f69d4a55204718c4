import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurns } from './background-queue.ts';

test('work that goes on by itself gets one piece in a turn, however long it goes on', async () => {
  const turns = createTurns((work) => work());
  let pieces = 0;
  const goOn = () => {
    pieces += 1;
    if (pieces < 40) turns.add(goOn);
  };
  turns.add(goOn);
  for (let turn = 1; turn <= 40; turn++) {
    await nextTurn();
    expect(pieces).toBeLessThanOrEqual(turn);
  }
  await expect.poll(() => pieces).toBe(40);
});
