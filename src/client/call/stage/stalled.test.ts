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
  stalled('video', true);
  expect([stage.said, stage.action?.label]).toEqual(['pictureBlocked', 'see']);
  stalled('screen-sound', true);
  expect([stage.said, stage.action?.label]).toEqual(['soundBlocked', 'hear']);
  stalled('screen-sound', false);
  expect(stage.said).toBe('pictureBlocked');
  stalled('video', false);
  expect(stage.said).toBeUndefined();
});

test('a press on it plays all there is', () => {
  const { stage, stalled } = open();
  stalled('sound', true);
  stage.action?.run();
  expect(stage.played).toBe(1);
});
