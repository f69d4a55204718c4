/** What the pictures and the sound of a recording tell: colours, tones, flashes and beeps, and whether they are in step. */
import type { Picture, Sound } from './recording-probe.ts';

/** From and to, in seconds of the recording. */
export type Interval = readonly [from: number, to: number];

const ALL: Interval = [0, Number.POSITIVE_INFINITY];

/** Long enough to tell tones 100 Hz apart, short enough to find the edge of a beep. */
const WINDOW_SECONDS = 0.02;
const STEP_SECONDS = 0.005;
/** A tone below a hundredth of full scale is not heard. */
const AUDIBLE = 0.01;
/** The luma of a flash, of 255. */
const FLASH = 200;
/** A beep is so much louder than the tone is between the beeps. */
const BEEP = 2.5;
/** Between two beginnings at least. */
const PAUSE_SECONDS = 0.15;
const LONGEST_OFFSET_SECONDS = 0.5;

const within = <T extends { at: number }>(all: T[], [from, to]: Interval): T[] =>
  all.filter(({ at }) => at >= from && at < to);

const medianOf = (values: number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};

const lumaOf = ({ red, green, blue }: Picture): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/**
 * The colour that pictures of the interval mostly have: red, green, blue. Of flashes only where there is nothing else:
 * a camera that falls behind in one shows it for as long as it stands still.
 */
export const colourIn = (pictures: Picture[], interval: Interval = ALL): [number, number, number] => {
  const all = within(pictures, interval);
  const dark = all.filter((picture) => lumaOf(picture) < FLASH);
  const chosen = dark.length > 0 ? dark : all;
  return [
    medianOf(chosen.map(({ red }) => red)),
    medianOf(chosen.map(({ green }) => green)),
    medianOf(chosen.map(({ blue }) => blue)),
  ];
};

/** Pictures a second. */
export const pictureRate = (pictures: Picture[], [from, to]: Interval): number =>
  within(pictures, [from, to]).length / (to - from);

/** The longest time between two pictures, in ms. */
export const longestGapMs = (pictures: Picture[], interval: Interval = ALL): number => {
  const chosen = within(pictures, interval);
  return chosen.reduce((most, { at }, nth) => Math.max(most, (at - (chosen[nth - 1]?.at ?? at)) * 1000), 0);
};

/**
 * The moments, in seconds, at which a value rises over `limit`. What is over it from the start has no beginning, and
 * what falls below it for a moment doesn't begin again.
 */
const beginnings = (values: { at: number; value: number }[], limit: number): number[] => {
  let last = values.at(0)?.at ?? 0;
  return values.flatMap(({ at, value }) => {
    if (value <= limit) return [];
    const begins = at - last > PAUSE_SECONDS;
    last = at;
    return begins ? [at] : [];
  });
};

/** When the picture turned white, in seconds: each time it was half as bright just before. */
export const flashTimes = (pictures: Picture[], interval: Interval = ALL): number[] => {
  const lumas = within(pictures, interval).map((picture) => ({ at: picture.at, value: lumaOf(picture) }));
  const usual = medianOf(lumas.map(({ value }) => value));
  const brightest = Math.max(...lumas.map(({ value }) => value));
  // A picture that is always alike has no flashes, however finely one looks.
  return brightest - usual < 40 ? [] : beginnings(lumas, (usual + brightest) / 2);
};

/** How strong a frequency is over time (Goertzel): the amplitude in parts of full scale, at the middle of each window. */
const levelsOf = (
  { rate, samples }: Sound,
  hz: number,
  [from, to]: Interval = ALL,
): { at: number; value: number }[] => {
  const size = Math.round(rate * WINDOW_SECONDS);
  const step = Math.round(rate * STEP_SECONDS);
  const factor = 2 * Math.cos((2 * Math.PI * hz) / rate);
  const levels: { at: number; value: number }[] = [];
  const last = Math.min(samples.length, to * rate) - size;
  for (let start = Math.round(from * rate); start <= last; start += step) {
    let [before, now] = [0, 0];
    for (let at = 0; at < size; at++) {
      // Hann's window, so that other tones don't leak in.
      const weight = 1 - Math.cos((2 * Math.PI * (at + 0.5)) / size);
      [before, now] = [now, (samples[start + at] ?? 0) * weight + factor * now - before];
    }
    const power = now * now + before * before - factor * now * before;
    levels.push({ at: (start + size / 2) / rate, value: (2 * Math.sqrt(Math.max(0, power))) / size });
  }
  return levels;
};

/** Whether a tone is there for most of the interval. */
export const isHeard = (sound: Sound, hz: number, interval: Interval = ALL): boolean =>
  medianOf(levelsOf(sound, hz, interval).map(({ value }) => value)) > AUDIBLE;

/** The longest time without the tone, in ms; all of the interval if it never came, the ends of the file included. */
export const longestSilenceMs = (sound: Sound, hz: number, interval: Interval): number => {
  const [from, to] = interval;
  const heard = levelsOf(sound, hz, interval).filter(({ value }) => value > AUDIBLE);
  const moments = [from, ...heard.map(({ at }) => at), to];
  return moments.reduce((most, at, nth) => Math.max(most, (at - (moments[nth - 1] ?? at)) * 1000), 0);
};

/** When a tone became louder, in seconds. */
export const beepTimes = (sound: Sound, hz: number, interval: Interval = ALL): number[] => {
  const levels = levelsOf(sound, hz, interval);
  const usual = medianOf(levels.map(({ value }) => value).filter((value) => value > AUDIBLE));
  return Number.isNaN(usual) ? [] : beginnings(levels, usual * BEEP);
};

export interface Step {
  /** How many flashes had a beep beside them. */
  pairs: number;
  /** In ms; more than 0 where the picture comes later than the sound. */
  medianMs: number;
  /** The offset that is nearest to 0: a busy machine makes pictures late, and sound, but never all of them alike. */
  nearestMs: number;
  /** The offset that is furthest from 0. */
  worstMs: number;
}

/** How far flashes and beeps are apart, each flash with the beep nearest to it. NaN where there is none. */
export const stepOf = (flashes: number[], beeps: number[]): Step => {
  const offsets = flashes.flatMap((flash) => {
    const nearest = beeps
      .map((beep) => flash - beep)
      .sort((one, other) => Math.abs(one) - Math.abs(other))[0];
    return nearest !== undefined && Math.abs(nearest) < LONGEST_OFFSET_SECONDS ? [nearest * 1000] : [];
  });
  const byDistance = offsets.toSorted((one, other) => Math.abs(one) - Math.abs(other));
  return {
    pairs: offsets.length,
    medianMs: medianOf(offsets),
    nearestMs: byDistance.at(0) ?? Number.NaN,
    worstMs: byDistance.at(-1) ?? Number.NaN,
  };
};
