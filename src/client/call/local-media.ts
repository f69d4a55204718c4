/**
 * One's own microphone and camera: opened with what there is, switched on and off, changed for others,
 * replaced when unplugged. A call never waits for them and never fails because of them.
 *
 * What the person wants is one thing, what the devices allow another: a switch that they turned stays as it is
 * whatever is plugged in, unplugged, or taken away by the system for a while.
 */

import { findRemembered, recallDevice, rememberDevice } from './device-memory.ts';
import {
  audioConstraints,
  listDevices,
  type Problem,
  problemOf,
  videoConstraints,
  type Wish,
} from './devices.ts';
import type { Kind, Outgoing } from './peer.ts';

export interface LocalMediaEvents {
  /** Another track, or none, is to be sent from now on. */
  track(kind: Kind, track: MediaStreamTrack | null): void;
  /** Something that is shown has changed: a switch, a device, a problem. */
  changed(): void;
}

export interface LocalMedia {
  outgoing: Outgoing;
  /** Opens what is wanted; with one question to the person where possible. */
  start(wanted: Record<Kind, boolean>): Promise<void>;
  stop(): void;
  /** Whether it is switched on, though it may not be open yet. */
  isOn(kind: Kind): boolean;
  /** Whether something is sent right now. */
  isLive(kind: Kind): boolean;
  /** Whether the system has it for a while: a phone call, another program. It comes back by itself. */
  isInterrupted(kind: Kind): boolean;
  toggle(kind: Kind): Promise<void>;
  /** Changes to another device, which the next call will begin with. */
  choose(kind: Kind, deviceId: string): Promise<void>;
  /** The device in use, as far as it is known. */
  deviceId(kind: Kind): string | undefined;
  problem(kind: Kind): Problem | undefined;
}

const KINDS = ['audio', 'video'] as const;
/** Longer than any device takes. */
const TURN_MS = 5000;

