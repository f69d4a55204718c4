/** Work that can wait: one piece per turn of the event loop, so that requests are answered in between. */
export type BackgroundQueue = { add(work: () => void): void };

/** @param run runs a piece, and bears its failure */
export function createBackgroundQueue(run: (work: () => void) => void): BackgroundQueue {
  const waiting: (() => void)[] = [];
  let isDue = false;

  function plan(): void {
    if (isDue || waiting.length === 0) return;
    isDue = true;
    setImmediate(next);
  }

  function next(): void {
    isDue = false;
    const work = waiting.shift();
    if (work) run(work);
    plan();
  }

  return {
    add(work) {
      waiting.push(work);
      plan();
    },
  };
}
