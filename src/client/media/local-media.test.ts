import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLocalMedia, type LocalMedia } from './local-media.ts';
import type { Kind } from './outgoing.ts';

/** A camera or microphone that is open. No browser can be made to lose one at a given moment, so these are made up. */
interface FakeTrack extends EventTarget {
  kind: Kind;
  enabled: boolean;
  muted: boolean;
  readyState: 'live' | 'ended';
  stop(): void;
  getSettings(): { deviceId: string; facingMode?: string | undefined };
}

function createTrack(kind: Kind, deviceId: string, facingMode?: string): FakeTrack {
  const track = Object.assign(new EventTarget(), {
    kind,
    enabled: true,
    muted: false,
    readyState: 'live' as 'live' | 'ended',
    stop() {
      track.readyState = 'ended';
    },
    getSettings: () => ({ deviceId, facingMode }),
  });
  return track;
}

function FakeStream(this: unknown, given: FakeTrack[] = []) {
  const tracks = new Set(given);
  return {
    getTracks: () => [...tracks],
    addTrack: (track: FakeTrack) => tracks.add(track),
    removeTrack: (track: FakeTrack) => tracks.delete(track),
  };
}

interface Question {
  kinds: Kind[];
  deviceId(kind: Kind): string | undefined;
  allow(): Promise<void>;
  refuse(name: string): Promise<void>;
}

interface Wanted {
  deviceId?: { exact?: string; ideal?: string };
  facingMode?: string | { exact?: string };
}
type Asked = Partial<Record<Kind, Wanted>>;

/** What is plugged in, and a browser that answers at once, unless `asks` has it wait for the test's answer. */
function createMachine() {
  const plugged = new Map<string, Kind>([
    ['mic-a', 'audio'],
    ['mic-b', 'audio'],
    ['cam-a', 'video'],
    ['cam-b', 'video'],
  ]);
  /** Where cameras look, on a phone. */
  const facing = new Map<string, string>();
  const open: FakeTrack[] = [];
  const questions: Question[] = [];
  let requests = 0;
  let asks = false;
  let granted = false;
  let onOpened: (track: FakeTrack) => unknown = () => undefined;

  function give(constraints: Asked): object {
    const tracks: FakeTrack[] = [];
    for (const kind of ['audio', 'video'] as const) {
      const wanted = constraints[kind];
      if (!wanted) continue;
      const looks = typeof wanted.facingMode === 'object' ? wanted.facingMode.exact : undefined;
      const there = [...plugged]
        .filter(([id, its]) => its === kind && (looks === undefined || facing.get(id) === looks))
        .map(([id]) => id);
      const exact = wanted.deviceId?.exact;
      const id =
        exact === undefined ? (there.find((one) => one === wanted.deviceId?.ideal) ?? there[0]) : exact;
      if (id === undefined || !there.includes(id)) throw new DOMException('', 'NotFoundError');
      tracks.push(createTrack(kind, id, facing.get(id)));
    }
    open.push(...tracks);
    for (const track of tracks) onOpened(track);
    return Reflect.construct(FakeStream, [tracks]);
  }

  const mediaDevices = Object.assign(new EventTarget(), {
    enumerateDevices: async () =>
      [...plugged].map(([deviceId, kind]) => ({ deviceId, kind: `${kind}input`, label: deviceId })),
    getUserMedia: (constraints: Asked) => {
      requests += 1;
      if (!asks) return new Promise((resolve) => resolve(give(constraints)));
      return new Promise((resolve, reject) => {
        questions.push({
          kinds: (['audio', 'video'] as const).filter((kind) => constraints[kind]),
          deviceId: (kind) => constraints[kind]?.deviceId?.exact ?? constraints[kind]?.deviceId?.ideal,
          allow: () => {
            resolve(give(constraints));
            return settled();
          },
          refuse: (name) => {
            reject(new DOMException('', name));
            return settled();
          },
        });
      });
    },
  });
  return {
    mediaDevices,
    facing,
    questions,
    requests: () => requests,
    permissions: { query: async () => ({ state: granted ? 'granted' : 'prompt' }) },
    /** The person has told the browser to remember the permission. */
    grant: () => {
      granted = true;
    },
    ask: (on: boolean) => {
      asks = on;
    },
    opened: (then: (track: FakeTrack) => unknown) => {
      onOpened = then;
    },
    live: (kind: Kind) => open.filter((track) => track.kind === kind && track.readyState === 'live'),
    async unplug(...ids: string[]) {
      for (const id of ids) {
        plugged.delete(id);
        for (const track of open.filter((one) => one.getSettings().deviceId === id)) end(track);
      }
      mediaDevices.dispatchEvent(new Event('devicechange'));
      await settled();
    },
    async plugIn(id: string, kind: Kind) {
      plugged.set(id, kind);
      mediaDevices.dispatchEvent(new Event('devicechange'));
      await settled();
    },
  };
}

