/** Which camera and microphone are opened: the chosen, an earlier call's, or any; and what happens to the previous one. */

import { findRemembered, recallDevice } from './device-memory.ts';
import { type DeviceRequests, kindOf } from './device-requests.ts';
import {
  audioConstraints,
  type Facing,
  listDevices,
  type Problem,
  videoConstraints,
  type Wish,
} from './devices.ts';
import type { Kind } from './outgoing.ts';

export interface Slots {
  /** What is open now. */
  track(kind: Kind): MediaStreamTrack | null;
  /** Takes one that was opened, replacing what is open. */
  use(kind: Kind, track: MediaStreamTrack): void;
  /** Nothing is open any more. */
  empty(kind: Kind): void;
  fail(kind: Kind, problem: Problem): void;
  /** Whether one is wanted at all. */
  isNeeded(kind: Kind): boolean;
  /** One that is open has been stopped: nothing else may hold on to it. */
  changed(): void;
}

export interface DeviceOpener {
  /** Opens any device of each kind, with one question to the person where possible. */
  open(kinds: Kind[]): Promise<void>;
  /** Opens what was chosen on this page, or in an earlier call. */
  openRemembered(kinds: Kind[]): Promise<void>;
  /** Opens the chosen one instead of what is open, which stays if nothing else can be opened. */
  change(kind: Kind): Promise<void>;
  /**
   * Opens it once more, with what is asked of it by now: closed before, because Chromium has one way of treating a microphone's
   * sound for as long as it is open. Where it can't be had any more, another is opened.
   */
  reopen(kind: Kind, old: MediaStreamTrack): Promise<void>;
  /** What is to be opened next: this one, or any. */
  wish(kind: Kind, id: string | undefined): void;
  /** The next camera to be opened is one that looks there. */
  wishFacing(facing: Facing): void;
  wished(kind: Kind): string | undefined;
}

export async function listed(kind: Kind): Promise<MediaDeviceInfo[]> {
  return (await listDevices()).filter((device) => device.kind === `${kind}input`);
}

/** @param suppressesNoise whether the browser is to take noise out of what a microphone hears */
export function createDeviceOpener(
  slots: Slots,
  requests: DeviceRequests,
  suppressesNoise: () => boolean,
): DeviceOpener {
  const wished: Partial<Record<Kind, Wish>> = {};

  /** @returns those that failed, and why */
  async function ask(kinds: Kind[]): Promise<{ failed: Kind[]; problem: Problem | undefined }> {
    const { tracks, ...answer } = await requests.ask(kinds, () =>
      navigator.mediaDevices.getUserMedia({
        ...(kinds.includes('audio') && { audio: audioConstraints(wished.audio, suppressesNoise()) }),
        ...(kinds.includes('video') && { video: videoConstraints(wished.video) }),
      }),
    );
    for (const track of tracks) slots.use(kindOf(track), track);
    return answer;
  }

  async function open(kinds: Kind[]): Promise<void> {
    if (!navigator.mediaDevices) {
      // Browsers don't allow devices over plain HTTP, except on localhost.
      for (const kind of kinds) slots.fail(kind, 'insecure');
      return;
    }
    const { failed, problem } = await ask(kinds);
    if (!problem) return;
    // One missing or refused device makes both fail together, so each is tried on its own.
    if (kinds.length > 1) for (const kind of failed) await open([kind]);
    else for (const kind of failed) await openAny(kind, problem);
  }

  /** The requested device can't be opened: any other will do. */
  async function openAny(kind: Kind, problem: Problem): Promise<void> {
    const hadWish = wished[kind] !== undefined;
    delete wished[kind];
    if (hadWish && (problem === 'missing' || problem === 'busy')) await open([kind]);
    else slots.fail(kind, problem);
  }

  async function change(kind: Kind): Promise<void> {
    const old = slots.track(kind);
    if (!old) return open([kind]);
    const { failed, problem } = await ask([kind]);
    if (failed.length === 0) return;
    if (problem === 'busy') await changeOver(kind, old);
    else keep(kind);
  }

  /** Many phones can open only one camera at a time: the old one has to be closed first, and reopened if that was in vain. */
  async function changeOver(kind: Kind, old: MediaStreamTrack): Promise<void> {
    const { deviceId } = old.getSettings();
    old.stop();
    slots.changed();
    if ((await ask([kind])).failed.length === 0) return;
    wish(kind, deviceId);
    slots.empty(kind);
    if (slots.isNeeded(kind)) await open([kind]);
    if (slots.track(kind)) keep(kind);
  }

  function keep(kind: Kind): void {
    wish(kind, slots.track(kind)?.getSettings().deviceId);
    slots.fail(kind, 'unchanged');
  }

  function wish(kind: Kind, id: string | undefined): void {
    if (id) wished[kind] = { id, isThere: true };
    else delete wished[kind];
  }

  const wishedId = (kind: Kind) => {
    const wanted = wished[kind];
    return wanted && 'id' in wanted ? wanted.id : undefined;
  };

  /** Before there is permission devices have no names: whether the remembered one is there is told by the opening. */
  async function openRemembered(kinds: Kind[]): Promise<void> {
    for (const kind of kinds) {
      const known = wished[kind] ? undefined : recallDevice(`${kind}input`);
      const there = known && findRemembered(known, await listed(kind));
      if (known) wished[kind] = { id: there?.deviceId ?? known.id, isThere: there !== undefined };
    }
    await open(kinds);
    // Some browsers give devices new ids at each visit; then the label identifies it.
    for (const kind of kinds) {
      const wanted = wished[kind];
      const isThere = wanted === undefined || !('id' in wanted) || wanted.isThere;
      const known = isThere ? undefined : recallDevice(`${kind}input`);
      const there = known && findRemembered(known, await listed(kind));
      if (!there || there.deviceId === known.id) continue;
      wish(kind, there.deviceId);
      if (there.deviceId !== slots.track(kind)?.getSettings().deviceId) await open([kind]);
    }
  }

  return {
    open,
    openRemembered,
    change,
    reopen: changeOver,
    wish,
    wishFacing(facing) {
      wished.video = { facing };
    },
    wished: wishedId,
  };
}
