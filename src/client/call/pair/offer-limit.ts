/** Bounds the offers that the other side can make this page work for. */
import { createBucket } from '../../common/bucket.ts';

/** Honest ones, reloads included, stay far below. */
const OFFERS = { most: 20, perSecond: 1 };

export interface OfferLimit {
  /** Whether there is time now for an offer of theirs, or for one that they want; else `again` is called later. */
  hasTime(again: () => void): boolean;
  stop(): void;
}

export function createOfferLimit(): OfferLimit {
  const offers = createBucket(OFFERS);
  /** The newest of what came when there were too many; nothing older is worth doing any more. */
  let postponed: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    hasTime(again) {
      if (offers.take()) {
        postponed = undefined;
        return true;
      }
      postponed = again;
      timer ??= setTimeout(() => {
        timer = undefined;
        postponed?.();
      }, 1000 / OFFERS.perSecond);
      return false;
    },
    stop: () => clearTimeout(timer),
  };
}
