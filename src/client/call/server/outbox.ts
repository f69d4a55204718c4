/** What must reach the server about one call, however often the socket breaks before it does. */
import type { Description, Media } from '../../../protocol/common.ts';
import type { ServerSocket } from './socket.ts';

const NAMES = ['ring', 'accept', 'decline', 'hang-up', 'cancel'] as const;
export type Name = (typeof NAMES)[number];

export interface Outbox {
  ring(key: string, chat: number, media: Media): void;
  accept(call: string): void;
  decline(call: string): void;
  hangUp(call: string): void;
  /** Withdraws the ring with this key, which the server may or may not have received. */
  cancel(key: string): void;
  /** Whether it went out at least once, or is settled. */
  wasSent(name: Name): boolean;
  /** The server knows it, or has no use for it any more; without names, that goes for everything. */
  settle(...names: Name[]): void;
}

/** @param local the newest own description: a repeated message carries it as it is by then, candidates included */
export function createOutbox(
  signal: Pick<ServerSocket, 'keep' | 'settle' | 'wasSent'>,
  local: () => Description | undefined,
): Outbox {
  return {
    ring(key, chat, media) {
      signal.keep('ring', () => {
        const offer = local() ?? { type: 'offer', sdp: '' };
        return { type: 'ring', key, chat, media, offer };
      });
    },
    accept(call) {
      signal.keep('accept', () => {
        const answer = local();
        return { type: 'accept', call, ...(answer?.type === 'answer' && { answer }) };
      });
    },
    decline: (call) => signal.keep('decline', () => ({ type: 'decline', call })),
    hangUp: (call) => signal.keep('hang-up', () => ({ type: 'hang-up', call })),
    cancel(key) {
      signal.settle('ring');
      signal.keep('cancel', () => ({ type: 'cancel', key }));
    },
    wasSent: signal.wasSent,
    settle(...names) {
      for (const name of names.length > 0 ? names : NAMES) signal.settle(name);
    },
  };
}
