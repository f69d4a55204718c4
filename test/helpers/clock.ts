import type { Clock } from '../../src/server/clock.ts';

export type FakeClock = Clock & {
  /** Moves time on by `ms` and runs what was due on the way, in order. */
  advance(ms: number): void;
};

/** A clock that stands still until it is told to go on. */
export function fakeClock(start = Date.UTC(2026, 10, 22, 12)): FakeClock {
  let now = start;
  let timers: { moment: number; run: () => void }[] = [];
  return {
    now: () => now,
    at(moment, run) {
      const timer = { moment, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = timers.filter((timer) => timer.moment <= end).sort((a, b) => a.moment - b.moment)[0];
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        now = Math.max(now, next.moment);
        next.run();
      }
      now = end;
    },
  };
}
