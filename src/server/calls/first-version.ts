/**
 * Serves a page that speaks version 1 of the protocol, in which a call is one of two people: its messages as the rules take
 * them, and what the rules say as it understands it.
 */
import type { ClientMessage } from '../../protocol/client.ts';
import type { FirstClientMessage, FirstServerMessage } from '../../protocol/first-version.ts';
import type { ServerMessage } from '../../protocol/server.ts';
import { protocolError } from './protocol-error.ts';

type Joined = ServerMessage & { type: 'joined' };
type PeerNow = ServerMessage & { type: 'peer' };

export function createFirstVersion() {
  /** What the page said last to get its place, which decides how it is told. */
  let asked: 'ring' | 'accept' | 'resume' = 'resume';
  let place: Pick<Joined, 'call' | 'key' | 'member'> | undefined;
  /** The call that this page has begun: whoever rings back into one is answered with the caller's offer. */
  let begun: string | undefined;

  function joined(message: Joined): FirstServerMessage[] {
    const { call, key, member, peers, answeredAt, elapsed, description, candidates } = message;
    place = { call, ...(key !== undefined && { key }), member };
    if (asked === 'ring' && peers.length === 0) begun = call;
    const [other] = peers;
    const peer = other && { member: other.member, user: other.user, name: other.name };
    const since = answeredAt !== undefined && elapsed !== undefined ? { answeredAt, elapsed } : undefined;
    const resumed: FirstServerMessage = {
      ...{ type: 'resumed', call, member, state: peer ? 'active' : 'ringing', ...since },
      ...(peer && { peer }),
    };
    const away: FirstServerMessage[] = other?.away
      ? [{ type: 'peer', call, member: other.member, connected: false, fresh: false }]
      : [];
    if (asked === 'resume') return [resumed, ...away];
    if (!peer || !since) return key === undefined ? [] : [{ type: 'ringing', key, call, member }];
    const accepted: FirstServerMessage = {
      ...{ type: 'accepted', call, ...(key !== undefined && { key }), member, peer, ...since },
      ...(description && { description }),
      candidates,
    };
    // Of one's own ring the answer may have been lost with the socket: `resumed` makes the page repeat its offer.
    return asked === 'ring' && !description ? [accepted, resumed, ...away] : [accepted];
  }

  function peer({ call, event, peer, ...more }: PeerNow): FirstServerMessage[] {
    const { member } = peer;
    switch (event) {
      case 'joined': {
        const { answeredAt, elapsed, description } = more;
        if (place?.call !== call || answeredAt === undefined || elapsed === undefined) return [];
        const answer = description && { description };
        return [{ type: 'accepted', ...place, peer, answeredAt, elapsed, ...answer, candidates: [] }];
      }
      case 'away':
        return [
          {
            ...{ type: 'peer', call, member, connected: false, fresh: false },
            ...(more.closing && { left: true }),
          },
        ];
      case 'back':
      case 'fresh':
        return [{ type: 'peer', call, member, connected: true, fresh: event === 'fresh' }];
      // A call of two has ended then.
      case 'left':
        return [];
      default:
        return event satisfies never;
    }
  }

  return {
    /** @throws out-of-turn for a caller who accepts */
    hears(message: FirstClientMessage): ClientMessage {
      switch (message.type) {
        case 'ring':
          asked = 'ring';
          return message;
        case 'accept':
          if (begun === message.call) throw protocolError('out-of-turn');
          asked = 'accept';
          return { ...message, type: 'join' };
        case 'resume':
          asked = 'resume';
          // Who knows the place may have it: that is how a call moved to another tab.
          return { ...message, over: message.member !== undefined };
        case 'hang-up':
          return { type: 'leave', call: message.call };
        case 'leave':
          return { ...message, closing: true };
        default:
          return message;
      }
    },

    says(message: ServerMessage): FirstServerMessage[] {
      switch (message.type) {
        case 'joined':
          return joined(message);
        case 'peer':
          return peer(message);
        case 'invited':
        // It can't go along, and is told of the end.
        case 'moved':
          return [];
        default:
          return [message];
      }
    },
  };
}

export type FirstVersion = ReturnType<typeof createFirstVersion>;
