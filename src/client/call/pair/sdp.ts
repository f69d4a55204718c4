/**
 * What we read from an SDP, and the one thing we fix in it; everything else is the browser's business. It comes from
 * the other side, who may have written anything, so no regular expression here looks at a character more than a few times.
 */

/**
 * The DTLS certificate's fingerprint (RFC 8122), which stays the same for as long as a connection lives:
 * another one means that the other side has a new RTCPeerConnection.
 */
export function fingerprint(sdp: string): string | undefined {
  return /^a=fingerprint:(.+)/m.exec(sdp)?.[1]?.trim();
}

/** The ICE username fragments (RFC 8839 §5.4) of a description, which change with each ICE restart. */
export function usernameFragments(sdp: string): Set<string> {
  return new Set(Array.from(sdp.matchAll(/^a=ice-ufrag:(.+)/gm), (match) => match[1]?.trim() ?? ''));
}

const SETUP = /^a=setup:(\S+)/m;
const OPPOSITE: Record<string, string> = { active: 'passive', passive: 'active' };

/**
 * An answer in which the other side keeps its DTLS role, as RFC 8842 §5.3 asks of it. Firefox (ESR 153) makes itself
 * active in each answer to an ICE restart, and Chromium refuses such an answer; the connection itself has its
 * roles since the first round, and Firefox doesn't change them either.
 * @param local,remote the current descriptions: one of them is the last answer, which says who has which role
 */
export function keepDtlsRole(
  answer: string,
  local: RTCSessionDescriptionInit | null,
  remote: RTCSessionDescriptionInit | null,
): string {
  const theirs = remote?.type === 'answer' ? SETUP.exec(remote.sdp ?? '')?.[1] : undefined;
  const ours = local?.type === 'answer' ? SETUP.exec(local.sdp ?? '')?.[1] : undefined;
  const role = theirs ?? OPPOSITE[ours ?? ''];
  return role ? answer.replace(/^a=setup:\S+/gm, `a=setup:${role}`) : answer;
}
