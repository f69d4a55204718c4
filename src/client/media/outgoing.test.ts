/**
 * What stands between a camera and what is sent of it. The effect here is a copy of the track, which knows of no device,
 * as a track that a page generates doesn't.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLocalMedia, type LocalMedia } from './local-media.ts';

interface FakeTrack extends EventTarget {
  kind: string;
  enabled: boolean;
  muted: boolean;
  readyState: string;
  stop(): void;
  clone(): FakeTrack;
  getSettings(): { deviceId?: string; height?: number };
}

function createTrack(settings: { deviceId?: string; height?: number } = {}): FakeTrack {
  const track = Object.assign(new EventTarget(), {
    kind: 'video',
    enabled: true,
    muted: false,
    readyState: 'live',
    stop() {
      track.readyState = 'ended';
    },
    clone: () => createTrack(),
    getSettings: () => settings,
  });
  return track;
}

let cameras: FakeTrack[];
let sent: (MediaStreamTrack | null)[];
let local: LocalMedia;
/** What the effect makes of a camera, for as long as the test doesn't say otherwise: a copy. */
let make: (source: MediaStreamTrack) => MediaStreamTrack | null;

const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(async () => {
  vi.useFakeTimers();
  cameras = [];
  sent = [];
  make = (source) => source.clone();
  vi.stubGlobal('localStorage', { getItem: () => null, setItem() {} });
  vi.stubGlobal(
    'MediaStream',
    class {
      tracks = new Set<unknown>();
      addTrack = (track: unknown) => this.tracks.add(track);
      removeTrack = (track: unknown) => this.tracks.delete(track);
      getTracks = () => [...this.tracks];
    },
  );
  const mediaDevices = Object.assign(new EventTarget(), {
    enumerateDevices: async () => [],
    async getUserMedia() {
      const camera = createTrack({ deviceId: `camera-${cameras.length}`, height: 720 });
      cameras.push(camera);
      return { getTracks: () => [camera] };
    },
  });
  vi.stubGlobal('navigator', { mediaDevices });
  local = createLocalMedia({ track: (_, track) => sent.push(track), changed() {} }, (source) => make(source));
  void local.start({ audio: false, video: true });
  await settled();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what is sent and shown is what the effect makes; the device is that of the source', () => {
  const [made] = sent;
  expect(made?.readyState).toBe('live');
  expect(cameras).not.toContain(made);
  expect(local.outgoing.tracks.video).toBe(made);
  expect(local.outgoing.stream.getTracks()).toEqual([made]);
  expect(local.deviceId('video')).toBe('camera-0');
});

test('a camera that the system takes away is noticed, though the effect goes on', () => {
  Object.assign(cameras[0] ?? {}, { muted: true });
  expect(local.isInterrupted('video')).toBe(true);
  expect(local.isLive('video')).toBe(false);
});

test('a camera that ends is replaced, and what was made of it ends', async () => {
  cameras[0]?.stop();
  cameras[0]?.dispatchEvent(new Event('ended'));
  await settled();
  expect(local.deviceId('video')).toBe('camera-1');
  expect(sent.map((track) => track?.readyState)).toEqual(['ended', undefined, 'live']);
  expect(local.outgoing.stream.getTracks()).toEqual([sent[2]]);
});

test('a camera that is switched off ends together with what was made of it', async () => {
  void local.toggle('video');
  await settled();
  expect(cameras[0]?.readyState).toBe('ended');
  expect(sent.map((track) => track?.readyState)).toEqual(['ended', undefined]);
  expect(local.outgoing.stream.getTracks()).toEqual([]);
});

test('an effect that is taken away leaves the camera as it is, and one that is put on as well', () => {
  const [copy] = sent;
  make = (source) => source;
  local.renewEffect('video');
  expect(sent.at(-1)).toBe(cameras[0]);
  expect([copy?.readyState, cameras[0]?.readyState]).toEqual(['ended', 'live']);
  expect(local.outgoing.stream.getTracks()).toEqual([cameras[0]]);
  make = (source) => source.clone();
  local.renewEffect('video');
  expect(sent.at(-1)).not.toBe(cameras[0]);
  expect(cameras[0]?.readyState).toBe('live');
  expect(local.outgoing.stream.getTracks()).toEqual([sent.at(-1)]);
});

test('an effect that isn’t there yet sends nothing, not the camera', () => {
  make = () => null;
  local.renewEffect('video');
  expect(sent.at(-1)).toBe(null);
  expect(cameras[0]?.readyState).toBe('live');
  expect(local.outgoing.stream.getTracks()).toEqual([]);
  make = (source) => source.clone();
  local.renewEffect('video');
  expect(sent.at(-1)?.readyState).toBe('live');
});

test('one that makes the same again changes nothing', () => {
  const [made] = sent;
  make = () => made ?? null;
  local.renewEffect('video');
  expect(sent).toEqual([made]);
  expect(made?.readyState).toBe('live');
});

test('how many lines there are is asked of the camera', () => {
  expect(local.outgoing.lines()).toBe(720);
});
