/** How good a connection is, as people would say, and no faster than they could follow. */
import type { Reading } from './reading.ts';

export type Level = 'good' | 'fair' | 'poor';

const LEVELS: readonly Level[] = ['good', 'fair', 'poor'];

/** With less than this, in bit/s, a face doesn't look well in any size. */
const LEAST_PICTURE = 150_000;

/** What is noticed, each from where it is a nuisance and from where it spoils the call. */
const SIGNS: readonly { of(reading: Reading): number | undefined; fair: number; poor: number }[] = [
  // Redundancy makes up for much of it, but not for long.
  { of: ({ received }) => received.loss, fair: 0.03, poor: 0.1 },
  { of: ({ sent }) => sent.loss, fair: 0.03, poor: 0.1 },
  { of: ({ received }) => received.concealed, fair: 0.02, poor: 0.08 },
  // ITU-T G.114: from 150 ms in one direction people notice, from 400 they talk at the same time.
  { of: ({ roundTrip }) => roundTrip, fair: 0.3, poor: 0.8 },
  { of: ({ received }) => received.jitter, fair: 0.05, poor: 0.12 },
  // Seconds between two frames: ten of them in a second are still a motion, five aren't.
  { of: ({ received: { camera } }) => camera && 1 / camera.rate, fair: 1 / 9, poor: 1 / 5 },
  { of: ({ received }) => received.frozen, fair: 0.05, poor: 0.25 },
  // A picture is limited for many reasons; only where it gets very little is it the line's fault.
  {
    of: ({ sent: { limited, target } }) =>
      limited === 'bandwidth' && target !== undefined ? LEAST_PICTURE / target : undefined,
    fair: 1,
    poor: 2.5,
  },
];

/** The worst of all that is noticed. */
export function levelOf(reading: Reading): Level {
  const worst = SIGNS.map(({ of, fair, poor }) => {
    const value = of(reading) ?? 0;
    return value >= poor ? 2 : value >= fair ? 1 : 0;
  });
  return LEVELS[Math.max(...worst)] ?? 'good';
}

/** So many readings in a row: what is bad should be known soon, and what is good again has to prove itself. */
const WORSE = 2;
const BETTER = 5;

export interface SteadyLevel {
  /** @returns what to show after this reading */
  hear(level: Level): Level;
}

/** Changes only after several readings on the same side of what is shown, and only as far as all of them go. */
export function createSteadyLevel(): SteadyLevel {
  let shown = 0;
  let run: number[] = [];
  return {
    hear(level) {
      const heard = LEVELS.indexOf(level);
      const isSameSide = run.every((each) => each > shown === heard > shown);
      run = heard === shown ? [] : isSameSide ? [...run, heard] : [heard];
      if (run.length >= (heard > shown ? WORSE : BETTER)) {
        shown = heard > shown ? Math.min(...run) : Math.max(...run);
        run = [];
      }
      return LEVELS[shown] ?? 'good';
    },
  };
}
