import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isNothing, NOTHING, parseChoices } from './choices.ts';
import { lookAtOnce } from './looks.ts';
import { FILTERS } from './pixels/filters.ts';
import { addressOfScene, SCENES } from './scenes.ts';
import { addressOfSticker, STICKER_NAMES, STICKERS } from './sticker-list.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('what was chosen is known again', () => {
  const choices = {
    background: 'porch',
    filter: 'warm',
    sticker: 'hat',
    beauty: 40,
    brighten: true,
  } as const;
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

/** The server writes the panel, in the reader's language, and these names are its values. */
test.each([
  ['background', ['none', 'light', 'strong', ...SCENES, 'own']],
  ['filter', ['none', ...FILTERS]],
  ['sticker', ['none', ...STICKER_NAMES]],
] as const)('the panel offers each %s, and its picture is there', (group, names) => {
  const panel = readFileSync(join(ROOT, 'views/calls/effects.eta'), 'utf8');
  const part = panel.split(`aria-labelledby="effects-${group}"`)[1]?.split('role="radiogroup"')[0] ?? '';
  const listed = [...part.matchAll(/for \(const name of \[([^\]]*)\]/g)].flatMap(([, list = '']) =>
    Array.from(list.matchAll(/'(\w+)'/g), ([, name = '']) => name),
  );
  const single = [...part.matchAll(/name="(\w+)" value="(\w+)"/g)].flatMap(([, of, name = '']) =>
    of === group ? name : [],
  );
  expect([...listed, ...single].sort()).toEqual([...names].sort());
});

test('all scenes and stickers are drawn', () => {
  for (const address of [...SCENES.map(addressOfScene), ...STICKER_NAMES.map(addressOfSticker)]) {
    const drawn = readFileSync(join(ROOT, address.replace('/static/', 'public/')), 'utf8');
    // Without a size of its own, Firefox can't draw it on a canvas.
    expect(drawn).toMatch(/^<svg [^>]*width="\d+" height="\d+"/);
  }
});
