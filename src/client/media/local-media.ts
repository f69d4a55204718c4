/**
 * One's own microphone and camera: opened if there are any, switched on and off, exchanged for others,
 * replaced when unplugged. A call never waits for them and never fails because of them.
 *
 * What the person wants is one thing, what the devices allow another: a switch stays the way they set it,
 * whatever is plugged in, unplugged, or taken away by the system for a while.
 */
import { rememberDevice } from './device-memory.ts';
import { createDeviceOpener, listed } from './device-opener.ts';
import { createDeviceQueue } from './device-queue.ts';
import { createDeviceRequests } from './device-requests.ts';
import { createDeviceRetries } from './device-retries.ts';
import { isAsking, nextTo, type Problem } from './devices.ts';
import { createOutgoing, type Effect, type Kind, type Outgoing } from './outgoing.ts';

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
  /** Whether the system has taken it for a while: a phone call, another program. It comes back by itself. */
  isInterrupted(kind: Kind): boolean;
  toggle(kind: Kind): Promise<void>;
  /** Changes to another device, which the next call will begin with. */
  choose(kind: Kind, deviceId: string): Promise<void>;
  /** Changes to the phone's other camera, or else to the next one. Another call begins with the remembered one all the same. */
  flip(): Promise<void>;
  /** Whether the camera looks away from the person, who then isn't looking into a mirror. */
  facesAway(): boolean;
  /** The device in use, as far as it is known. */
  deviceId(kind: Kind): string | undefined;
  /** A device as it is, while it is open. */
  source(kind: Kind): MediaStreamTrack | undefined;
  /** The effect makes something else of what comes from this device from now on. */
  renewEffect(kind: Kind): void;
  /** Opens a device that is open once more, as it is asked for by now. */
  reopen(kind: Kind): Promise<void>;
  /** What has to be said about it, if anything. */
  trouble(kind: Kind): Trouble | undefined;
  /** Why something that is switched on isn't sent: the browser is still asking, or there is no device. */
  lack(kind: Kind): 'asking' | 'unavailable' | undefined;
}

/**
 * `asked`: nobody answers the browser's question; `asked-anew`: it is about another device, and the one before goes on
 * meanwhile; `missing-off`: there is none, and one that is plugged in stays switched off.
 */
export type Trouble = Problem | 'asked' | 'asked-anew' | 'missing-off';

const KINDS = ['audio', 'video'] as const;

/**
 * @param effect what is applied between the devices and what is sent; without one, they are sent as they are
 * @param suppressesNoise whether the browser is to take noise out of what a microphone hears
 */
