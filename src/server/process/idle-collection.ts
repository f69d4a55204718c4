/** Gives memory back once the house is quiet. V8 by itself keeps garbage until it needs the room, for a whole night. */
import type { Clock } from '../clock.ts';

/** ms without a request. A collection stops everything for a moment, so it waits until nobody is there to notice. */
export const QUIET = 30_000;

/**
 * @param collect collects all garbage
 * @returns to be called at each request
 */
export function collectWhenQuiet(clock: Clock, collect: () => void): () => void {
  let lastAsked = 0;
  let isWaiting = false;

  function look(): void {
    const quiet = clock.monotonic() - lastAsked;
    isWaiting = quiet < QUIET;
    if (isWaiting) clock.at(clock.now() + QUIET - quiet, look);
    else collect();
  }

  return () => {
    lastAsked = clock.monotonic();
    if (isWaiting) return;
    isWaiting = true;
    clock.at(clock.now() + QUIET, look);
  };
}
