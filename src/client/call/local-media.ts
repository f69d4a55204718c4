/**
 * One's own microphone and camera: opened with what there is, switched on and off, changed for others,
 * replaced when unplugged. A call never waits for them and never fails because of them.
 */

import { audioConstraints, listDevices, type Problem, problemOf, videoConstraints } from './devices.ts';
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
  toggle(kind: Kind): Promise<void>;
  choose(kind: Kind, deviceId: string): Promise<void>;
  /** The device in use, as far as it is known. */
  deviceId(kind: Kind): string | undefined;
  problem(kind: Kind): Problem | undefined;
}

export function createLocalMedia(events: LocalMediaEvents): LocalMedia {
  const outgoing: Outgoing = { stream: new MediaStream(), tracks: { audio: null, video: null } };
  const chosen: Partial<Record<Kind, string>> = {};
  const problems: Partial<Record<Kind, Problem>> = {};
  let wanted: Record<Kind, boolean> = { audio: false, video: false };
  let want = wanted;
  let running = false;

  async function open(kinds: Kind[]): Promise<void> {
    if (!navigator.mediaDevices) {
      // Browsers give out no devices over plain HTTP, except on localhost.
      for (const kind of kinds) fail(kind, 'insecure');
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        ...(kinds.includes('audio') && { audio: audioConstraints(chosen.audio) }),
        ...(kinds.includes('video') && { video: videoConstraints(chosen.video) }),
      });
      for (const track of stream.getTracks()) use(track.kind === 'audio' ? 'audio' : 'video', track);
    } catch (error) {
      // One missing or refused device makes both fail together, so each is tried on its own.
      if (kinds.length > 1) for (const kind of kinds) await open([kind]);
      else for (const kind of kinds) await openAny(kind, problemOf(error));
    }
  }

  /** The chosen device can't be had: what is open stays open, and where nothing is, any other will do. */
  async function openAny(kind: Kind, problem: Problem): Promise<void> {
    const hadChosen = chosen[kind] !== undefined;
    delete chosen[kind];
    if (hadChosen && !outgoing.tracks[kind] && problem !== 'refused') await open([kind]);
    else fail(kind, problem);
  }

  function use(kind: Kind, track: MediaStreamTrack): void {
    if (!running || (kind === 'video' && !want.video)) {
      track.stop();
      return;
    }
    delete problems[kind];
    track.enabled = want[kind];
    track.addEventListener('ended', () => outgoing.tracks[kind] === track && void replace(kind));
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
    if (!outgoing.tracks[kind]) want[kind] = false;
    events.changed();
  }

  /** The device was unplugged or taken away: another one will do. */
  async function replace(kind: Kind): Promise<void> {
    delete chosen[kind];
    put(kind, null);
    await open([kind]);
  }

  async function devicesChanged(): Promise<void> {
    for (const kind of ['audio', 'video'] as const) {
      if (!running || problems[kind] !== 'missing' || outgoing.tracks[kind]) continue;
      const input = `${kind}input`;
      if (!(await listDevices()).some((device) => device.kind === input)) continue;
      // Somebody who plugs a headset in during a call without a microphone wants to be heard.
      want[kind] = kind === 'audio' || wanted.video;
      if (want[kind]) await open([kind]);
    }
    events.changed();
  }

  navigator.mediaDevices?.addEventListener('devicechange', () => void devicesChanged());

  return {
    outgoing,
    async start(kindsWanted) {
      running = true;
      wanted = kindsWanted;
      want = { ...wanted };
      events.changed();
      const kinds = (['audio', 'video'] as const).filter((kind) => want[kind] && !outgoing.tracks[kind]);
      if (kinds.length > 0) await open(kinds);
    },
    stop() {
      running = false;
      put('audio', null);
      put('video', null);
    },
    isOn: (kind) => want[kind],
    isLive: (kind) => want[kind] && outgoing.tracks[kind] !== null,
    async toggle(kind) {
      want[kind] = !want[kind];
      const track = outgoing.tracks[kind];
      if (!want[kind] && kind === 'video') put('video', null);
      else if (track) track.enabled = want[kind];
      else if (want[kind]) {
        delete problems[kind];
        events.changed();
        await open([kind]);
      }
      events.changed();
    },
    async choose(kind, deviceId) {
      chosen[kind] = deviceId;
      if (want[kind] || outgoing.tracks[kind]) await open([kind]);
      else events.changed();
    },
    deviceId: (kind) => outgoing.tracks[kind]?.getSettings().deviceId ?? chosen[kind],
    problem: (kind) => problems[kind],
  };
}
