/** What must reach the server about one call, however often the socket breaks before it does. */
import type { Description, Media } from '../../../protocol/common.ts';
import type { ServerSocket } from './socket.ts';

const NAMES = ['ring', 'join', 'decline', 'leave', 'cancel'] as const;
export type Name = (typeof NAMES)[number];

export interface Outbox {
  /** @param quiet whether nobody's devices ring */
  ring(key: string, chat: number, media: Media, quiet: boolean): void;
  /** @param over whether another device of the same person loses it */
  join(call: string, over: boolean): void;
  decline(call: string): void;
  leave(call: string): void;
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
    ring(key, chat, media, quiet) {
      signal.keep('ring', () => {
        const offer = local();
        return { type: 'ring', key, chat, media, ...(offer && { offer }), ...(quiet && { quiet }) };
      });
    },
    join(call, over) {
      signal.keep('join', () => {
        const answer = local();
        return {
          ...{ type: 'join', call },
          ...(answer?.type === 'answer' && { answer }),
          ...(over && { over }),
        };
      });
    },
    decline: (call) => signal.keep('decline', () => ({ type: 'decline', call })),
    leave: (call) => signal.keep('leave', () => ({ type: 'leave', call })),
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
