import { expect, test } from 'vitest';
import { isPress } from './press.ts';

const NOTED = 'a1b2c3 1000';

test.each([
  ['the press that was noted', 'a1b2c3', NOTED, 1000, true],
  ['the same half a minute later', 'a1b2c3', NOTED, 30_999, true],
  ['a page that came too late', 'a1b2c3', NOTED, 31_000, false],
  ['a clock that was set back', 'a1b2c3', NOTED, 999, false],
  ['a made-up word', 'guessed', NOTED, 1000, false],
  ['a word that was used up', 'a1b2c3', null, 1000, false],
  ['an empty word', '', '', 0, false],
  ['an empty word beside something else', '', ' 1000', 1000, false],
  ['a moment that is none', 'a1b2c3', 'a1b2c3 soon', 1000, false],
  ['no moment', 'a1b2c3', 'a1b2c3', 1000, false],
] as const)('%s', (_, word, noted, now, good) => {
  expect(isPress(word, noted, now)).toBe(good);
});
