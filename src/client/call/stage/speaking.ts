/**
 * Who of several speaks: steady, so that a cough or an "aha" takes nobody's place. Levels are those of the sound that plays
 * (RTCRtpContributingSource.audioLevel: 0 to 1, where 1 is as loud as can be).
 */
import type { Side } from '../lifecycle/roster.ts';

/** Louder is as loud as can be: a single knock on the table is no speech. */
const LOUDEST = 0.3;
/** Below it is a room, not a voice. */
const VOICE = 0.02;
/** The share of a new value in the average; with four a second it follows speech within about half a second. */
const FOLLOW = 0.4;
/** Whoever takes somebody's place is this much louder than they are. */
const LOUDER = 1.5;
/** ms for which the place is kept at least. */
const KEEP_MS = 2000;

export interface Speaking {
  /**
   * @param levels how loud each is at this moment
   * @param now in ms, never set back
   */
  hear(levels: ReadonlyMap<Side, number>, now: number): void;
  /** Who speaks, or spoke last. */
  speaker(): Side | undefined;
  /** Whether somebody is heard to speak now. */
  speaks(side: Side): boolean;
}

export function createSpeaking(): Speaking {
  const averages = new Map<Side, number>();
  let speaker: Side | undefined;
  let since = Number.NEGATIVE_INFINITY;

  const average = (side: Side | undefined): number => (side === undefined ? 0 : (averages.get(side) ?? 0));

  return {
    hear(levels, now) {
      for (const side of averages.keys()) if (!levels.has(side)) averages.delete(side);
      for (const [side, level] of levels)
        averages.set(side, average(side) + FOLLOW * (Math.min(level, LOUDEST) - average(side)));
      if (speaker !== undefined && !averages.has(speaker)) speaker = undefined;
      const [loudest, loud] = [...averages].reduce<[Side | undefined, number]>(
        (best, [side, level]) => (level > best[1] ? [side, level] : best),
        [undefined, VOICE],
      );
      if (loudest === undefined || loudest === speaker) return;
      const isFree = speaker === undefined || (now - since >= KEEP_MS && loud > average(speaker) * LOUDER);
      if (isFree) [speaker, since] = [loudest, now];
    },
    speaker: () => speaker,
    speaks: (side) => average(side) > VOICE,
  };
}
