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
  isAsking,
  listDevices,
  type Problem,
  videoConstraints,
  type Wish,
} from './devices.ts';
import type { Kind, Outgoing } from './peer.ts';
import { createQuestions, kindOf } from './questions.ts';
import { createSteadiness } from './steadiness.ts';
import { createTurns } from './turns.ts';

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
  /** What the person has switched on, whatever the devices make of it. */
  wanted(): Record<Kind, boolean>;
  /** Whether it is switched on, though it may take a moment yet to open. */
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
  /** What has to be said about it, if anything. */
  trouble(kind: Kind): Trouble | undefined;
  /** Why nothing is sent of what is switched on: the browser still asks, or there is no device to be had. */
  lack(kind: Kind): 'asking' | 'unavailable' | undefined;
}

/**
 * `asked`: nobody answers the browser's question; `asked-anew`: it is about another device, and the one before goes on
 * meanwhile; `missing-off`: there is none, and one that is plugged in stays switched off.
 */
export type Trouble = Problem | 'asked' | 'asked-anew' | 'missing-off';

const KINDS = ['audio', 'video'] as const;

export function createLocalMedia(events: LocalMediaEvents): LocalMedia {
  const outgoing: Outgoing = { stream: new MediaStream(), tracks: { audio: null, video: null } };
  /** What is to be opened: chosen on this page, or in an earlier call. */
  const wished: Partial<Record<Kind, Wish>> = {};
  const problems: Partial<Record<Kind, Problem>> = {};
  let want: Record<Kind, boolean> = { audio: false, video: false };
  let running = false;
  const questions = createQuestions(events.changed);
  const inTurn = createTurns(isAsking);
  const steadiness = { audio: createSteadiness(), video: createSteadiness() };
  /** The last choice of each, until it has come to something. */
  const choices: Partial<Record<Kind, { id: string }>> = {};

  /** @returns those that failed, and why */
  async function ask(kinds: Kind[]): Promise<{ failed: Kind[]; problem: Problem | undefined }> {
    const { tracks, ...answer } = await questions.ask(kinds, () =>
      navigator.mediaDevices.getUserMedia({
        ...(kinds.includes('audio') && { audio: audioConstraints(wished.audio) }),
        ...(kinds.includes('video') && { video: videoConstraints(wished.video) }),
      }),
    );
    for (const track of tracks) use(kindOf(track), track);
    return answer;
  }

  async function open(kinds: Kind[]): Promise<void> {
    if (!navigator.mediaDevices) {
      // Browsers give out no devices over plain HTTP, except on localhost.
      for (const kind of kinds) fail(kind, 'insecure');
      return;
    }
    const { failed, problem } = await ask(kinds);
    if (!problem) return;
    // One missing or refused device makes both fail together, so each is tried on its own.
    if (kinds.length > 1) for (const kind of failed) await open([kind]);
    else for (const kind of failed) await openAny(kind, problem);
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
    const { failed, problem } = await ask([kind]);
    if (failed.length === 0) return;
    if (problem === 'busy') await changeOver(kind, old);
    else keep(kind);
  }

  /** Many telephones open one camera at a time: the old one has to go first, and to come back if that was in vain. */
  async function changeOver(kind: Kind, old: MediaStreamTrack): Promise<void> {
    const { deviceId } = old.getSettings();
    old.stop();
    if ((await ask([kind])).failed.length === 0) return;
    wish(kind, deviceId);
    put(kind, null);
    await open([kind]);
    if (outgoing.tracks[kind]) keep(kind);
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
    const opened = performance.now();
    const lost = () => void inTurn([kind], () => replace(kind, track, performance.now() - opened));
    const ifUsed = (work: () => void) => () => outgoing.tracks[kind] === track && work();
    track.addEventListener('ended', ifUsed(lost));
    for (const change of ['ended', 'mute', 'unmute']) track.addEventListener(change, ifUsed(events.changed));
    put(kind, track);
    if (isOver(track)) lost();
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

  /** The device was unplugged or taken away: another one will do. One that keeps ending is given time, and then up. */
  async function replace(kind: Kind, gone: MediaStreamTrack, openMs: number): Promise<void> {
    if (outgoing.tracks[kind] !== gone) return;
    delete wished[kind];
    delete problems[kind];
    put(kind, null);
    const wait = steadiness[kind].ended(openMs);
    if (wait === undefined) fail(kind, 'unsteady');
    else if (wait === 0) await openIfNeeded(kind);
    else setTimeout(() => void inTurn([kind], () => openIfNeeded(kind)), wait);
  }

  /** A microphone is opened for somebody who is muted as well: then they are heard as soon as they want to be. */
  const isNeeded = (kind: Kind) => running && (want[kind] || kind === 'audio');

  async function openIfNeeded(kind: Kind): Promise<void> {
    if (isNeeded(kind) && !outgoing.tracks[kind] && !problems[kind]) await open([kind]);
  }

  async function devicesChanged(kind: Kind): Promise<void> {
    if (problems[kind] === 'missing' && isNeeded(kind) && (await listed(kind)).length > 0) await open([kind]);
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

  /** While none is there, the switch says what becomes of one that is plugged in. */
  async function lookFor(kind: Kind): Promise<void> {
    await ensure(kind);
    if (problems[kind] === 'missing') want[kind] = false;
  }

  const isOver = (track: MediaStreamTrack) => track.readyState === 'ended';

  const isOpen = (kind: Kind) => {
    const track = outgoing.tracks[kind];
    return track !== null && !isOver(track);
  };

  const isOn = (kind: Kind) =>
    want[kind] && (isOpen(kind) || !(problems[kind] || questions.isUnanswered(kind)));

  navigator.mediaDevices?.addEventListener('devicechange', () => {
    for (const kind of KINDS) void inTurn([kind], () => devicesChanged(kind));
  });

  return {
    outgoing,
    start(wanted) {
      running = true;
      want = { ...wanted };
      for (const kind of KINDS) steadiness[kind].forgive();
      events.changed();
      return inTurn(KINDS, async () => {
        const kinds = KINDS.filter((kind) => want[kind] && !outgoing.tracks[kind]);
        if (running && kinds.length > 0) await openRemembered(kinds);
      });
    },
    stop() {
      running = false;
      put('audio', null);
      put('video', null);
    },
    wanted: () => ({ ...want }),
    isOn,
    isLive: (kind) => want[kind] && isOpen(kind) && outgoing.tracks[kind]?.muted === false,
    isInterrupted: (kind) => want[kind] && isOpen(kind) && outgoing.tracks[kind]?.muted === true,
    async toggle(kind) {
      const isMissed = want[kind] && problems[kind] === 'missing';
      want[kind] = !isOn(kind);
      delete problems[kind];
      steadiness[kind].forgive();
      const track = outgoing.tracks[kind];
      if (track) track.enabled = want[kind];
      // What the browser asks for already need not be asked for once more.
      if (want[kind] && !questions.isOpen(kind)) {
        void inTurn([kind], () => (isMissed ? lookFor(kind) : ensure(kind))).then(events.changed);
      } else if (!want[kind] && kind === 'video') put('video', null);
      events.changed();
    },
    async choose(kind, deviceId) {
      const choice = { id: deviceId };
      choices[kind] = choice;
      steadiness[kind].forgive();
      await inTurn([kind], async () => {
        if (choices[kind] !== choice) return;
        const device = (await listed(kind)).find((one) => one.deviceId === deviceId);
        wish(kind, deviceId);
        if (want[kind] || outgoing.tracks[kind]) await change(kind);
        if (choices[kind] !== choice) return;
        delete choices[kind];
        if (device && wished[kind]?.id === deviceId) rememberDevice(device);
        events.changed();
      });
    },
    deviceId: (kind) =>
      choices[kind]?.id ?? outgoing.tracks[kind]?.getSettings().deviceId ?? wished[kind]?.id,
    trouble(kind) {
      if (questions.isUnanswered(kind) && want[kind]) return isOpen(kind) ? 'asked-anew' : 'asked';
      return problems[kind] === 'missing' && !want[kind] ? 'missing-off' : problems[kind];
    },
    lack(kind) {
      if (!want[kind] || isOpen(kind)) return undefined;
      if (questions.isOpen(kind)) return 'asking';
      return problems[kind] && 'unavailable';
    },
  };
}
