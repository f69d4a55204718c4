/** The two things we read from an SDP; everything else in it is the browser's business. */

/**
 * The DTLS certificate's fingerprint (RFC 8122), which stays the same for as long as a connection lives:
 * another one means that the other side has a new RTCPeerConnection.
 */
export function fingerprint(sdp: string): string | undefined {
  return /^a=fingerprint:(.+?)\s*$/m.exec(sdp)?.[1];
}

/** The ICE username fragments (RFC 8839 §5.4) of a description, which change with each ICE restart. */
export function usernameFragments(sdp: string): Set<string> {
  return new Set(Array.from(sdp.matchAll(/^a=ice-ufrag:(.+?)\s*$/gm), (match) => match[1] ?? ''));
}
