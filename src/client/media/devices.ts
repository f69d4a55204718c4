/** The devices there are, by kind, and the constraints to open one of them. */

/** As far as the browser names them: before permission is given, labels are empty and some kinds missing. */
export async function listDevices(): Promise<MediaDeviceInfo[]> {
  try {
    return (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  } catch {
    return [];
  }
}

/** The device after this one, the first after the last; undefined where there is none. */
export function nextTo(id: string | undefined, devices: MediaDeviceInfo[]): string | undefined {
  const at = devices.findIndex(({ deviceId }) => deviceId === id);
  return devices[(at + 1) % devices.length]?.deviceId;
}

/** Whether the browser may be waiting for the person's answer; those that don't tell (Firefox until 131) may be. */
export async function isAsking(kinds: readonly ('audio' | 'video')[]): Promise<boolean> {
  const nameOf = { audio: 'microphone', video: 'camera' } as const;
  try {
    const answers = await Promise.all(
      kinds.map((kind) => navigator.permissions.query({ name: nameOf[kind] })),
    );
    return answers.some(({ state }) => state === 'prompt');
  } catch {
    return true;
  }
}

/** Where a phone's camera looks: at whoever holds it, or away from them (W3C Media Capture, `VideoFacingModeEnum`). */
export type Facing = 'user' | 'environment';

/**
 * A device to open, or a camera by where it looks. One that isn't known to be there is only preferred, so that the person
 * is asked once.
 */
export type Wish = { id: string; isThere: boolean } | { facing: Facing };

function which(wish: Wish): MediaTrackConstraints {
  if ('facing' in wish) return { facingMode: { exact: wish.facing } };
  return { deviceId: wish.isThere ? { exact: wish.id } : { ideal: wish.id } };
}

/**
 * Speech needs the browser's filters; without echo cancellation, loudspeakers can't be used.
 * @param noiseSuppression false where noise is taken away otherwise, or is to stay
 */
export function audioConstraints(wish: Wish | undefined, noiseSuppression: boolean): MediaTrackConstraints {
  return {
    echoCancellation: true,
    noiseSuppression,
    autoGainControl: true,
    ...(wish && which(wish)),
  };
}

/** 720p if the camera has it: more is expensive for small devices and hardly visible in a call. */
export function videoConstraints(wish: Wish | undefined): MediaTrackConstraints {
  return {
    width: { ideal: 1280 },
    height: { ideal: 720 },
    // Phones have two cameras or more, and a call is about faces.
    ...(wish ? which(wish) : { facingMode: 'user' }),
  };
}

/**
 * Why a device can't be had, in terms of what a person can do about it. `system`: the browser may use it, but what it
 * runs on doesn't let the browser; `unchanged`: another was chosen, and the one before had to stay; `unsteady`: it ended by
 * itself each time it was opened.
 */
export type Problem = 'insecure' | 'refused' | 'system' | 'missing' | 'busy' | 'unchanged' | 'unsteady';

/** Sorts the errors of getUserMedia (W3C Media Capture §10.3). */
export function problemOf(error: unknown): Problem {
  const { name, message } = error instanceof DOMException ? error : { name: '', message: '' };
  // Chromium's words where the system's settings refuse what the person would allow.
  if (name === 'NotAllowedError' && /\bsystem\b/i.test(message)) return 'system';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return 'busy';
}
