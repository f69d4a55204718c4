/** When a device that ended by itself is reopened: at once the first time, then with growing pauses, and finally not at all. */

/** A device that was open for less has failed; after more, its end is a separate incident. */
const STEADY_MS = 10_000;
const SECOND_WAIT_MS = 500;
/** 0, 0.5, 1, 2 and 4 s: what is plugged in again, or comes back from another program, is back by then. */
const TRIES = 5;

export interface DeviceRetries {
  /**
   * A device has ended.
   * @param openMs how long it was open
   * @returns how long to wait before one is reopened, in ms; undefined when there is no point
   */
  ended(openMs: number): number | undefined;
  /** The person wants it anew, or wants another. */
  reset(): void;
}

export function createDeviceRetries(): DeviceRetries {
  let failures = 0;
  return {
    ended(openMs) {
      failures = openMs < STEADY_MS ? failures + 1 : 1;
      if (failures > TRIES) return undefined;
      return failures === 1 ? 0 : SECOND_WAIT_MS * 2 ** (failures - 2);
    },
    reset() {
      failures = 0;
    },
  };
}
