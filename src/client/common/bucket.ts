/** Limits how much is accepted from others: a bucket that refills. */

export interface Bucket {
  /** Takes so much of what is left; false where nothing is, and then nothing is taken. */
  take(amount?: number): boolean;
}

/** @param now in ms, never set back */
export function createBucket(
  { most, perSecond }: { most: number; perSecond: number },
  now: () => number = () => performance.now(),
): Bucket {
  let left = most;
  let filledAt = now();
  return {
    take(amount = 1) {
      const at = now();
      left = Math.min(most, left + ((at - filledAt) / 1000) * perSecond);
      filledAt = at;
      if (left < 1) return false;
      left -= amount;
      return true;
    },
  };
}
