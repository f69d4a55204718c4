/** Work on devices, one at a time for each kind: of two that open the same camera at once, the wrong one may come last. */
import type { Kind } from './outgoing.ts';

/** Longer than any device takes. */
const TURN_MS = 5000;

export type DeviceQueue = (kinds: readonly Kind[], work: () => Promise<void>) => Promise<void>;

/**
 * A device that hangs holds back nothing for longer than 5 s. A question does, for as long as it is open: a second one
 * about the same device would only stand behind the first.
 * @param isAsking whether the browser may be waiting for a person
 */
export function createDeviceQueue(isAsking: (kinds: readonly Kind[]) => Promise<boolean>): DeviceQueue {
  const last: Record<Kind, Promise<void>> = { audio: Promise.resolve(), video: Promise.resolve() };

  async function take(kinds: readonly Kind[], work: () => Promise<void>): Promise<void> {
    let done = false;
    const patience = async () => {
      do await new Promise((resolve) => setTimeout(resolve, TURN_MS));
      while (!done && (await isAsking(kinds)));
    };
    try {
      await Promise.race([work(), patience()]);
    } catch (error) {
      console.warn('A device could not be changed.', error);
    } finally {
      done = true;
    }
  }

  return (kinds, work) => {
    const turn = Promise.all(kinds.map((kind) => last[kind])).then(() => take(kinds, work));
    for (const kind of kinds) last[kind] = turn;
    return turn;
  };
}
