/** Which microphone, camera and speaker the person chose last, on this device and in this browser. */
import * as v from 'valibot';

const KEY = 'porchlight.devices';

/** Ids change when a browser forgets its data, and in some with each visit; a label stays, but two devices may share it. */
const Remembered = v.object({ id: v.string(), label: v.string() });
type Remembered = v.InferOutput<typeof Remembered>;

const Devices = v.object({
  audioinput: v.optional(Remembered),
  videoinput: v.optional(Remembered),
  audiooutput: v.optional(Remembered),
});

function recallAll(): v.InferOutput<typeof Devices> {
  try {
    return v.parse(Devices, JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    // Storage that is switched off, or holds something else.
    return {};
  }
}

export const recallDevice = (kind: MediaDeviceKind): Remembered | undefined => recallAll()[kind];

export function rememberDevice({ kind, deviceId, label }: MediaDeviceInfo): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recallAll(), [kind]: { id: deviceId, label } }));
  } catch {
    // Then the next call begins with the browser's own choice.
  }
}

/** The remembered one among those that are there. */
export function findRemembered(
  { id, label }: Remembered,
  devices: MediaDeviceInfo[],
): MediaDeviceInfo | undefined {
  return (
    devices.find(({ deviceId }) => deviceId === id) ??
    devices.find((device) => label !== '' && device.label === label)
  );
}
