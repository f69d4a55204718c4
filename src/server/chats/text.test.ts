import fc from 'fast-check';
import { expect, test } from 'vitest';
import { segments } from './text.ts';

const linksOf = (text: string) => segments(text).filter((segment) => segment.href !== undefined);

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
  expect(linksOf(text)).toEqual([]);
});

test.each([
  ['看https://example.com/a，今晚见', ['https://example.com/a']],
  ['http://t.cn/x（分享自微博', ['http://t.cn/x']],
  ['我的网址是example.com。', ['example.com']],
  ['看「https://example.com/b」好', ['https://example.com/b']],
  ['见https://example.com/d、https://example.com/e', ['https://example.com/d', 'https://example.com/e']],
  ['打开https://example.com/a今晚见', ['https://example.com/a']],
  ['打开https://example.com今晚见', ['https://example.com']],
  ['写信到me@example.com谢谢', ['me@example.com']],
  ['邮箱：me@example.com', ['me@example.com']],
  ['“https://example.com/a”…', ['https://example.com/a']],
  ['我们的网站是中文.com', []],
])('a link in %s ends where people see it end', (text, links) => {
  expect(linksOf(text).map((link) => link.text)).toEqual(links);
});

test.each([
  "I'm home.So tired",
  "i'm home.so tired",
  'Are you there?yes.no',
  'see notes.md and photo.zip',
  'v1.2.3',
  'home.So/what',
])('nothing in %s was meant as a link', (text) => {
  expect(linksOf(text)).toEqual([]);
});

test.each([
  'https://zh.wikipedia.org/wiki/北京',
  'https://例子.测试/路',
  'https://ja.example/テスト',
  'https://en.wikipedia.org/wiki/Apple_(fruit)',
  'https://zh.wikipedia.org/wiki/列夫·托尔斯泰',
  'http://localhost:3000/join/abc',
  'Example.com',
  'example.co.uk/a',
  'youtu.be/abc',
])('%s is a link as it stands', (text) => {
  expect(linksOf(text).map((link) => link.text)).toEqual([text]);
});

test('an address is found whole in any Chinese sentence', () => {
  const words = fc
    .array(fc.constantFrom(...'今晚见看我们的吃饭好吗', ' '), { maxLength: 8 })
    .map((list) => list.join(''));
  const mark = fc.constantFrom(...'，。！？、；：（）「」『』《》【】“”‘’…—～');
  const address = fc
    .stringMatching(
      /^https?:\/\/[a-z]{1,9}(\.[a-z]{2,9}){1,2}(\/[a-zA-Z\d_-]{1,9}){0,3}(\?[a-z]=[a-z\d]{1,9})?$/,
    )
    .filter((url) => /[a-z\d]$/i.test(url));
  fc.assert(
    fc.property(words, mark, address, mark, words, (before, open, url, close, after) => {
      expect(linksOf(before + open + url + close + after).map((link) => link.text)).toEqual([url]);
    }),
  );
});

test('the segments of any text, put together, are the text, and links lead to web and mail alone', () => {
  const part = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      'https://',
      'www.',
      'example.com',
      'a@b.example',
      '/a?b=c',
      '，',
      '。',
      '看',
      ' ',
      '\n',
      'javascript:',
      '<b>',
      '@',
      '.',
    ),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const text = parts.join('');
      const found = segments(text);
      expect(found.map((segment) => segment.text).join('')).toBe(text);
      for (const { href } of found) if (href !== undefined) expect(href).toMatch(/^(https?:\/\/|mailto:)/i);
    }),
  );
});
