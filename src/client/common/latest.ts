/**
 * Does one thing at a time, and leaves out what was overtaken by a later wish before its turn: what is slow to come about
 * must not come after what was wanted later.
 */
export function createLatest<T>(work: (wish: T) => Promise<void>): (wish: T) => Promise<void> {
  let before = Promise.resolve();
  let newest = 0;
  return (wish) => {
    newest += 1;
    const mine = newest;
    const done = before.then(() => (mine === newest ? work(wish) : undefined));
    before = done.catch(() => undefined);
    return done;
  };
}
