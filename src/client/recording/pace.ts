/** How often a recording draws, so that a call on a slow device keeps its share of the page's time. */

/** The longest rest, so that a page which stalled for other reasons doesn't make the gap half as long again. */
const REST_MS = 250;

export interface Pace {
  /** Whether the page has finished the work before this, and has rested for half as long as that took. */
  isDue(): boolean;
  /** Does the work; its cost is the time until the page gets to what was queued after it. */
  spend(work: () => void): void;
}

/**
 * @param now in ms
 * @param turn calls back in the page's next turn, after everything already queued
 */
export function createPace(now: () => number, turn: (then: () => void) => void): Pace {
  let isSpending = false;
  let restsUntil = 0;
  return {
    isDue: () => !isSpending && now() >= restsUntil,
    spend(work) {
      const began = now();
      isSpending = true;
      // Drawing calls only queue the drawing: the browser does it afterwards, along with whatever else is waiting.
      turn(() => {
        const ended = now();
        restsUntil = ended + Math.min((ended - began) / 2, REST_MS);
        isSpending = false;
      });
      work();
    },
  };
}

export interface Tasks {
  next(then: () => void): void;
  close(): void;
}

/** The page's turns, which a hidden tab gets as well, unlike its timers. */
export function createTasks(): Tasks {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.addEventListener('message', () => waiting.shift()?.());
  port1.start();
  return {
    next(then) {
      waiting.push(then);
      port2.postMessage(undefined);
    },
    close: () => port1.close(),
  };
}
