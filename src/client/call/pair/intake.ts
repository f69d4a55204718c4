/**
 * Limits on what a page reads from the other side over the data channel. An honest page stays far below them; one that
 * doesn't must not keep this one busy.
 */
import * as v from 'valibot';
import { ChannelMessage } from '../../../protocol/channel.ts';
import { MAX_FRAME_BYTES } from '../../../protocol/common.ts';
import { createBucket } from '../../common/bucket.ts';

/** As the server's limits for what comes over it: so many at once, and so many a second. */
const MESSAGES = { most: 200, perSecond: 50 };
/** Characters that count as one message more. */
const BLOCK = 16 * 1024;
/** The shortest time between two states, each of which changes what is shown. */
const STATE_MS = 250;

type State = ChannelMessage & { type: 'state' };

export interface Intake {
  /** Takes what has arrived, whatever it is. */
  hear(data: unknown): void;
  close(): void;
}

/**
 * Of states, those that change something, and the newest always: one that comes right behind another waits.
 * @param now in ms, never set back
 */
export function createIntake(deliver: (message: ChannelMessage) => void, now?: () => number): Intake {
  const messages = createBucket(MESSAGES, now);
  let known = '';
  let newest: State | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Asked before anything is read, which would cost more than asking. */
  const mayBeRead = (length: number): boolean =>
    length <= MAX_FRAME_BYTES && messages.take(1 + Math.floor(length / BLOCK));

  function passOn(): void {
    timer = undefined;
    const text = JSON.stringify(newest);
    if (!newest || text === known) return;
    known = text;
    deliver(newest);
    timer = setTimeout(passOn, STATE_MS);
  }

  return {
    hear(data) {
      if (typeof data !== 'string' || !mayBeRead(data.length)) return;
      const message = parse(data);
      if (message?.type === 'state') {
        newest = message;
        if (timer === undefined) passOn();
      } else if (message) {
        // Someone who has left is shown as such, and may come back with the same state.
        if (message.type === 'leaving') {
          known = '';
          newest = undefined;
        }
        deliver(message);
      }
    },
    close: () => clearTimeout(timer),
  };
}

function parse(data: string): ChannelMessage | undefined {
  try {
    const result = v.safeParse(ChannelMessage, JSON.parse(data), { abortEarly: true });
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
