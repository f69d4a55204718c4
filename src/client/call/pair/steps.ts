/** The steps of a negotiation, one at a time: each finds the connection between two steps, never within one. */

export interface Steps {
  /** Does it when all before is done; resolves then, however it went. */
  add(work: () => Promise<void>): Promise<void>;
  /** What hasn't begun isn't done any more. */
  close(): void;
}

/** @param failed is told when a step has failed, unless all is closed by then */
export function createSteps(failed: () => void): Steps {
  let isClosed = false;
  let queue = Promise.resolve();
  return {
    add(work) {
      queue = queue.then(async () => {
        if (isClosed) return;
        try {
          await work();
        } catch (error) {
          if (isClosed) return;
          console.warn('A step of the negotiation failed; another connection will be tried.', error);
          failed();
        }
      });
      return queue;
    },
    close() {
      isClosed = true;
    },
  };
}
