/**
 * What is given up when a machine can't keep up, one thing after the other, and taken back when it can:
 *
 *     full → half-masks → half-faces → small → plain → slow → off
 *
 * Times go in, rungs come out. Down as soon as the slowest tenth of the frames takes longer than a frame may; up after a long
 * while in which they took less than half of it; and each time that turns out to have been too much, the while is twice
 * as long, so that the picture doesn't change back and forth. Only where most frames take so long that there would be no
 * motion is all of it given up: from "off" there is no way up but to choose anew.
 */

export const RUNGS = ['full', 'half-masks', 'half-faces', 'small', 'plain', 'slow', 'off'] as const;
/**
 * `half-masks`: the person is looked for in every second frame; `half-faces`: so is the face; `small`: the camera at
 * 640 × 360; `plain`: no beauty; `slow`: 20 frames a second. Each goes with all before it.
 */
export type Rung = (typeof RUNGS)[number];

export interface Ladder {
  readonly rung: Rung;
  /** The last times on this rung, in ms. */
  readonly times: readonly number[];
  /** Since when they have been short enough for the rung above, in ms; undefined where they aren't. */
  readonly calmSince: number | undefined;
  /** How long they have to be, in ms. */
  readonly patience: number;
  /** When it last went up, in ms, as long as that may turn out to have been too much. */
  readonly roseAt: number | undefined;
}

/** Frames that are looked at together: two seconds of them. Fewer would be moved by one that another program delayed. */
const WINDOW = 60;
/** After a step the first ones still have the old load. */
const SETTLING = 15;
const SLOWEST = 0.9;
const PATIENCE_MS = 10_000;
const MOST_PATIENCE_MS = 5 * 60_000;
/** Of its time a frame may take so much, and has to take less than that before more is tried. */
const [BUSY, IDLE] = [0.9, 0.45];

export const TOP: Ladder = {
  rung: 'full',
  times: [],
  calmSince: undefined,
  patience: PATIENCE_MS,
  roseAt: undefined,
};

/** With fewer pictures than eight a second, in ms for each, nobody is seen to move. */
const MOST_MS = 125;

/** How many ms a frame may take on a rung. */
export const budgetOf = (rung: Rung): number => (rung === 'slow' ? 1000 / 20 : 1000 / 30);

/** Whether what a rung and those above it give up is given up. */
export const isAtLeast = (rung: Rung, other: Rung): boolean => RUNGS.indexOf(rung) >= RUNGS.indexOf(other);

/** The time that such a share of the frames didn't exceed. */
function within(times: readonly number[], share: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The time that nine of ten frames didn't exceed. */
export const slowest = (times: readonly number[]): number => within(times, SLOWEST);

/** The next rung in a direction on which something is given up that was asked for. */
function next(rung: Rung, step: 1 | -1, helps: (rung: Rung) => boolean): Rung | undefined {
  for (let at = RUNGS.indexOf(rung) + step; at >= 0 && at < RUNGS.length; at += step) {
    const found = RUNGS[at];
    if (found && (found === 'full' || found === 'off' || helps(found))) return found;
  }
  return undefined;
}

/**
 * @param took how long the last frame took, in ms
 * @param now in ms, never set back
 * @param helps whether giving up what this rung gives up makes a difference to what is chosen
 */
export function climb(ladder: Ladder, took: number, now: number, helps: (rung: Rung) => boolean): Ladder {
  if (ladder.rung === 'off') return ladder;
  const times = [...ladder.times, took].slice(-WINDOW - SETTLING);
  if (times.length < WINDOW + SETTLING) return { ...ladder, times };
  const budget = budgetOf(ladder.rung);
  const time = slowest(times.slice(SETTLING));
  if (time > BUSY * budget) {
    const below = next(ladder.rung, 1, helps) ?? 'off';
    if (below === 'off' && within(times.slice(SETTLING), 0.5) < MOST_MS)
      return { ...ladder, times, calmSince: undefined };
    // What came back was too much: the next time waits longer.
    const isTooMuch = ladder.roseAt !== undefined && now - ladder.roseAt < PATIENCE_MS;
    return {
      rung: below,
      times: [],
      calmSince: undefined,
      patience: isTooMuch ? Math.min(2 * ladder.patience, MOST_PATIENCE_MS) : ladder.patience,
      roseAt: undefined,
    };
  }
  if (time > IDLE * budget) return { ...ladder, times, calmSince: undefined };
  const calmSince = ladder.calmSince ?? now;
  const above = next(ladder.rung, -1, helps);
  if (!above || now - calmSince < ladder.patience) return { ...ladder, times, calmSince };
  return { ...ladder, rung: above, times: [], calmSince: undefined, roseAt: now };
}
