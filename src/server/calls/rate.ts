/** How many messages one socket may send: a bucket that refills. */
import type { Clock } from '../clock.ts';

/** ICE gathering comes in bursts, of at most a batch every 20 ms. */
const CAPACITY = 200;
const REFILL_PER_SECOND = 50;

/** The returned function takes one from the bucket, and says whether there was one. */
export function createRate(clock: Pick<Clock, 'monotonic'>): () => boolean {
  let left = CAPACITY;
  let filledAt = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    left = Math.min(CAPACITY, left + ((now - filledAt) / 1000) * REFILL_PER_SECOND);
    filledAt = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