export function createLocalMedia(
  events: LocalMediaEvents,
  effect?: Effect,
  suppressesNoise = () => true,
): LocalMedia {
  const outgoing = createOutgoing(events.track, effect);
  const problems: Partial<Record<Kind, Problem>> = {};
  let want: Record<Kind, boolean> = { audio: false, video: false };
  let running = false;
  const requests = createDeviceRequests(events.changed);
  const inTurn = createDeviceQueue(isAsking);
  const retries = { audio: createDeviceRetries(), video: createDeviceRetries() };
  /** The last choice of each, until it has come to something. */
  const choices: Partial<Record<Kind, { id: string }>> = {};

  /** A microphone is opened for somebody who is muted as well: then they are heard as soon as they want to be. */
  const isNeeded = (kind: Kind) => running && (want[kind] || kind === 'audio');

  const opener = createDeviceOpener(
    {
      track: (kind) => outgoing.sources[kind],
      use,
      empty: (kind) => put(kind, null),
      fail,
      isNeeded,
      changed: events.changed,
    },
    requests,
    suppressesNoise,
  );

  function use(kind: Kind, track: MediaStreamTrack): void {
    if (!running || (kind === 'video' && !want.video)) {
      track.stop();
      return;
    }
    delete problems[kind];
    track.enabled = want[kind];
    const opened = performance.now();
    const lost = () => void inTurn([kind], () => replace(kind, track, performance.now() - opened));
    const ifUsed = (work: () => void) => () => outgoing.sources[kind] === track && work();
    track.addEventListener('ended', ifUsed(lost));
    for (const change of ['ended', 'mute', 'unmute']) track.addEventListener(change, ifUsed(events.changed));
    put(kind, track);
    if (isOver(track)) lost();
  }

  function put(kind: Kind, track: MediaStreamTrack | null): void {
    outgoing.put(kind, track);
    events.changed();
  }

  function fail(kind: Kind, problem: Problem): void {
    problems[kind] = problem;
    events.changed();
  }

  /** The device was unplugged or taken away: another one will do. One that keeps ending is given time, and finally given up. */
  async function replace(kind: Kind, gone: MediaStreamTrack, openMs: number): Promise<void> {
    if (outgoing.sources[kind] !== gone) return;
    opener.wish(kind, undefined);
    delete problems[kind];
    put(kind, null);
    const wait = retries[kind].ended(openMs);
    if (wait === undefined) fail(kind, 'unsteady');
    else if (wait === 0) await openIfNeeded(kind);
    else setTimeout(() => void inTurn([kind], () => openIfNeeded(kind)), wait);
  }

  async function openIfNeeded(kind: Kind): Promise<void> {
    if (isNeeded(kind) && !outgoing.sources[kind] && !problems[kind]) await opener.open([kind]);
  }

  async function devicesChanged(kind: Kind): Promise<void> {
    if (problems[kind] === 'missing' && isNeeded(kind) && (await listed(kind)).length > 0) {
      await opener.open([kind]);
    }
    events.changed();
  }

  async function ensure(kind: Kind): Promise<void> {
    if (!running || !want[kind]) return;
    const track = outgoing.sources[kind];
    if (!track) return opener.openRemembered([kind]);
    track.enabled = true;
    // Some systems never give it back: whoever switches it off and on again wants it anew.
    if (track.muted) await opener.change(kind);
  }

  /** While none is there, the switch says what becomes of one that is plugged in. */
  async function lookFor(kind: Kind): Promise<void> {
    await ensure(kind);
    if (problems[kind] === 'missing') want[kind] = false;
  }

  async function flip(): Promise<void> {
    const track = outgoing.sources.video;
    if (!track) return;
    const { facingMode, deviceId } = track.getSettings();
    if (facingMode === 'user') opener.wishFacing('environment');
    else if (facingMode === 'environment') opener.wishFacing('user');
    else opener.wish('video', nextTo(deviceId, await listed('video')));
    delete problems.video;
    retries.video.reset();
    await opener.change('video');
    // Switched off and on again, the camera is the one it was.
    opener.wish('video', outgoing.sources.video?.getSettings().deviceId);
    events.changed();
  }

  const isOver = (track: MediaStreamTrack) => track.readyState === 'ended';

  const isOpen = (kind: Kind) => {
    const track = outgoing.sources[kind];
    return track !== null && !isOver(track);
  };

  const isOn = (kind: Kind) =>
    want[kind] && (isOpen(kind) || !(problems[kind] || requests.isUnanswered(kind)));

  navigator.mediaDevices?.addEventListener('devicechange', () => {
    for (const kind of KINDS) void inTurn([kind], () => devicesChanged(kind));
  });

  return {
    outgoing,
    start(wanted) {
      running = true;
      want = { ...wanted };
      for (const kind of KINDS) retries[kind].reset();
      events.changed();
      return inTurn(KINDS, async () => {
        const kinds = KINDS.filter((kind) => want[kind] && !outgoing.sources[kind]);
        if (running && kinds.length > 0) await opener.openRemembered(kinds);
      });
    },
    stop() {
      running = false;
      put('audio', null);
      put('video', null);
    },
    wanted: () => ({ ...want }),
    isOn,
    isLive: (kind) => want[kind] && isOpen(kind) && outgoing.sources[kind]?.muted === false,
    isInterrupted: (kind) => want[kind] && isOpen(kind) && outgoing.sources[kind]?.muted === true,
    async toggle(kind) {
      const isMissed = want[kind] && problems[kind] === 'missing';
      want[kind] = !isOn(kind);
      delete problems[kind];
      retries[kind].reset();
      const track = outgoing.sources[kind];
      if (track) track.enabled = want[kind];
      // What the browser asks for already need not be asked for once more.
      if (want[kind] && !requests.isOpen(kind)) {
        void inTurn([kind], () => (isMissed ? lookFor(kind) : ensure(kind))).then(events.changed);
      } else if (!want[kind] && kind === 'video') put('video', null);
      events.changed();
    },
    async choose(kind, deviceId) {
      const choice = { id: deviceId };
      choices[kind] = choice;
      retries[kind].reset();
      await inTurn([kind], async () => {
        if (choices[kind] !== choice) return;
        const device = (await listed(kind)).find((one) => one.deviceId === deviceId);
        opener.wish(kind, deviceId);
        if (want[kind] || outgoing.sources[kind]) await opener.change(kind);
        if (choices[kind] !== choice) return;
        delete choices[kind];
        if (device && opener.wished(kind) === deviceId) rememberDevice(device);
        events.changed();
      });
    },
    flip: () => inTurn(['video'], flip),
    facesAway: () => outgoing.sources.video?.getSettings().facingMode === 'environment',
    source(kind) {
      const source = outgoing.sources[kind];
      return source && !isOver(source) ? source : undefined;
    },
    renewEffect(kind) {
      outgoing.renew(kind);
      events.changed();
    },
    reopen: (kind) =>
      inTurn([kind], async () => {
        const track = outgoing.sources[kind];
        if (!track) return;
        opener.wish(kind, track.getSettings().deviceId ?? opener.wished(kind));
        await opener.reopen(kind, track);
        events.changed();
      }),
    deviceId: (kind) =>
      choices[kind]?.id ?? outgoing.sources[kind]?.getSettings().deviceId ?? opener.wished(kind),
    trouble(kind) {
      if (!running) return undefined;
      if (requests.isUnanswered(kind) && want[kind]) return isOpen(kind) ? 'asked-anew' : 'asked';
      return problems[kind] === 'missing' && !want[kind] ? 'missing-off' : problems[kind];
    },
    lack(kind) {
      if (!running || !want[kind] || isOpen(kind)) return undefined;
      if (requests.isOpen(kind)) return 'asking';
      return problems[kind] && 'unavailable';
    },
  };
}
