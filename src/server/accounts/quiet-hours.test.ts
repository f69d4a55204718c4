import { describe, expect, test } from 'vitest';
import { endAfter, isDuring, type QuietHours } from './quiet-hours.ts';

const NIGHT: QuietHours = { starts: 22 * 60, ends: 7 * 60, timeZone: 'UTC', callsRing: true };
const NAP: QuietHours = { ...NIGHT, starts: 13 * 60 + 30, ends: 15 * 60 };

const at = (text: string) => Date.parse(text);

describe('quiet hours', () => {
  test.each([
    ['21:59:59', false],
    ['22:00:00', true],
    ['00:00:00', true],
    ['06:59:59', true],
    ['07:00:00', false],
    ['12:00:00', false],
  ])('that go on past midnight: %s', (time, quiet) => {
    expect(isDuring(NIGHT, at(`2026-11-22T${time}Z`))).toBe(quiet);
  });

  test.each([
    ['13:29:59', false],
    ['13:30:00', true],
    ['14:59:59', true],
    ['15:00:00', false],
    ['00:00:00', false],
  ])('within a day: %s', (time, quiet) => {
    expect(isDuring(NAP, at(`2026-11-22T${time}Z`))).toBe(quiet);
  });

  test('are by the clocks of their place', () => {
    const inIndia = { ...NIGHT, timeZone: 'Asia/Kolkata' };
    expect(isDuring(inIndia, at('2026-11-22T16:29:59Z'))).toBe(false);
    expect(isDuring(inIndia, at('2026-11-22T16:30:00Z'))).toBe(true);
    expect(isDuring(inIndia, at('2026-11-23T01:30:00Z'))).toBe(false);
  });

  test.each([
    ['2026-11-22T12:00:00Z', '2026-11-23T07:00:00Z'],
    ['2026-11-23T06:59:59.999Z', '2026-11-23T07:00:00Z'],
    ['2026-11-23T07:00:00Z', '2026-11-24T07:00:00Z'],
    ['2026-11-23T07:00:30.5Z', '2026-11-24T07:00:00Z'],
  ])('end next, seen from %s, at %s', (from, end) => {
    expect(new Date(endAfter(NIGHT, at(from)))).toEqual(new Date(at(end)));
  });

  test.each([
    // Clocks go back at 3, and forward at 2.
    ['2026-10-24T20:00:00Z', '2026-10-25T06:00:00Z'],
    ['2026-03-28T22:00:00Z', '2026-03-29T05:00:00Z'],
  ])('end at the right time where clocks are put meanwhile: from %s', (from, end) => {
    const inBerlin = { ...NIGHT, timeZone: 'Europe/Berlin' };
    expect(new Date(endAfter(inBerlin, at(from)))).toEqual(new Date(at(end)));
  });

  test('end, even at a time that the clocks leave out', () => {
    const lost = { ...NIGHT, ends: 2 * 60 + 30, timeZone: 'Europe/Berlin' };
    let moment = at('2026-03-28T23:00:00Z');
    for (let step = 0; step < 5; step += 1) {
      const next = endAfter(lost, moment);
      expect(next).toBeGreaterThan(moment);
      moment = next;
    }
    expect(moment - at('2026-03-28T23:00:00Z')).toBeGreaterThan(3 * 24 * 60 * 60 * 1000);
  });
});
