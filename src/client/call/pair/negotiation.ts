/**
 * Which side offers when, and what happens to each incoming description.
 *
 * On each connection one side makes every offer after the first, and the other side asks for one (`request-offer`). So
 * on an established connection offers never cross, however slow the signalling is, and nothing is ever rolled back:
 * after a rollback, Chromium keeps decoding but shows no frame any more. Only first offers, of new connections, can
 * cross; then the impolite side ignores the other's, and the polite one gives up its connection for a new one that
 * answers (politeness as in W3C WebRTC §10.7).
 *
 * All work on one connection goes through one queue (see link.ts), so no offer is half made and no answer half set
 * when a description is judged.
 */
import type { Description } from '../../../protocol/common.ts';
import { fingerprint, usernameFragments } from './sdp.ts';

export interface Side {
  signaling: RTCSignalingState;
  /** The local SDP, and the last one that this connection got from the other side, if any. */
  local: string | undefined;
  remote: string | undefined;
  /** Whether this side makes the offers. */
  offers: boolean;
  polite: boolean;
  /** Fingerprints of the other side's connections that were given up, here or there. */
  former: ReadonlySet<string>;
}

/**
 * - `apply`: give it to the connection, and answer an offer;
 * - `ignore`: the other side will give way, or it is late;
 * - `replace`: take a new connection for it;
 * - `offer-anew`: it can't be used; offer from a new connection.
 */
export type Verdict = 'apply' | 'ignore' | 'replace' | 'offer-anew';

export function judge(description: Description, side: Side): Verdict {
  const theirs = fingerprint(description.sdp) ?? '';
  const isStranger = side.remote !== undefined && fingerprint(side.remote) !== theirs;
  if (side.former.has(theirs) && (isStranger || side.remote === undefined)) return 'ignore';
  if (description.type === 'answer') {
    if (isStranger) return 'offer-anew';
    const isAwaited = side.signaling === 'have-local-offer' && isFor(description, side.local);
    return isAwaited ? 'apply' : 'ignore';
  }
  if (isStranger) return 'replace';
  if (side.signaling === 'stable') return 'apply';
  return side.polite ? 'replace' : 'ignore';
}

/** An answer that doesn't say which offer it is for is accepted. */
const isFor = ({ answers }: Description, local: string | undefined): boolean =>
  answers === undefined || answers === generation(local);

/**
 * Whether this side makes the offers after the first: the side that made that one, but between Firefox and another browser,
 * Firefox. If Chromium (156) offers an ICE restart on a working path, its new port sends to the old one
 * of Firefox (ESR 153), which answers checks but takes no media any more; the video stops for many seconds.
 */
export function makesOffers(
  madeFirst: boolean,
  local: string | undefined,
  remote: string | undefined,
): boolean {
  if (local === undefined || remote === undefined) return madeFirst;
  return isFirefox(local) === isFirefox(remote) ? madeFirst : isFirefox(local);
}

/** Whether a restart can't mend a connection in this state: Firefox makes nothing of it once ICE has failed. */
export const isBeyondRestart = (state: RTCPeerConnectionState, local: string | undefined): boolean =>
  state === 'failed' && local !== undefined && isFirefox(local);

const isFirefox = (sdp: string): boolean => sdp.includes('\no=mozilla');

/**
 * What to do about a request for an offer in place of the description with this fragment:
 * - `restart`: make it;
 * - `repeat`: it is under way, or was lost there;
 * - `ignore`: it was made, and answered;
 * - `offer-anew`: the other side thinks there is a connection that doesn't exist.
 */
export function judgeRequest(
  fragment: string,
  side: Omit<Side, 'remote' | 'polite' | 'former'> & { connected: boolean },
): 'restart' | 'repeat' | 'ignore' | 'offer-anew' {
  if (!side.offers) return side.connected ? 'ignore' : 'offer-anew';
  if (generation(side.local) === fragment) return 'restart';
  return side.signaling === 'have-local-offer' ? 'repeat' : 'ignore';
}

/** What tells one offer from those before and after it: each ICE restart brings a new fragment. */
export function generation(sdp: string | undefined): string | undefined {
  return sdp === undefined ? undefined : usernameFragments(sdp).values().next().value;
}

/** In a pair of members the one with the smaller id is polite. */
export function isPolite(own: string, other: string): boolean {
  return own < other;
}
