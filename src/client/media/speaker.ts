/** The loudspeaker of a call: the chosen one where the browser lets a page choose, now and in the next call. */

import { createLatest } from '../common/latest.ts';
import { findRemembered, recallDevice, rememberDevice } from './device-memory.ts';

export interface Speaker {
  /** The one in use; undefined where a page can't choose. */
  id(): string | undefined;
  choose(device: MediaDeviceInfo): Promise<void>;
  /** Devices have been added or removed: use the remembered one if it is there, and never one that isn't. */
  follow(devices: MediaDeviceInfo[]): Promise<void>;
}

type Output = Pick<HTMLMediaElement, 'sinkId' | 'setSinkId'>;

/** @param outputs all elements that play sound */
export function createSpeaker(outputs: Output[]): Speaker {
  const [first] = outputs;
  const id = () => (first && 'setSinkId' in first ? first.sinkId : undefined);
  /** The chosen one and the one in use differ until the browser has switched. */
  let chosen: string | undefined;
  const use = createLatest(async (deviceId: string) => {
    await Promise.all(outputs.map((output) => output.setSinkId(deviceId)));
  });

  return {
    id: () => chosen ?? id(),
    async choose(device) {
      chosen = device.deviceId;
      try {
        await use(device.deviceId);
        if (chosen === device.deviceId) rememberDevice(device);
      } finally {
        if (chosen === device.deviceId) chosen = undefined;
      }
    },
    async follow(devices) {
      const used = id();
      // A choice that is being made is newer than what is remembered.
      if (used === undefined || devices.length === 0 || chosen !== undefined) return;
      const known = recallDevice('audiooutput');
      const isThere = used === '' || devices.some(({ deviceId }) => deviceId === used);
      const wanted = (known && findRemembered(known, devices)?.deviceId) ?? (isThere ? used : '');
      if (wanted !== used) await use(wanted);
    },
  };
}
