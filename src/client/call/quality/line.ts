/**
 * How large a picture the line to one of the others carries, by the browser's estimate of it. A browser by itself keeps the
 * size and drops frames for many seconds; a smaller picture moves.
 */
import { RUNGS } from '../pair/fit.ts';

/** A size is given up with less of the bit/s that it looks well with, and tried again with more. */
const LEAST = 0.6;
const ENOUGH = 1;
/** So many readings in a row: an estimate dips, and a line that is free again has to prove it. */
const SMALLER = 2;
const LARGER = 5;

export interface Line {
  /**
   * @param estimate of what goes up, in bit/s
   * @returns the lines to send at most; undefined for as many as there are
   */
  hear(estimate: number): number | undefined;
}

const MOST = RUNGS.length - 1;
/** What is smaller than this a browser finds by itself, frame by frame. */
const FEWEST = RUNGS.findIndex(([lines]) => lines >= 270);
const rungFor = (estimate: number, share: number): number =>
  Math.max(
    FEWEST,
    RUNGS.findLastIndex(([, bitrate]) => bitrate * share <= estimate),
  );

export function createLine(): Line {
  let rung = MOST;
  let lower: number[] = [];
  let higher = 0;
  return {
    hear(estimate) {
      const carries = rungFor(estimate, LEAST);
      lower = carries < rung ? [...lower, carries] : [];
      higher = rungFor(estimate, ENOUGH) > rung ? higher + 1 : 0;
      if (lower.length >= SMALLER) {
        rung = Math.max(...lower);
        lower = [];
      } else if (higher >= LARGER) {
        rung += 1;
        higher = 0;
      }
      return rung === MOST ? undefined : RUNGS[rung]?.[0];
    },
  };
}
