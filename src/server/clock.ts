/** Time as the rules see it: milliseconds since 1970, and one way to be called later. Tests pass their own. */
export type Clock = {
  now(): number;
  /**
   * Calls `run` at the given moment, or soon if that has passed; the returned function takes it back. In a server
   * `run` may fail, at once or by a promise: that is logged (outside.ts). What must be repeated says so itself.
   */
  at(moment: number, run: () => unknown): () => void;
};

const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  at(moment, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, moment - Date.now()), LONGEST_TIMER));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
