import { expect, test } from 'vitest';
import { emojiCount } from '../../server/language/graphemes.ts';
import { isBig } from './big.ts';

test.each([
  '🍲',
  '❤️ 👍',
  '👨‍👩‍👧‍👦🇨🇳',
  '1️⃣',
  '🍲🍲🍲🍲',
  'Soup 🍲',
  '©',
  '☎',
  '♥︎',
  '12',
  '好',
  '👍🏽👍🏽👍🏽',
])('%s is as large here as in the row of the server', (text) => {
  expect(isBig(text)).toBe(emojiCount(text, 3) > 0);
});
