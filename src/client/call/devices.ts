/** The devices there are, by kind, and the constraints to open one of them. */

/** As far as the browser names them: before permission is given, labels are empty and some kinds missing. */
export async function listDevices(): Promise<MediaDeviceInfo[]> {
  try {
    return (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  } catch {
    return [];
  }
}

/** Speech wants all three of the browser's helpers; without echo cancellation loudspeakers can't be used. */
export function audioConstraints(deviceId: string | undefined): MediaTrackConstraints {
  return {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(deviceId && { deviceId: { exact: deviceId } }),
  };
}

/** 720p where the camera has it: more costs small devices dearly and shows little on a call. */
export function videoConstraints(deviceId: string | undefined): MediaTrackConstraints {
  return {
    width: { ideal: 1280 },
    height: { ideal: 720 },
    // Phones have two cameras or more, and a call is about faces.
    ...(deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'user' }),
  };
}

/** Why a device can't be had, in terms of what a person can do about it. */
export type Problem = 'insecure' | 'refused' | 'missing' | 'busy';

/** Sorts the errors of getUserMedia (W3C Media Capture §10.3). */
export function problemOf(error: unknown): Problem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return 'busy';
}
