/** One piece of work at a time, people taking turns: someone with many waits behind someone with one. */

/** @returns what runs work when it is that person's turn; a failure is of that work alone */
export function createFairQueue(): <Result>(owner: number, work: () => Promise<Result>) => Promise<Result> {
  /** What is waiting, by person; the first is next. */
  const waiting = new Map<number, (() => Promise<void>)[]>();
  let isWorking = false;

  async function goOn(): Promise<void> {
    if (isWorking) return;
    isWorking = true;
    for (let next = waiting.entries().next().value; next; next = waiting.entries().next().value) {
      const [owner, jobs] = next;
      const job = jobs.shift();
      // To the end of the line, with what is left.
      waiting.delete(owner);
      if (jobs.length > 0) waiting.set(owner, jobs);
      await job?.();
    }
    isWorking = false;
  }

  return (owner, work) =>
    new Promise((resolve, reject) => {
      const jobs = waiting.get(owner) ?? [];
      // Tried, so that work which fails before its first promise doesn't stop those behind it.
      jobs.push(() => Promise.resolve().then(work).then(resolve, reject));
      waiting.set(owner, jobs);
      void goOn();
    });
}
