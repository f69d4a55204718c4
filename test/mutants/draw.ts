/** A sample that is the same each time. */

/** A small generator with 32 bits of state (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of the numbers below `length`, in order; all of them for a count of 0. */
export function draw(length: number, count: number, seed: number): number[] {
  const left = Array.from({ length }, (_, at) => at);
  if (count === 0 || count >= length) return left;
  const random = createRandom(seed);
  const next = () => left.splice(Math.floor(random() * left.length), 1)[0] ?? 0;
  return Array.from({ length: count }, next).sort((a, b) => a - b);
}
