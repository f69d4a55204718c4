/** Time as the rules see it, in ms, and one way to be called later. Tests pass their own. */
export type Clock = {
  /** Since 1970, by the machine's clock: for times that are stored or shown. It may be set, even back. */
  now(): number;
  /** Since an arbitrary moment, and never set: for how long something took or may take. */
  monotonic(): number;
  /**
   * Calls `run` at the given moment, or soon if that has passed; the returned function cancels it. In a server
   * `run` may fail, at once or by a promise: that is logged (background.ts). What must be repeated says so itself.
   */
  at(moment: number, run: () => unknown): () => void;
};

const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  at(moment, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, moment - Date.now()), LONGEST_TIMER));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
