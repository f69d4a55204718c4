import { expect, test } from 'vitest';
import { isNothing, NOTHING, parseChoices } from './choices.ts';
import { lookAtOnce } from './looks.ts';
import { STICKER_NAMES, STICKERS } from './sticker-list.ts';

test('what was chosen is known again', () => {
  const choices = { background: 'porch', filter: 'warm', sticker: 'hat', beauty: 40, brighten: true } as const;
  expect(parseChoices(JSON.stringify(choices))).toEqual(choices);
  expect(parseChoices(null)).toEqual(NOTHING);
});

test.each([
  ['a background that no longer ships', '{"background":"moon","filter":"none","sticker":"none","beauty":0}'],
  ['something else', '{"what":1}'],
  ['half of it', '{"background":"li'],
  ['a word', '"none"'],
])('%s keeps the room hidden', (_, kept) => {
  expect(parseChoices(kept)).toEqual({ ...NOTHING, background: 'strong' });
});

test('nothing is nothing', () => {
  expect(isNothing(NOTHING)).toBe(true);
  for (const one of [
    { background: 'light' },
    { filter: 'mono' },
    { sticker: 'nose' },
    { beauty: 1 },
    { brighten: true },
  ] as const)
    expect(isNothing({ ...NOTHING, ...one })).toBe(false);
});

test('until a picture is there the room is blurred', () => {
  for (const background of ['own', 'sea', 'strong'] as const)
    expect(lookAtOnce({ ...NOTHING, background }).background).toEqual({ kind: 'blur', strength: 'strong' });
  expect(lookAtOnce({ ...NOTHING, background: 'light' }).background).toEqual({
    kind: 'blur',
    strength: 'light',
  });
  expect(lookAtOnce(NOTHING).background).toEqual({ kind: 'none' });
});

test('every sticker is on the list', () => {
  expect([...STICKER_NAMES].sort()).toEqual(Object.keys(STICKERS).sort());
  expect(STICKER_NAMES.length).toBeGreaterThanOrEqual(6);
});
