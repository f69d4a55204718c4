import { expect, test } from 'vitest';
import { instructionsFor } from './systems.ts';

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0';

test.each([
  [`Mozilla/5.0 (Linux; Android 15; Pixel 9) ${CHROME} Mobile Safari/537.36`, ['android']],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`, ['windows']],
  [`Mozilla/5.0 (X11; CrOS x86_64 16181.61.0) ${CHROME} Safari/537.36`, ['chromeos']],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', ['linux']],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    ['ios'],
  ],
  // An iPad that asks for pages as on a computer.
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    ['ios', 'mac'],
  ],
  ['w3m/0.5.3', []],
  ['', []],
])('%s finds its own steps open', (userAgent, open) => {
  const all = instructionsFor(userAgent);
  expect(all).toHaveLength(6);
  expect(all.filter(({ isOpen }) => isOpen).map(({ system }) => system)).toEqual(open);
});
