import type { Clock } from '../../src/server/clock.ts';

export type FakeClock = Clock & {
  /** Moves time on by `ms` and runs what was due on the way, in order. */
  advance(ms: number): void;
  /** Sets the time of day by `ms`, as somebody does who corrects a machine's clock: no time goes by. */
  turn(ms: number): void;
};

/** A clock that stands still until it is told to go on. */
export function fakeClock(start = Date.UTC(2026, 10, 22, 12)): FakeClock {
  // Time goes by in one, and what the clock shows is that and how far it has been turned.
  let passed = 0;
  let turned = start;
  let timers: { due: number; run: () => void }[] = [];
  return {
    now: () => turned + passed,
    monotonic: () => passed,
    at(moment, run) {
      // As with Node's timers: the distance counts, and turning the clock afterwards changes nothing.
      const timer = { due: moment - turned, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = passed + ms;
      for (;;) {
        const next = timers.filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        passed = Math.max(passed, next.due);
        next.run();
      }
      passed = end;
    },
    turn(ms) {
      turned += ms;
    },
  };
}
