/**
 * How large a picture the line to one of the others carries, by the browser's estimate of it. A browser by itself keeps the
 * size and drops frames for many seconds; a smaller picture moves.
 */
import { RUNGS } from '../pair/fit.ts';
import type { Statistics } from '../pair/stats.ts';
import { createPatience } from './patience.ts';
import { readingOf } from './reading.ts';

/**
 * A size is given up with less of the bit/s that it looks well with, and tried again with more: of a small one that is soft one
 * still sees more than of one that is smaller yet.
 */
const [LEAST, ENOUGH] = [0.6, 1];
const [LEAST_SMALL, ENOUGH_SMALL] = [0.4, 0.55];
const SMALL = 180;
/** So many readings in a row: an estimate dips, and a line that is free again has to prove it. */
const SMALLER = 2;
const LARGER = 5;
/** Where that turned out to be too much, at most so many. Each change of size costs a whole picture. */
const LATEST = 60;
/**
 * With less than half all at once, a line is full of what was sent before, and the browser sends again what was lost of it. Only
 * a picture that is small by far gets through beside that, for so many readings after the last that was still less.
 */
const FALL = 0.5;
const BESIDE = 1 / 8;
const CLEARING = 3;

/** A target that comes so close to what was allowed says nothing of the line. */
const AT_MOST = 0.9;

/**
 * What a line carries up for pictures, in bit/s: what the browser estimates, without what sound takes of it. Firefox tells no
 * estimate, but what it lets the camera's encoder use follows its own, up to what the encoder is allowed.
 * @returns undefined where the browser says nothing of it
 */
export function estimateOf(now: Statistics, before: Statistics): number | undefined {
  const { target, voice = 0 } = readingOf(now, before).sent;
  const told = [...now.report.values()].flatMap((stat) => stat.availableOutgoingBitrate ?? []);
  if (told.length > 0) return Math.max(0, Math.max(...told) - voice);
  const isFull = target !== undefined && now.allowed !== undefined && target >= AT_MOST * now.allowed;
  return isFull ? Number.POSITIVE_INFINITY : target;
}

export interface Line {
  /**
   * @param estimate of what goes up for pictures, in bit/s
   * @returns the lines to send at most; undefined for as many as there are
   */
  hear(estimate: number): number | undefined;
}

const MOST = RUNGS.length - 1;
const leastOf = (lines: number): number => (lines <= SMALL ? LEAST_SMALL : LEAST);
const enoughOf = (lines: number): number => (lines <= SMALL ? ENOUGH_SMALL : ENOUGH);
/** The largest rung whose bit/s, or such a share of them, come through. */
const rungFor = (estimate: number, shareOf: (lines: number) => number): number =>
  Math.max(
    0,
    RUNGS.findLastIndex(([lines, bitrate]) => bitrate * shareOf(lines) <= estimate),
  );

export function createLine(): Line {
  const patience = createPatience(LARGER, LATEST);
  let rung = MOST;
  let lower: number[] = [];
  let higher = 0;
  let last = 0;
  let falls = false;
  /** Readings until a line that has fallen is clear; 0 if it is. */
  let clearing = 0;

  function shrink(to: number): void {
    patience.gaveUp();
    rung = to;
    lower = [];
  }

  return {
    hear(estimate) {
      patience.pass();
      falls = estimate < (falls ? last : last * FALL);
      // Of more than is allowed nobody knows how much more it is.
      last = Math.min(estimate, RUNGS[rung]?.[1] ?? estimate);
      const [carries, looksWell] = [rungFor(estimate, leastOf), rungFor(estimate, enoughOf)];
      lower = carries < rung ? [...lower, carries] : [];
      higher = looksWell > rung ? higher + 1 : 0;
      if (falls && carries < rung) {
        shrink(rungFor(estimate * BESIDE, leastOf));
        clearing = CLEARING;
      } else if (clearing > 0) {
        clearing = falls ? CLEARING : clearing - 1;
        if (clearing === 0) {
          rung = Math.max(rung, looksWell);
          [lower, higher] = [[], 0];
        }
      } else if (lower.length >= SMALLER) {
        shrink(Math.max(...lower));
      } else if (higher >= patience.needed()) {
        patience.tried();
        rung += 1;
        higher = 0;
      }
      return rung === MOST ? undefined : RUNGS[rung]?.[0];
    },
  };
}