/** As the browser does when a device goes: the track is over, and says so. */
function end(track: FakeTrack): void {
  if (track.readyState === 'ended') return;
  track.stop();
  track.dispatchEvent(new Event('ended'));
}

/** All that follows without waiting for a clock. */
const settled = async () => {
  await vi.advanceTimersByTimeAsync(0);
};

let machine: ReturnType<typeof createMachine>;
let local: LocalMedia;
let sent: Record<Kind, FakeTrack | null>;

beforeEach(() => {
  vi.useFakeTimers();
  machine = createMachine();
  sent = { audio: null, video: null };
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  vi.stubGlobal('MediaStream', FakeStream);
  vi.stubGlobal('navigator', { mediaDevices: machine.mediaDevices, permissions: machine.permissions });
  local = createLocalMedia({
    track: (kind, track) => Object.assign(sent, { [kind]: track }),
    changed() {},
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const isHeard = () => sent.audio?.readyState === 'live' && sent.audio.enabled;
const isSeen = () => sent.video?.readyState === 'live' && sent.video.enabled;

async function begin(): Promise<void> {
  void local.start({ audio: true, video: true });
  await settled();
}

describe("a person's own mute outlives", () => {
  const muted = async () => {
    await begin();
    expect(isHeard()).toBe(true);
    void local.toggle('audio');
    await settled();
    expect(isHeard()).toBe(false);
  };

  test('the microphone unplugged and plugged in again', async () => {
    await muted();
    await machine.unplug('mic-a', 'mic-b');
    expect(local.trouble('audio')).toBe('missing-off');
    await machine.plugIn('mic-a', 'audio');
    expect(isHeard()).toBe(false);
    expect(local.isOn('audio')).toBe(false);
  });

  test('another microphone that takes over', async () => {
    await muted();
    await machine.unplug('mic-a');
    expect(sent.audio?.getSettings().deviceId).toBe('mic-b');
    expect(isHeard()).toBe(false);
  });

  test('a switch that is pressed while there is no microphone', async () => {
    await begin();
    await machine.unplug('mic-a', 'mic-b');
    expect(local.trouble('audio')).toBe('missing');
    void local.toggle('audio');
    await settled();
    expect(local.trouble('audio')).toBe('missing-off');
    await machine.plugIn('mic-a', 'audio');
    expect([isHeard(), local.isOn('audio')]).toEqual([false, false]);
    void local.toggle('audio');
    await settled();
    expect([isHeard(), local.isOn('audio')]).toEqual([true, true]);
  });

  test('the microphone chosen anew', async () => {
    await muted();
    void local.choose('audio', 'mic-b');
    await settled();
    expect(sent.audio?.getSettings().deviceId).toBe('mic-b');
    expect(isHeard()).toBe(false);
  });

  test('a permission that comes late', async () => {
    machine.ask(true);
    await begin();
    void local.toggle('audio');
    void local.toggle('video');
    await machine.questions[0]?.allow();
    expect([isHeard(), isSeen()]).toEqual([false, false]);
    expect(machine.live('video')).toEqual([]);
    expect([local.isOn('audio'), local.isOn('video')]).toEqual([false, false]);
  });
});

test('who is heard again after a replug is who did not switch it off', async () => {
  await begin();
  await machine.unplug('mic-a', 'mic-b', 'cam-a', 'cam-b');
  expect([local.isOn('audio'), local.isLive('audio'), local.lack('audio')]).toEqual([
    false,
    false,
    'unavailable',
  ]);
  await machine.plugIn('mic-a', 'audio');
  await machine.plugIn('cam-a', 'video');
  expect([isHeard(), isSeen()]).toEqual([true, true]);
});

describe('a question that nobody answers', () => {
  test('is told after three seconds, and till then and after that nothing untrue', async () => {
    machine.ask(true);
    await begin();
    expect([local.trouble('audio'), local.trouble('video'), local.lack('audio')]).toEqual([
      undefined,
      undefined,
      'asking',
    ]);
    await vi.advanceTimersByTimeAsync(3000);
    expect([local.trouble('audio'), local.trouble('video')]).toEqual(['asked', 'asked']);
    expect([local.isOn('audio'), local.isLive('audio'), local.isOn('video')]).toEqual([false, false, false]);
    await machine.questions[0]?.allow();
    expect([local.trouble('audio'), local.trouble('video'), local.lack('audio')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([isHeard(), isSeen(), local.isOn('audio')]).toEqual([true, true, true]);
  });

  test('is none any more when the call is over, and its answer opens nothing', async () => {
    machine.ask(true);
    await begin();
    local.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([local.trouble('audio'), local.lack('audio')]).toEqual([undefined, undefined]);
    await machine.questions[0]?.allow();
    expect([...machine.live('audio'), ...machine.live('video')]).toEqual([]);
  });

  test('is the only one about its device, whatever is pressed and plugged in', async () => {
    machine.ask(true);
    await begin();
    for (let second = 0; second < 60; second += 10) {
      void local.toggle('audio');
      void local.toggle('video');
      void local.choose('video', 'cam-b');
      await machine.plugIn('mic-c', 'audio');
      await vi.advanceTimersByTimeAsync(10_000);
      expect(machine.questions).toHaveLength(1);
    }
    await machine.questions[0]?.refuse('NotAllowedError');
    // Each is tried by itself, one at a time.
    expect(machine.questions.slice(1).map(({ kinds }) => kinds)).toEqual([['audio']]);
  });

  test('about one device holds back no other', async () => {
    await begin();
    machine.ask(true);
    void local.choose('video', 'cam-b');
    void local.choose('audio', 'mic-b');
    await settled();
    expect(machine.questions.map(({ kinds }) => kinds)).toEqual([['video'], ['audio']]);
    await machine.questions[1]?.allow();
    await vi.advanceTimersByTimeAsync(3000);
    // The camera before is still seen.
    expect([local.trouble('video'), local.trouble('audio')]).toEqual(['asked-anew', undefined]);
    expect([isSeen(), local.isOn('video')]).toEqual([true, true]);
  });
});

describe('of two quick choices the last one stays', () => {
  const used = (kind: Kind) => sent[kind]?.getSettings().deviceId;

  test('though the first is slow', async () => {
    await begin();
    machine.ask(true);
    void local.choose('video', 'cam-b');
    await settled();
    void local.choose('video', 'cam-a');
    expect(local.deviceId('video')).toBe('cam-a');
    await machine.questions[0]?.allow();
    await machine.questions[1]?.allow();
    expect(used('video')).toBe('cam-a');
    expect(machine.live('video')).toHaveLength(1);
  });

  test('though the first hangs for so long that the second is tried before it', async () => {
    machine.grant();
    await begin();
    machine.ask(true);
    void local.choose('video', 'cam-b');
    await settled();
    void local.choose('video', 'cam-a');
    await vi.advanceTimersByTimeAsync(6000);
    expect(machine.questions).toHaveLength(2);
    await machine.questions[1]?.allow();
    await machine.questions[0]?.allow();
    expect(used('video')).toBe('cam-a');
    expect(machine.live('video')).toHaveLength(1);
    expect(JSON.parse(localStorage.getItem('porchlight.devices') ?? '{}')).toMatchObject({
      videoinput: { id: 'cam-a' },
    });
  });

  test('and one in between is never opened', async () => {
    await begin();
    const before = machine.requests();
    for (const id of ['mic-b', 'mic-a', 'mic-b', 'mic-a']) void local.choose('audio', id);
    await settled();
    expect(used('audio')).toBe('mic-a');
    expect(machine.requests() - before).toBe(1);
  });
});

describe('a device that ends as soon as it is open', () => {
  const failing = async (kind: Kind) => {
    machine.opened((track) => track.kind === kind && setTimeout(() => end(track), 10));
    await begin();
  };

  test('is opened again later and later, and then given up with a word', async () => {
    await failing('video');
    await vi.advanceTimersByTimeAsync(5000);
    expect(machine.requests()).toBeLessThanOrEqual(5);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(machine.requests()).toBe(6);
    expect([local.trouble('video'), local.isOn('video'), isHeard()]).toEqual(['unsteady', false, true]);
    // Its coming and going is no reason to begin anew, a press is.
    await machine.plugIn('cam-a', 'video');
    expect(machine.requests()).toBe(6);
    machine.opened(() => {});
    void local.toggle('video');
    await settled();
    expect([isSeen(), local.trouble('video')]).toEqual([true, undefined]);
  });

  test('also where it is over before anybody could listen', async () => {
    machine.opened((track) => track.kind === 'audio' && track.stop());
    await begin();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(machine.requests()).toBe(6);
    expect([local.trouble('audio'), isSeen()]).toEqual(['unsteady', true]);
  });

  test('and one that ends after a while is replaced at once', async () => {
    await begin();
    for (let time = 0; time < 10; time++) {
      await vi.advanceTimersByTimeAsync(60_000);
      for (const track of machine.live('video')) end(track);
      await settled();
      expect(isSeen()).toBe(true);
    }
  });
});

describe('flipping the camera', () => {
  const camera = () => sent.video?.getSettings().deviceId;
  const flip = async () => {
    void local.flip();
    await settled();
  };

  test('goes to the other side of a phone, whatever number of cameras is on either', async () => {
    await machine.plugIn('cam-c', 'video');
    machine.facing.set('cam-a', 'user').set('cam-b', 'user').set('cam-c', 'environment');
    await begin();
    expect([camera(), local.facesAway()]).toEqual(['cam-a', false]);
    await flip();
    expect([camera(), local.facesAway()]).toEqual(['cam-c', true]);
    await flip();
    expect([camera(), local.facesAway()]).toEqual(['cam-a', false]);
    expect(machine.live('video')).toHaveLength(1);
  });

  test('goes through all cameras where none says which way it looks', async () => {
    await begin();
    await flip();
    expect(camera()).toBe('cam-b');
    await flip();
    expect(camera()).toBe('cam-a');
  });

  test('lasts while the camera is off, and no longer than the call', async () => {
    machine.facing.set('cam-a', 'user').set('cam-b', 'environment');
    await begin();
    await flip();
    for (let press = 0; press < 2; press++) {
      void local.toggle('video');
      await settled();
    }
    expect(camera()).toBe('cam-b');
    expect(localStorage.getItem('porchlight.devices')).toBeNull();
  });

  test('to a camera that cannot be opened keeps the one before and says so', async () => {
    machine.facing.set('cam-a', 'user').set('cam-b', 'user');
    await begin();
    await flip();
    expect(camera()).toBe('cam-a');
    expect(isSeen()).toBe(true);
    expect(local.trouble('video')).toBe('unchanged');
  });

  test('does nothing while the camera is off', async () => {
    void local.start({ audio: true, video: false });
    await settled();
    await flip();
    expect(machine.live('video')).toEqual([]);
  });
});
