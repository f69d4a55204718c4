/**
 * Who offers when, and what becomes of each description that comes in.
 *
 * On each connection one side makes every offer after the first, and the other side asks for one (`request-offer`). So
 * on an established connection offers never cross, however slow the signalling is, and nothing is ever rolled back:
 * after a rollback Chromium goes on decoding and shows no frame any more. Only first offers, of new connections, can
 * cross; then the impolite side ignores the other's, and the polite one gives its connection up for a new one that
 * answers (the politeness of W3C WebRTC §10.7).
 *
 * The work on one connection stands in one queue (see link.ts), so that there is no offer half made and no answer
 * half set when a description is judged.
 */
import type { Description } from '../../../protocol/common.ts';
import { fingerprint, usernameFragments } from './sdp.ts';

export interface Side {
  signaling: RTCSignalingState;
  /** The own SDP and the one that this connection had from the other side last, if any. */
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

/** Whoever doesn't say which offer they answer is believed. */
const isFor = ({ answers }: Description, local: string | undefined): boolean =>
  answers === undefined || answers === generation(local);

/**
 * Whether this side makes the offers after the first: who made that one, but between Firefox and another browser,
 * Firefox. An ICE restart that Chromium (156) offers on a way that still carries leads its new port to the old one
 * of Firefox (ESR 153), which answers checks and takes no media any more; the video stops for many seconds.
 */
export function makesOffers(
  madeFirst: boolean,
  local: string | undefined,
  remote: string | undefined,
): boolean {
  if (local === undefined || remote === undefined) return madeFirst;
  return isFirefox(local) === isFirefox(remote) ? madeFirst : isFirefox(local);
}

const isFirefox = (sdp: string): boolean => sdp.includes('\no=mozilla');

/**
 * What becomes of a request for an offer in place of the description with this fragment:
 * - `restart`: make it;
 * - `repeat`: it is under way, or was lost there;
 * - `ignore`: it was made, and answered;
 * - `offer-anew`: the other side believes in a connection that isn't there.
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
