/**
 * How large a picture this device can encode, for all of the others: by whether it keeps up with what it encodes now. A
 * browser makes each picture smaller by itself, one connection at a time, and Firefox makes none smaller.
 */
import { RUNGS } from '../pair/fit.ts';
import { createPatience } from './patience.ts';
import type { Reading } from './reading.ts';

/** The share of the time in which one picture may be encoded: with more, the next one waits. */
const BUSY = 0.85;
/** So many readings in a row: a moment's other work is soon over, and what is smaller takes a while to show. */
const SMALLER = 3;
const LARGER = 15;
/** Where that turned out to be too much, at most so many. */
const LATEST = 120;

export interface Processor {
  /** @param readings of all connections at one time */
  hear(readings: readonly Reading[]): void;
  /** The lines to send at most; undefined for as many as there are. */
  lines(): number | undefined;
}

const MOST = RUNGS.length - 1;
/** What is smaller costs hardly less. */
const FEWEST = RUNGS.findIndex(([lines]) => lines >= 180);
const isBusy = ({ sent }: Reading): boolean => (sent.encoding ?? 0) >= BUSY;
/** Chromium has made a picture smaller by itself, and keeps it so until it dares to try more. */
const isReduced = ({ sent }: Reading): boolean => sent.limited === 'cpu';

/** Of the largest picture that is sent; one that is larger than all of them is on the last. */
function rungOf(readings: readonly Reading[]): number {
  const lines = Math.max(...readings.map(({ sent }) => sent.camera?.height ?? 0));
  const rung = RUNGS.findIndex(([most]) => most >= lines);
  return rung < 0 ? MOST : rung;
}

export function createProcessor(): Processor {
  const patience = createPatience(LARGER, LATEST);
  let rung = MOST;
  let [strains, calms] = [0, 0];

  function shrink(sent: number): void {
    patience.gaveUp();
    rung = Math.max(FEWEST, Math.min(rung, sent) - 1);
    strains = 0;
  }

  function grow(): void {
    patience.tried();
    rung += 1;
    calms = 0;
  }

  return {
    hear(all) {
      // What isn't encoded says nothing.
      const readings = all.filter(({ sent }) => sent.camera !== undefined);
      if (readings.length === 0) return;
      patience.pass();
      strains = readings.some(isBusy) ? strains + 1 : 0;
      calms = strains > 0 || readings.some(isReduced) ? 0 : calms + 1;
      if (strains >= SMALLER && rung > FEWEST) shrink(rungOf(readings));
      else if (calms >= patience.needed() && rung < MOST) grow();
    },
    lines: () => (rung === MOST ? undefined : RUNGS[rung]?.[0]),
  };
}
