/** Work that may wait: one piece in each turn of the event loop, so that requests are answered in between. */
export type Turns = { add(work: () => void): void };

/** @param run runs a piece, and bears its failure */
export function createTurns(run: (work: () => void) => void): Turns {
  const waiting: (() => void)[] = [];

  function next(): void {
    const work = waiting.shift();
    if (work) run(work);
    if (waiting.length > 0) setImmediate(next);
  }

  return {
    add(work) {
      waiting.push(work);
      if (waiting.length === 1) setImmediate(next);
    },
  };
}
