import { expect, test } from 'vitest';
import { mentions } from './mentions.ts';

const mei = { username: 'mei', displayName: '奶奶' };
const ben = { username: 'ben', displayName: 'Ben Linden' };

test.each([
  ['@ben come', ben, true],
  ['come, @BEN!', ben, true],
  ['@Ben Linden', ben, true],
  ['＠ben', ben, true],
  ['@奶奶来吃饭', mei, true],
  ['@mei来吃饭', mei, true],
  ['@benny @ben', ben, true],
  ['@benny', ben, false],
  ['ben, come', ben, false],
  ['mail to x@bens.example', ben, false],
  ['@', ben, false],
  ['', ben, false],
])('%s', (text, person, expected) => {
  expect(mentions(text, person)).toBe(expected);
});
