/** What is said while something of a call waits for a tap. */
import { expect, test } from 'vitest';
import type { Action } from './notices.ts';
import { createStalled } from './stalled.ts';

function open() {
  const stage: { said: string | undefined; action: Action | undefined; played: number } = {
    said: undefined,
    action: undefined,
    played: 0,
  };
  const stalled = createStalled(
    {
      set(matter, text, action) {
        expect(matter).toBe('still');
        stage.said = text;
        stage.action = action;
      },
      pass() {},
      clear() {},
    },
    (key) => key,
    () => {
      stage.played += 1;
    },
  );
  return { stage, stalled };
}

test('several things that stand still are one notice, which is about sound as long as any of it is', () => {
  const { stage, stalled } = open();
  stalled('first', 'video', true);
  expect([stage.said, stage.action?.label]).toEqual(['pictureBlocked', 'see']);
  stalled('first', 'screen-sound', true);
  expect([stage.said, stage.action?.label]).toEqual(['soundBlocked', 'hear']);
  stalled('first', 'screen-sound', false);
  expect(stage.said).toBe('pictureBlocked');
  stalled('first', 'video', false);
  expect(stage.said).toBeUndefined();
});

test('what stands still of one person does so whatever plays of another', () => {
  const { stage, stalled } = open();
  stalled('first', 'sound', true);
  stalled('second', 'sound', true);
  stalled('first', 'sound', false);
  expect(stage.said).toBe('soundBlocked');
  stalled('second', 'sound', false);
  expect(stage.said).toBeUndefined();
});

test('a press on it plays all there is', () => {
  const { stage, stalled } = open();
  stalled('first', 'sound', true);
  stage.action?.run();
  expect(stage.played).toBe(1);
});
