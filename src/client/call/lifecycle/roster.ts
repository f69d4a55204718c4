/** Who is in the call beside this page, and who is still rung, as the server says. */
import type { Invited, Peer } from '../../../protocol/common.ts';
import type { ServerMessage } from '../../../protocol/server.ts';

/** What the page calls another person in the call: their place, or "first" in a call of two, whose link is older than that. */
export type Side = string;
export const FIRST: Side = 'first';

/** `away`: their page has no socket at this moment; `closing`: they left it on purpose, and may come back. */
export type Member = Peer & { away: boolean; closing: boolean };

export interface Roster {
  /** The place of this page, as soon as it is known. */
  own: string | undefined;
  /** The others, by their places, in the order in which they came in. */
  peers: ReadonlyMap<string, Member>;
  invited: readonly Invited[];
}

export const EMPTY: Roster = { own: undefined, peers: new Map(), invited: [] };

type PeerMessage = ServerMessage & { type: 'peer' };

function withPeer(roster: Roster, { event, peer, closing }: PeerMessage): Roster {
  const peers = new Map(roster.peers);
  if (event === 'left') peers.delete(peer.member);
  else peers.set(peer.member, { ...peer, away: event === 'away', closing: closing === true });
  return { ...roster, peers };
}

/** The roster after a message about this call; the same one where it says nothing about that. */
export function after(roster: Roster, message: ServerMessage): Roster {
  switch (message.type) {
    case 'joined':
      return {
        own: message.member,
        peers: new Map(
          message.peers.map((peer) => {
            // Whoever left on purpose and isn't back is still about to leave.
            const closing = peer.away && roster.peers.get(peer.member)?.closing === true;
            return [peer.member, { ...peer, closing }];
          }),
        ),
        invited: message.invited ?? [],
      };
    case 'peer':
      return withPeer(roster, message);
    case 'invited':
      return { ...roster, invited: message.people };
    case 'ended':
      return EMPTY;
    default:
      return roster;
  }
}
