/** How many frames one socket may send: a bucket that refills. */
import type { Clock } from '../clock.ts';

/** `most` at once, and so many a second on average. */
export type FrameRate = { most: number; perSecond: number };

/** Bytes that count as one frame more. */
const BLOCK = 16 * 1024;

/**
 * `taken`: it may be read. `refused`: it may not. `flood`: as many have been refused in a row as a burst may have,
 * so the other end isn't listening.
 */
export type Taken = 'taken' | 'refused' | 'flood';

/** The returned function takes a frame of so many bytes from the bucket. */
export function createFrameRate(
  clock: Pick<Clock, 'monotonic'>,
  { most, perSecond }: FrameRate,
): (bytes: number) => Taken {
  let left = most;
  let filledAt = clock.monotonic();
  return (bytes) => {
    const now = clock.monotonic();
    left = Math.min(most, left + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    const taken = left >= 1;
    // Refused frames count as well: a page that keeps sending stays refused.
    left -= 1 + Math.floor(bytes / BLOCK);
    if (taken) return 'taken';
    return left <= -most ? 'flood' : 'refused';
  };
}
