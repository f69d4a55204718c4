import { expect, test } from 'vitest';
import { segments } from './text.ts';

test('links are found, and what surrounds them stays', () => {
  expect(segments('See https://example.com/a?b=1&c=2, or www.example.org!')).toEqual([
    { text: 'See ' },
    { text: 'https://example.com/a?b=1&c=2', href: 'https://example.com/a?b=1&c=2' },
    { text: ', or ' },
    { text: 'www.example.org', href: 'http://www.example.org' },
    { text: '!' },
  ]);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
])('%s never becomes a link', (text) => {
  expect(segments(text).filter((segment) => segment.href !== undefined)).toEqual([]);
});

test('the segments of any text, put together, are the text', () => {
  const text = 'a@b.example 你好 https://例子.测试/路 <b>\n\n "x" http://';
  expect(
    segments(text)
      .map((segment) => segment.text)
      .join(''),
  ).toBe(text);
});
