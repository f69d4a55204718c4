const FIRST_MS = 200;
const LONGEST_MS = 3000;

/**
 * How long to wait before attempt number `attempt` (0 is the first after a break), in ms.
 * Doubles up to 3 s; half of it is random, so that not everyone reaches a restarted server at once.
 * @param random a number in [0, 1)
 */
export function retryDelay(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return full / 2 + (full / 2) * random;
}
