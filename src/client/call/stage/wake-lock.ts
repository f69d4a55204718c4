/** Keeps the screen on during a call. */

/** Holds the screen awake while `wanted()`; a hidden page loses its lock, and gets it back when it is seen. */
export function createWakeLock(wanted: () => boolean): { update(): void } {
  let lock: WakeLockSentinel | undefined;
  let asking = false;

  async function update(): Promise<void> {
    if (!('wakeLock' in navigator) || asking) return;
    if (!wanted()) {
      void lock?.release();
      lock = undefined;
      return;
    }
    if ((lock && !lock.released) || document.visibilityState !== 'visible') return;
    asking = true;
    try {
      lock = await navigator.wakeLock.request('screen');
    } catch {
      // A low battery may prevent it; the call continues while the screen dims.
    } finally {
      asking = false;
    }
    if (!wanted()) void update();
  }

  document.addEventListener('visibilitychange', () => void update());
  return { update: () => void update() };
}
