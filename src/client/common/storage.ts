/** What the browser keeps for pages. */

/** Does something with it, which the browser may refuse: it throws on access then. */
export function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Whether it keeps anything under a name that begins like this. */
export const keepsAny = (start: string): boolean =>
  attempt(() => Object.keys(localStorage).some((name) => name.startsWith(start))) ?? false;
