/** What days are called, seen from a day in the reader's own time zone. */
import { expect, test } from 'vitest';
import { daysBetween } from './days.ts';
import { readerFor } from './reader.ts';

/** A Wednesday, half past five in the afternoon in London and half past one at night in Shanghai. */
const NOW = Date.UTC(2026, 10, 25, 17, 30);
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

const london = readerFor('en', 'Europe/London', { region: 'GB' });
const shanghai = readerFor('zh-CN', 'Asia/Shanghai');

test.each([
  [0, 'Today', '17:30', '今天', '01:30'],
  [1, 'Yesterday', 'Yesterday', '昨天', '昨天'],
  [2, 'Monday', 'Mon', '星期二', '周二'],
  [6, 'Thursday', 'Thu', '星期五', '周五'],
  [7, 'Wednesday, 18 November 2026', '18 Nov', '2026年11月19日星期四', '11月19日'],
  [340, 'Saturday, 20 December 2025', '20 Dec 2025', '2025年12月21日星期日', '2025年12月21日'],
])('%i days ago is %s, or %s in the list of chats', (days, name, when, chinese, chineseWhen) => {
  const moment = NOW - days * DAY;
  expect(london.dayName(moment, NOW)).toBe(name);
  expect(london.when(moment, NOW)).toBe(when);
  expect(shanghai.dayName(moment, NOW)).toBe(chinese);
  expect(shanghai.when(moment, NOW)).toBe(chineseWhen);
});

test('a day ends at the reader’s midnight, and a clock that runs ahead names the date', () => {
  expect(london.dayName(NOW - 18 * HOUR, NOW)).toBe('Yesterday');
  expect(london.dayName(NOW - 17 * HOUR, NOW)).toBe('Today');
  expect(shanghai.dayName(NOW - 2 * HOUR, NOW)).toBe('昨天');
  expect(london.dayName(NOW + DAY, NOW)).toBe('Thursday, 26 November 2026');
});

test('days are counted over the ends of months, years and summer time', () => {
  expect(daysBetween('2026-02-27', '2026-03-01')).toBe(2);
  expect(daysBetween('2025-12-31', '2026-01-01')).toBe(1);
  const before = Date.UTC(2026, 2, 28, 23, 30);
  expect(london.dayName(before, before + 2 * HOUR)).toBe('Yesterday');
});
