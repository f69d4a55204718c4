/**
 * How long to wait before more is tried: what had to be given up again soon after it was tried is tried again only after
 * twice as long, so that a picture doesn't change its size back and forth. All in readings.
 */
export interface Patience {
  /** How many good readings in a row it takes. */
  needed(): number;
  /** Another reading. */
  pass(): void;
  /** More is tried from now on. */
  tried(): void;
  /** Something was given up. */
  gaveUp(): void;
}

/**
 * @param first how many it takes at first, and within how many what was tried turns out to have been too much
 * @param most how many it takes at most
 */
export function createPatience(first: number, most: number): Patience {
  let needed = first;
  /** Since something was tried, as long as that may turn out to have been too much. */
  let since = Number.POSITIVE_INFINITY;
  return {
    needed: () => needed,
    pass() {
      since += 1;
    },
    tried() {
      since = 0;
    },
    gaveUp() {
      if (since <= first) needed = Math.min(most, needed * 2);
      else if (since < Number.POSITIVE_INFINITY) needed = first;
      since = Number.POSITIVE_INFINITY;
    },
  };
}
