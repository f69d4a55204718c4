import { expect, test } from 'vitest';
import { partsOf } from './file-name.ts';

test.each([
  ['See.jpg', ['See.jpg', '']],
  ['Holiday in the mountains 0012.jpeg', ['Holiday in the mountains ', '0012.jpeg']],
  ['那年夏天我们在海边的照片合集第三部分.zip', ['那年夏天我们在海边的照片合集第三', '部分.zip']],
  [`${'🍲'.repeat(20)}.txt`, ['🍲'.repeat(18), '🍲🍲.txt']],
])('%s is cut before its end, and not within a character', (name, parts) => {
  expect(partsOf(name)).toEqual(parts);
});
