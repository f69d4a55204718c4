/** What stands on the call page about one's own camera and microphone. */
import { beforeEach, expect, test } from 'vitest';
import type { Kind } from '../../media/outgoing.ts';
import { createDeviceNotices, type DeviceNotices, type TroubledMedia } from './device-notices.ts';

let said: Map<string, string>;
let troubles: Partial<Record<Kind, ReturnType<TroubledMedia['trouble']>>>;
let interrupted: Set<Kind>;
let notices: DeviceNotices;
let isApp: boolean;

beforeEach(() => {
  said = new Map();
  isApp = false;
  troubles = {};
  interrupted = new Set();
  notices = createDeviceNotices(
    { trouble: (kind) => troubles[kind], isInterrupted: (kind) => interrupted.has(kind) },
    {
      set(matter, text) {
        if (text === undefined) said.delete(matter);
        else said.set(matter, text);
      },
      pass() {},
      clear: () => said.clear(),
    },
    (key, { where = '' } = {}) => (where ? `${key} (${where})` : key),
    () => isApp,
  );
});

const lines = () => [...said.values()].map((line) => line.replace(' (allowInBrowser)', '')).sort();

test('each device has its own trouble, and one line says the same of both', () => {
  troubles = { audio: 'busy', video: 'missing' };
  notices.update();
  expect(lines()).toEqual(['camera-missing', 'microphone-busy']);
  troubles = { audio: 'refused', video: 'refused' };
  notices.update();
  expect(lines()).toEqual(['both-refused']);
  troubles = { video: 'refused' };
  notices.update();
  expect(lines()).toEqual(['camera-refused']);
});

test('what the system holds for a while is named, until it is given back', () => {
  interrupted = new Set(['video']);
  notices.update();
  expect(lines()).toEqual(['camera-interrupted']);
  interrupted = new Set(['audio']);
  notices.update();
  expect(lines()).toEqual(['microphone-interrupted']);
  interrupted = new Set(['audio', 'video']);
  notices.update();
  expect(lines()).toEqual(['both-interrupted']);
  interrupted = new Set();
  notices.update();
  expect(lines()).toEqual([]);
});

test('who tries again forgets the trouble, and not what the system holds', () => {
  troubles = { audio: 'busy' };
  interrupted = new Set(['video']);
  notices.update();
  notices.forget();
  expect(lines()).toEqual(['camera-interrupted']);
});

test('an installed app has no address beside which anything could be allowed', () => {
  troubles = { audio: 'refused' };
  notices.update();
  expect([...said.values()]).toEqual(['microphone-refused (allowInBrowser)']);
  isApp = true;
  notices.update();
  expect([...said.values()]).toEqual(['microphone-refused (allowInApp)']);
});
