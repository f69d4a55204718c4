import { expect, test } from 'vitest';
import { createDelay } from './delay.ts';
import { createFilter, delayOf, highPass } from './fir.ts';

const RATE = 48_000;
const TAPS = 127;

/** The effective value of what comes of a sine through a high pass at 7.8 kHz, in blocks of 128, in dB. */
function through(hz: number): number {
  const filter = createFilter(highPass(TAPS, 7800 / RATE));
  let power = 0;
  const [input, output] = [new Float32Array(128), new Float32Array(128)];
  for (let block = 0; block < 40; block++) {
    for (let at = 0; at < 128; at++) input[at] = Math.sin((2 * Math.PI * hz * (block * 128 + at)) / RATE);
    filter.process(input, output);
    if (block >= 8) power += output.reduce((sum, sample) => sum + sample * sample, 0) / 128 / 32;
  }
  return 10 * Math.log10(2 * power + 1e-12);
}

test('a high pass lets what is above pass, and nothing below', () => {
  for (const hz of [9500, 12_000, 16_000]) expect(Math.abs(through(hz))).toBeLessThan(0.1);
  for (const hz of [0, 200, 3000, 6000]) expect(through(hz)).toBeLessThan(-60);
  // Half at the edge, so that what is taken away there and what is left make one again.
  expect(through(7800)).toBeCloseTo(-6, 0);
});

test('what is left after it, delayed as much, is the rest', () => {
  const filter = createFilter(highPass(TAPS, 7800 / RATE));
  const delay = createDelay(delayOf(TAPS));
  const input = Float32Array.from({ length: 128 }, (_, at) => (at === 0 ? 1 : 0));
  const [upper, late] = [new Float32Array(128), new Float32Array(128)];
  filter.process(input, upper);
  delay(input, late);
  const lower = late.map((sample, at) => sample - (upper[at] ?? 0));
  // The rest is a low pass: all of what is even goes through.
  expect(lower.reduce((sum, sample) => sum + sample, 0)).toBeCloseTo(1, 3);
});

test('a delay holds back by whole samples, over the ends of blocks', () => {
  const delay = createDelay(3);
  const come: number[] = [];
  for (const block of [
    [1, 2],
    [3, 4],
    [5, 6],
  ]) {
    const output = new Float32Array(2);
    delay(Float32Array.from(block), output);
    come.push(...output);
  }
  expect(come).toEqual([0, 0, 0, 1, 2, 3]);
});