export function createLocalMedia(events: LocalMediaEvents): LocalMedia {
  const outgoing: Outgoing = { stream: new MediaStream(), tracks: { audio: null, video: null } };
  /** What is to be opened: chosen on this page, or in an earlier call. */
  const wished: Partial<Record<Kind, Wish>> = {};
  const problems: Partial<Record<Kind, Problem>> = {};
  let want: Record<Kind, boolean> = { audio: false, video: false };
  let running = false;
  let last = Promise.resolve();

  /**
   * One at a time: of two that open the same camera at once, the wrong one may come last. But a browser's question that
   * was never answered holds back nothing.
   */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const patience = () => new Promise<void>((resolve) => setTimeout(resolve, TURN_MS));
    last = last
      .then(() => Promise.race([work(), patience()]))
      .catch((error: unknown) => console.warn('A device could not be changed.', error));
    return last;
  }

  function request(kinds: Kind[]): Promise<MediaStream> {
    return navigator.mediaDevices.getUserMedia({
      ...(kinds.includes('audio') && { audio: audioConstraints(wished.audio) }),
      ...(kinds.includes('video') && { video: videoConstraints(wished.video) }),
    });
  }

  function useAll(stream: MediaStream): void {
    for (const track of stream.getTracks()) use(track.kind === 'audio' ? 'audio' : 'video', track);
  }

  async function open(kinds: Kind[]): Promise<void> {
    if (!navigator.mediaDevices) {
      // Browsers give out no devices over plain HTTP, except on localhost.
      for (const kind of kinds) fail(kind, 'insecure');
      return;
    }
    try {
      useAll(await request(kinds));
    } catch (error) {
      // One missing or refused device makes both fail together, so each is tried on its own.
      if (kinds.length > 1) for (const kind of kinds) await open([kind]);
      else for (const kind of kinds) await openAny(kind, problemOf(error));
    }
  }

  /** The device that was asked for can't be had: any other will do. */
  async function openAny(kind: Kind, problem: Problem): Promise<void> {
    const hadWish = wished[kind] !== undefined;
    delete wished[kind];
    if (hadWish && (problem === 'missing' || problem === 'busy')) await open([kind]);
    else fail(kind, problem);
  }

  /** Opens one's choice in place of what is open. That stays if nothing else can be had. */
  async function change(kind: Kind): Promise<void> {
    const old = outgoing.tracks[kind];
    if (!old) return open([kind]);
    try {
      useAll(await request([kind]));
    } catch (error) {
      if (problemOf(error) !== 'busy') return keep(kind);
      await changeOver(kind, old);
    }
  }

  /** Many telephones open one camera at a time: the old one has to go first, and to come back if that was in vain. */
  async function changeOver(kind: Kind, old: MediaStreamTrack): Promise<void> {
    const { deviceId } = old.getSettings();
    old.stop();
    try {
      useAll(await request([kind]));
    } catch {
      wish(kind, deviceId);
      put(kind, null);
      await open([kind]);
      if (outgoing.tracks[kind]) keep(kind);
    }
  }

  function keep(kind: Kind): void {
    wish(kind, outgoing.tracks[kind]?.getSettings().deviceId);
    fail(kind, 'unchanged');
  }

  function wish(kind: Kind, id: string | undefined): void {
    if (id) wished[kind] = { id, isThere: true };
    else delete wished[kind];
  }

  function use(kind: Kind, track: MediaStreamTrack): void {
    if (!running || (kind === 'video' && !want.video)) {
      track.stop();
      return;
    }
    delete problems[kind];
    track.enabled = want[kind];
    const ifUsed = (work: () => void) => () => outgoing.tracks[kind] === track && work();
    track.addEventListener(
      'ended',
      ifUsed(() => void inTurn(() => replace(kind, track))),
    );
    for (const change of ['mute', 'unmute']) track.addEventListener(change, ifUsed(events.changed));
    put(kind, track);
  }

  /** The old track ends only after the new one is there, so that there is no hole between them. */
  function put(kind: Kind, track: MediaStreamTrack | null): void {
    const old = outgoing.tracks[kind];
    outgoing.tracks[kind] = track;
    if (track) outgoing.stream.addTrack(track);
    events.track(kind, track);
    if (old) {
      outgoing.stream.removeTrack(old);
      old.stop();
    }
    events.changed();
  }

  function fail(kind: Kind, problem: Problem): void {
    problems[kind] = problem;
    events.changed();
  }

  /** The device was unplugged or taken away: another one will do. */
  async function replace(kind: Kind, gone: MediaStreamTrack): Promise<void> {
    if (outgoing.tracks[kind] !== gone) return;
    delete wished[kind];
    put(kind, null);
    await open([kind]);
  }

  /** A microphone is opened for somebody who is muted as well: then they are heard as soon as they want to be. */
  const isNeeded = (kind: Kind) => running && (want[kind] || kind === 'audio');

  async function devicesChanged(): Promise<void> {
    const devices = await listDevices();
    for (const kind of KINDS) {
      if (!isNeeded(kind) || problems[kind] !== 'missing' || outgoing.tracks[kind]) continue;
      if (devices.some((device) => device.kind === `${kind}input`)) await open([kind]);
    }
    events.changed();
  }

  async function listed(kind: Kind): Promise<MediaDeviceInfo[]> {
    return (await listDevices()).filter((device) => device.kind === `${kind}input`);
  }

  /** Before there is permission devices have no names: whether the remembered one is there is told by the opening. */
  async function openRemembered(kinds: Kind[]): Promise<void> {
    for (const kind of kinds) {
      const known = wished[kind] ? undefined : recallDevice(`${kind}input`);
      const there = known && findRemembered(known, await listed(kind));
      if (known) wished[kind] = { id: there?.deviceId ?? known.id, isThere: there !== undefined };
    }
    await open(kinds);
    // Some browsers give their devices new ids at each visit; by its label it is known again.
    for (const kind of kinds) {
      const known = wished[kind]?.isThere === false ? recallDevice(`${kind}input`) : undefined;
      const there = known && findRemembered(known, await listed(kind));
      if (!there || there.deviceId === known.id) continue;
      wish(kind, there.deviceId);
      if (there.deviceId !== outgoing.tracks[kind]?.getSettings().deviceId) await open([kind]);
    }
  }

  async function ensure(kind: Kind): Promise<void> {
    if (!running || !want[kind]) return;
    const track = outgoing.tracks[kind];
    if (!track) return openRemembered([kind]);
    track.enabled = true;
    // Some systems never give it back: whoever switches it off and on again wants it anew.
    if (track.muted) await change(kind);
  }

  const isOn = (kind: Kind) => want[kind] && (outgoing.tracks[kind] !== null || !problems[kind]);

  navigator.mediaDevices?.addEventListener('devicechange', () => void inTurn(devicesChanged));

  return {
    outgoing,
    start(wanted) {
      running = true;
      want = { ...wanted };
      events.changed();
      return inTurn(async () => {
        const kinds = KINDS.filter((kind) => want[kind] && !outgoing.tracks[kind]);
        if (running && kinds.length > 0) await openRemembered(kinds);
      });
    },
    stop() {
      running = false;
      put('audio', null);
      put('video', null);
    },
    isOn,
    isLive: (kind) => want[kind] && outgoing.tracks[kind]?.muted === false,
    isInterrupted: (kind) => want[kind] && outgoing.tracks[kind]?.muted === true,
    async toggle(kind) {
      want[kind] = !isOn(kind);
      delete problems[kind];
      const track = outgoing.tracks[kind];
      if (track) track.enabled = want[kind];
      if (want[kind]) void inTurn(() => ensure(kind)).then(events.changed);
      else if (kind === 'video') put('video', null);
      events.changed();
    },
    async choose(kind, deviceId) {
      const device = (await listDevices()).find(
        (one) => one.kind === `${kind}input` && one.deviceId === deviceId,
      );
      await inTurn(async () => {
        wish(kind, deviceId);
        if (want[kind] || outgoing.tracks[kind]) await change(kind);
        if (device && wished[kind]?.id === deviceId) rememberDevice(device);
        events.changed();
      });
    },
    deviceId: (kind) => outgoing.tracks[kind]?.getSettings().deviceId ?? wished[kind]?.id,
    problem: (kind) => problems[kind],
  };
}
