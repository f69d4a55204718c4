/** The data channel between two pages. It needs no server, so it says what must be said while the server is away. */
import type { ChannelMessage } from '../../../protocol/channel.ts';
import { createIntake } from './intake.ts';

const BEAT_MS = 1000;
/** A heartbeat is missing: something may be wrong, though the browser won't notice for some seconds. */
const SILENCE_MS = 1.5 * BEAT_MS;
/** What was tried against it gets this long before the silence is said again. */
const AGAIN_MS = 6000;

export interface ChannelEvents {
  opened(): void;
  message(message: ChannelMessage): void;
  /** Nothing was heard for too long; said at once, and again from time to time. */
  silent(): void;
}

export interface Channel {
  /** Sends now or not at all, and says which. */
  send(message: ChannelMessage): boolean;
  close(): void;
}

/** Opens the channel on a new connection; both sides do so, as it is negotiated beforehand (W3C WebRTC §6.1). */
export function openChannel(connection: RTCPeerConnection, events: ChannelEvents): Channel {
  const channel = connection.createDataChannel('porchlight', { negotiated: true, id: 0 });
  let beat: ReturnType<typeof setInterval> | undefined;
  let heard = 0;
  let again = 0;
  /** A page that goes, or is loaded again, takes its connection along: there is no way to be found to it. */
  let isLeaving = false;
  const intake = createIntake((message) => {
    isLeaving = message.type === 'leaving';
    events.message(message);
  });

  channel.addEventListener('open', () => {
    heard = performance.now();
    beat = setInterval(() => {
      send({ type: 'heartbeat' });
      const now = performance.now();
      if (isLeaving || now - heard <= SILENCE_MS || now < again) return;
      again = now + AGAIN_MS;
      events.silent();
    }, BEAT_MS);
    events.opened();
  });
  channel.addEventListener('message', ({ data }) => {
    heard = performance.now();
    again = 0;
    intake.hear(data);
  });
  channel.addEventListener('close', close);

  function send(message: ChannelMessage): boolean {
    if (channel.readyState !== 'open') return false;
    channel.send(JSON.stringify(message));
    return true;
  }

  function close(): void {
    clearInterval(beat);
    intake.close();
  }

  return { send, close };
}
