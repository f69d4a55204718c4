import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSteadyLevel, type Level, levelOf } from './level.ts';
import { type Reading, readingOf } from './reading.ts';

const NOTHING = { report: new Map(), mids: [], sound: undefined, allowed: undefined };
const blank = readingOf(NOTHING, NOTHING);
const received = (part: Partial<Reading['received']>) => ({ received: { ...blank.received, ...part } });
const sent = (part: Partial<Reading['sent']>) => ({ sent: { ...blank.sent, ...part } });
const level = (part: Partial<Reading>) => levelOf({ ...blank, ...part });
const picture = (rate: number) => ({ camera: { width: 640, height: 360, rate, codec: 'VP8' } });

test('what is not known spoils nothing', () => {
  expect(levelOf(blank)).toBe('good');
});

const SIGNS: [string, (value: number) => Partial<Reading>, number, number, number][] = [
  ['loss on the way here', (loss) => received({ loss }), 0.01, 0.05, 0.12],
  ['loss on the way there', (loss) => sent({ loss }), 0.01, 0.05, 0.12],
  ['speech that was made up', (concealed) => received({ concealed }), 0.01, 0.04, 0.1],
  ['round trip', (roundTrip) => ({ roundTrip }), 0.15, 0.4, 1],
  ['jitter', (jitter) => received({ jitter }), 0.02, 0.08, 0.2],
  ['frames', (rate) => received(picture(rate)), 12, 7, 0],
  ['freezes', (frozen) => received({ frozen }), 0, 0.1, 0.5],
  ['a starved picture', (target) => sent({ limited: 'bandwidth', target }), 220_000, 100_000, 30_000],
];

test.each(SIGNS)('%s is told in levels', (_, reading, good, fair, poor) => {
  expect([good, fair, poor].map((value) => level(reading(value)))).toEqual(['good', 'fair', 'poor']);
});

test('a picture that is small on purpose, or for want of processor, is no matter of the line', () => {
  for (const limited of ['none', 'cpu', 'other'])
    expect(level(sent({ limited, target: 30_000 }))).toBe('good');
});

test('a screen may stand still', () => {
  expect(level(received({ screen: picture(1).camera }))).toBe('good');
});

test('the worst sign counts', () => {
  expect(level({ ...received({ loss: 0.04 }), roundTrip: 1 })).toBe('poor');
});

function heard(...levels: Level[]): Level {
  const steady = createSteadyLevel();
  return levels.map(steady.hear).at(-1) ?? 'good';
}
const many = (times: number, one: Level): Level[] => Array.from({ length: times }, () => one);

test('a single bad reading is nothing, and two are shown as far as both go', () => {
  expect(heard('poor')).toBe('good');
  expect(heard('poor', 'good', 'poor', 'good')).toBe('good');
  expect(heard('poor', 'poor')).toBe('poor');
  expect(heard('poor', 'fair')).toBe('fair');
  expect(heard('fair', 'fair', 'poor', 'poor')).toBe('poor');
});

test('what is good again takes longer', () => {
  const bad = many(2, 'poor');
  expect(heard(...bad, ...many(4, 'good'))).toBe('poor');
  expect(heard(...bad, ...many(5, 'good'))).toBe('good');
  expect(heard(...bad, ...many(4, 'good'), 'poor', ...many(4, 'good'))).toBe('poor');
  expect(heard(...bad, ...many(4, 'good'), 'fair')).toBe('fair');
});

test('it never flickers: between two changes are as many readings as a change takes', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom<Level>('good', 'fair', 'poor'), { maxLength: 60 }), (levels) => {
      const steady = createSteadyLevel();
      const shown = levels.map(steady.hear);
      const changes = shown.flatMap((one, at) => (one !== (shown[at - 1] ?? 'good') ? [at] : []));
      for (const [at, change] of changes.entries())
        expect(change - (changes[at - 1] ?? -1)).toBeGreaterThanOrEqual(2);
    }),
  );
});
