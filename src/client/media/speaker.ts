/** The loudspeaker of a call: the chosen one where the browser lets a page choose, now and in the next call. */

import { createLatest } from '../common/latest.ts';
import { findRemembered, recallDevice, rememberDevice } from './device-memory.ts';

export interface Speaker {
  /** The one in use; undefined where a page can't choose. */
  id(): string | undefined;
  choose(device: MediaDeviceInfo): Promise<void>;
  /** One more plays sound from now on, on the one in use. */
  add(output: Output): void;
  /** It plays no more. */
  remove(output: Output): void;
  /** Devices have been added or removed: use the remembered one if it is there, and never one that isn't. */
  follow(devices: MediaDeviceInfo[]): Promise<void>;
}

type Output = Pick<HTMLMediaElement, 'sinkId' | 'setSinkId'>;

/** @param first an element that plays sound */
export function createSpeaker(first: Output): Speaker {
  const outputs = [first];
  const id = () => ('setSinkId' in first ? first.sinkId : undefined);
  /** The chosen one and the one in use differ until the browser has switched. */
  let chosen: string | undefined;
  /** The last one that was to be used, from the moment it was. */
  let wanted = '';
  const use = createLatest(async (deviceId: string) => {
    wanted = deviceId;
    await Promise.all(outputs.map((output) => output.setSinkId(deviceId)));
  });

  return {
    id: () => chosen ?? id(),
    add(output) {
      outputs.push(output);
      const used = wanted || id();
      // One that can't be had any more: the browser's own choice plays.
      if (used) output.setSinkId(used).catch(() => undefined);
    },
    remove(output) {
      outputs.splice(outputs.indexOf(output), 1);
    },
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
