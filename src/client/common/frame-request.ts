/** Taking single frames of a canvas. */

/** The method that takes one: the track's (W3C Media Capture from DOM Elements §4.2), in Firefox the stream's. */
export function frameRequest(
  owners: (MediaStream | MediaStreamTrack | undefined)[],
): (() => void) | undefined {
  for (const owner of owners) {
    if (owner && 'requestFrame' in owner && typeof owner.requestFrame === 'function')
      return owner.requestFrame.bind(owner);
  }
  return undefined;
}
