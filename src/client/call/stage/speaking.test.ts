import { expect, test } from 'vitest';
import { createSpeaking } from './speaking.ts';

/** Hears the same for so long, four times a second. */
function open() {
  const speaking = createSpeaking();
  let now = 0;
  const hear = (levels: Record<string, number>, ms: number) => {
    for (const end = now + ms; now < end; now += 250) speaking.hear(new Map(Object.entries(levels)), now);
    return speaking.speaker();
  };
  return { speaking, hear };
}

test('who speaks has the place, and keeps it in silence', () => {
  const { speaking, hear } = open();
  expect(hear({ anna: 0, ben: 0.001 }, 3000)).toBeUndefined();
  expect(hear({ anna: 0.2, ben: 0.001 }, 1000)).toBe('anna');
  expect([speaking.speaks('anna'), speaking.speaks('ben')]).toEqual([true, false]);
  expect(hear({ anna: 0, ben: 0 }, 10_000)).toBe('anna');
  expect(speaking.speaks('anna')).toBe(false);
});

test('a cough takes nobody’s place, and who goes on speaking does', () => {
  const { hear } = open();
  hear({ anna: 0.2, ben: 0 }, 3000);
  expect(hear({ anna: 0.2, ben: 0.9 }, 250)).toBe('anna');
  expect(hear({ anna: 0.2, ben: 0 }, 2000)).toBe('anna');
  expect(hear({ anna: 0, ben: 0.2 }, 1500)).toBe('ben');
});

test('two at once do not take turns by the moment', () => {
  const { speaking, hear } = open();
  hear({ anna: 0.2, ben: 0 }, 3000);
  const places = new Set<string | undefined>();
  for (let turn = 0; turn < 20; turn++)
    places.add(hear(turn % 2 ? { anna: 0.25, ben: 0.2 } : { anna: 0.2, ben: 0.25 }, 250));
  expect([...places]).toEqual(['anna']);
  expect(speaking.speaks('ben')).toBe(true);
});

test('who has gone has no place', () => {
  const { hear } = open();
  hear({ anna: 0.2, ben: 0 }, 3000);
  expect(hear({ ben: 0 }, 250)).toBeUndefined();
  expect(hear({ ben: 0.1 }, 1000)).toBe('ben');
});
