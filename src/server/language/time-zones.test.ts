import { expect, test } from 'vitest';
import { readerFor } from './reader.ts';
import { canonicalZone, USUAL_ZONES, zonesWith } from './time-zones.ts';

/** The same name in as many ways of writing as there are asked for. */
const spellings = (name: string, count: number) =>
  Array.from({ length: count }, (_, spelling) =>
    [...name].map((letter, at) => ((spelling >> at) & 1 ? letter.toUpperCase() : letter)).join(''),
  );

test('a zone has one name, in whatever case it is written', () => {
  const names = new Set(spellings('america/new_york', 500).map(canonicalZone));
  expect([...names]).toEqual(['America/New_York']);
});

test('the zones that are offered first are in the whole list, in its order', () => {
  const all = zonesWith(undefined);
  expect(USUAL_ZONES).toEqual(all.filter((zone) => USUAL_ZONES.includes(zone)));
  expect(zonesWith('Asia/Kathmandu', USUAL_ZONES)[0]).toBe('Asia/Kathmandu');
});

test('what is no zone has no name', () => {
  for (const zone of [undefined, '', 'Mars/Olympus', 'x'.repeat(65), '__proto__'])
    expect(canonicalZone(zone)).toBeUndefined();
});

test('a zone that nobody has used for long is made anew, and reads the same', () => {
  const moment = Date.UTC(2026, 10, 22, 12);
  const before = readerFor('en', 'Asia/Tokyo');
  for (const zone of Intl.supportedValuesOf('timeZone')) readerFor('zh-CN', zone);
  const after = readerFor('en', 'Asia/Tokyo');
  expect(after).not.toBe(before);
  expect(after.moment(moment)).toBe(before.moment(moment));
});
