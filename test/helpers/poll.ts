/** Waiting for a condition. Tests never wait for time to pass. */

const PAUSE_MS = 50;

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What a page says while it is being replaced by the next one; the question is then asked again. */
const BETWEEN_PAGES =
  /context was destroyed|detached|Cannot find context|no such (frame|node|browsing context)|DiscardedBrowsingContext|navigat|JSHandles can be evaluated|no such handle|stale|documentAccessible is null|does not belong to the document|Node with given id/i;

/**
 * Asks until the answer is neither undefined, null nor false, and returns it.
 * Fails after `timeout` ms with `what` and, where given, what was seen last.
 */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  timeout = 15_000,
  seen?: () => unknown,
): Promise<T> => {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
    } catch (error) {
      if (!(error instanceof Error) || !BETWEEN_PAGES.test(error.message)) throw error;
    }
    if (Date.now() > end) {
      const last = seen === undefined ? '' : `; last seen:\n${await seen()}`;
      throw new Error(`Waited ${timeout} ms for ${what}${last}`);
    }
    await pause(PAUSE_MS);
  }
};
