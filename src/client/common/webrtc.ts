/** Whether this browser takes part in calls at all. Lockdown modes, hardened builds and some engines leave WebRTC out. */

/** As far as can be told at no cost. */
export const hasWebRtc = (): boolean => typeof RTCPeerConnection === 'function';

/** By making a connection: where only policy forbids it, the name is there and using it fails. */
export function canConnect(): boolean {
  try {
    new RTCPeerConnection().close();
    return true;
  } catch {
    return false;
  }
}
