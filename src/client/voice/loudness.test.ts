import { expect, test } from 'vitest';
import { keyboard, mixed, speech } from '../../../test/helpers/voices.ts';
import { createTalkDetector, hasPitch, loudness, shareOf } from './loudness.ts';
import { parseNoise } from './noise-choice.ts';

test('loudness is the effective value, in dB below full scale', () => {
  expect(loudness(Float32Array.from([1, -1, 1, -1]))).toBeCloseTo(0);
  expect(loudness(Float32Array.from([0.1, -0.1]))).toBeCloseTo(-20);
  expect(loudness(new Float32Array(8))).toBe(-60);
  expect([shareOf(-60), shareOf(-30), shareOf(0)]).toEqual([0, 0.5, 1]);
});

/** Readings of a tenth of a second, as dB; the first after which somebody is said to speak. */
function spokenAt(readings: number[]): number {
  const detector = createTalkDetector();
  return readings.findIndex((decibels) => detector.hear(decibels, true));
}

const quiet = (count: number, level = -60) => Array<number>(count).fill(level);
const words = (count: number, level: number) =>
  Array.from({ length: count }, (_, at) => (at % 4 === 3 ? level - 5 : level));

test('words are noticed within a second, loud or from afar', () => {
  for (const level of [-15, -30, -40]) {
    const at = spokenAt([...quiet(20), ...words(20, level)]);
    expect(at).toBeGreaterThanOrEqual(23);
    expect(at).toBeLessThan(30);
  }
});

test('neither a room, nor a fan that begins, nor a cough is speech', () => {
  expect(spokenAt(quiet(100))).toBe(-1);
  expect(spokenAt(quiet(100, -35))).toBe(-1);
  expect(spokenAt([...quiet(20), -20, -18, -25, ...quiet(40)])).toBe(-1);
  expect(spokenAt(Array.from({ length: 100 }, (_, at) => Math.min(-40, -60 + at * 0.3)))).toBe(-1);
});

test('in a loud room a voice has to stand out', () => {
  expect(spokenAt([...quiet(20, -40), ...words(20, -32)])).toBe(-1);
  expect(spokenAt([...quiet(20, -40), ...words(20, -20)])).toBeGreaterThan(0);
});

test('what is kept and isn’t known is what browsers do', () => {
  expect([null, undefined, 'loud', 'strong', 'off'].map(parseNoise)).toEqual([
    'standard',
    'standard',
    'standard',
    'strong',
    'off',
  ]);
});

const RATE = 48_000;

/** Whether somebody is said to speak, of a sound that is looked at ten times a second as a page does. */
function isSpeech(sound: Float32Array): boolean {
  const detector = createTalkDetector();
  let isSpoken = false;
  for (let at = 0; at + 2048 <= sound.length; at += RATE / 10) {
    const samples = sound.subarray(at, at + 2048);
    isSpoken ||= detector.hear(loudness(samples), hasPitch(samples, RATE));
  }
  return isSpoken;
}

test('a voice is told from a keyboard', () => {
  expect(isSpeech(speech(5))).toBe(true);
  expect(isSpeech(keyboard(20))).toBe(false);
  expect(isSpeech(mixed(speech(5), keyboard(5)))).toBe(true);
});

test('a pitch is found in voices high and low, at any rate, and not in noise', () => {
  const sawtooth = (hz: number, rate: number) =>
    Float32Array.from({ length: 2048 }, (_, at) => (((at * hz) / rate) % 1) - 0.5);
  for (const rate of [16_000, 44_100, 48_000])
    for (const hz of [85, 130, 220, 380])
      expect(hasPitch(sawtooth(hz, rate), rate), `${hz} at ${rate}`).toBe(true);
  expect(hasPitch(keyboard(1).subarray(0, 2048), RATE)).toBe(false);
  expect(hasPitch(new Float32Array(2048), RATE)).toBe(false);
});
