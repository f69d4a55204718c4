import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findRemembered, recallDevice, rememberDevice } from './device-memory.ts';

const device = (kind: MediaDeviceKind, deviceId: string, label: string): MediaDeviceInfo => ({
  ...{ kind, deviceId, label, groupId: '' },
  toJSON: () => ({}),
});

let kept: Map<string, string>;
beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
});
afterEach(() => vi.unstubAllGlobals());

test('each kind of device is remembered by itself, the last choice of it', () => {
  expect(recallDevice('videoinput')).toBeUndefined();
  rememberDevice(device('videoinput', 'a', 'Front camera'));
  rememberDevice(device('audiooutput', 'b', 'Headset'));
  rememberDevice(device('videoinput', 'c', 'Back camera'));
  expect(recallDevice('videoinput')).toEqual({ id: 'c', label: 'Back camera' });
  expect(recallDevice('audiooutput')).toEqual({ id: 'b', label: 'Headset' });
  expect(recallDevice('audioinput')).toBeUndefined();
});

test('a device is known again by its id, else by its label', () => {
  const remembered = { id: 'b', label: 'Desk' };
  const [front, moved] = [device('videoinput', 'a', 'Front'), device('videoinput', 'd', 'Desk')];
  const same = device('videoinput', 'b', 'Desk (2)');
  expect(findRemembered(remembered, [front, moved, same])).toBe(same);
  expect(findRemembered(remembered, [front, moved])).toBe(moved);
  expect(findRemembered(remembered, [front])).toBeUndefined();
  // Before permission is given no device has a label.
  expect(findRemembered({ id: 'b', label: '' }, [device('videoinput', '', '')])).toBeUndefined();
});

test.each(['not JSON', '[]', '{"videoinput":7}'])('what else may stand there (%s) is no device', (text) => {
  kept.set('porchlight.devices', text);
  expect(recallDevice('videoinput')).toBeUndefined();
});

test('a browser that keeps nothing remembers nothing, and no call fails by it', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('', 'SecurityError');
    },
  });
  rememberDevice(device('videoinput', 'a', 'Front camera'));
  expect(recallDevice('videoinput')).toBeUndefined();
});
