import { expect, test } from 'vitest';
import { disposition } from './disposition.ts';
import { cleanName } from './names.ts';

test.each([
  ['holiday.jpg', 'holiday.jpg'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\ana\\Bild 1.png', 'Bild 1.png'],
  ['..', ''],
  ['.htaccess', 'htaccess'],
  ['a\0b.png', 'ab.png'],
  ['two\nlines\t.txt', 'twolines.txt'],
  // Shown as "photoexe.jpg" where the override is obeyed.
  ['photo\u202egpj.exe', 'photogpj.exe'],
  ['\u2066x\u2069\u200f.pdf', 'x.pdf'],
  ['what?<b>"|*:.txt', 'what__b_____.txt'],
  ['  春节  合影.jpg ', '春节 合影.jpg'],
  ['👩‍👧.png', '👩‍👧.png'],
  ['\ud800lone.txt', '\ufffdlone.txt'],
  ['trailing. . .', 'trailing'],
])('%j becomes %j', (given, expected) => {
  expect(cleanName(given)).toBe(expected);
});

test('a name of a thousand characters is cut to 200 bytes and keeps its extension', () => {
  const name = cleanName(`${'好'.repeat(1000)}.jpeg`);
  expect(name).toMatch(/^好+\.jpeg$/);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
  expect(Buffer.byteLength(name)).toBeGreaterThan(195);
  expect(cleanName('x'.repeat(1000))).toHaveLength(200);
});

test('any name goes into one header line, and comes out again', () => {
  expect(disposition('inline', 'plain.jpg')).toBe('inline; filename="plain.jpg"');
  const header = disposition('attachment', `2026-11-22 与爱丽丝的"视频"通话 (1)'.webm`);
  expect(header).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.%~-]+$/);
  expect(decodeURIComponent(header.split("UTF-8''")[1] ?? '')).toBe(
    `2026-11-22 与爱丽丝的"视频"通话 (1)'.webm`,
  );
  expect(disposition('attachment', '')).toBe('attachment; filename="file"');
});
