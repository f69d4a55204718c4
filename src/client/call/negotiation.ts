/**
 * Perfect negotiation (W3C WebRTC §10.7), for connections that can be replaced by new ones.
 *
 * Both sides may offer at any time. When offers cross, the impolite side ignores the other's, and the polite
 * side gives up its own. The work on one connection stands in one queue (see link.ts), so that there is no
 * offer half made and no answer half set when a description is judged.
 */
import type { Description } from '../../protocol/common.ts';
import { fingerprint } from './sdp.ts';

export interface Side {
  signaling: RTCSignalingState;
  /** The SDP that this connection had from the other side last, if any. */
  remote: string | undefined;
  polite: boolean;
}

/**
 * - `apply`: give it to the connection (which rolls back an offer of its own), and answer an offer;
 * - `ignore`: the other side will give way, or it is late;
 * - `replace`: take a new connection for it;
 * - `offer-anew`: it can't be used; offer from a new connection.
 */
export type Verdict = 'apply' | 'ignore' | 'replace' | 'offer-anew';

export function judge(description: Description, side: Side): Verdict {
  const stranger = side.remote !== undefined && fingerprint(side.remote) !== fingerprint(description.sdp);
  if (description.type === 'answer') {
    if (stranger) return 'offer-anew';
    return side.signaling === 'have-local-offer' ? 'apply' : 'ignore';
  }
  if (stranger) return 'replace';
  if (side.signaling === 'stable') return 'apply';
  if (!side.polite) return 'ignore';
  // Rolling back a first offer would leave its transceivers behind, next to those of the other's offer.
  return side.remote === undefined ? 'replace' : 'apply';
}

/** In a pair of members the one with the smaller id gives way. */
export function isPolite(own: string, other: string): boolean {
  return own < other;
}
