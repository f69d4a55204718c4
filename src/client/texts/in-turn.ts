/** Several tabs of one browser send one after another, so that nothing is sent twice, or out of its order. */
import type { Turn } from './lane.ts';

/** ms after which a tab doesn't wait any more for one that may be asleep. The key still makes it one message. */
const PATIENCE = 10_000;

/** @param work never rejects */
export async function inTurn(name: string, work: () => Promise<Turn>): Promise<Turn> {
  // Some old browsers have none, and plain http hasn't either.
  if (!('locks' in navigator)) return work();
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), PATIENCE);
  try {
    return await navigator.locks.request(name, { signal: waiting.signal }, () => {
      clearTimeout(timer);
      return work();
    });
  } catch {
    return work();
  }
}
