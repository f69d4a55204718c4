/** The loudspeaker of a call: the chosen one where the browser lets a page choose, now and in the next call. */
import { findRemembered, recallDevice, rememberDevice } from './device-memory.ts';

export interface Speaker {
  /** The one in use; undefined where a page can't choose. */
  id(): string | undefined;
  choose(device: MediaDeviceInfo): Promise<void>;
  /** Devices have come or gone: the remembered one if it is there, and never one that isn't. */
  follow(devices: MediaDeviceInfo[]): Promise<void>;
}

/** @param outputs all elements that play sound */
export function createSpeaker(outputs: HTMLMediaElement[]): Speaker {
  const [first] = outputs;
  const id = () => (first && 'setSinkId' in first ? first.sinkId : undefined);
  const use = async (deviceId: string) => {
    await Promise.all(outputs.map((output) => output.setSinkId(deviceId)));
  };

  return {
    id,
    async choose(device) {
      await use(device.deviceId);
      rememberDevice(device);
    },
    async follow(devices) {
      const used = id();
      if (used === undefined || devices.length === 0) return;
      const known = recallDevice('audiooutput');
      const isThere = used === '' || devices.some(({ deviceId }) => deviceId === used);
      const wanted = (known && findRemembered(known, devices)?.deviceId) ?? (isThere ? used : '');
      if (wanted !== used) await use(wanted);
    },
  };
}
