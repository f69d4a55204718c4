/**
 * The button "Record": at most one recording at a time, while there is a call. What records is fetched once there is a call, so
 * that nobody waits for it who wants to talk.
 */

import { newKey } from '../common/key.ts';
import { load, whyMissing } from '../common/scripts.ts';
import { prepareTicker } from '../common/ticker.ts';
import type { Say } from '../common/words.ts';
import type { Feeds } from '../media/feeds.ts';
import type { RecordingMode } from './mode.ts';
import { recordedType } from './recorded-types.ts';
import type { Recording } from './recording.ts';
import { prepareKeepWorker } from './upload/keep-client.ts';

/** Set by the build: the script's address. */
declare const RECORDING_URL: string;

export interface RecordControlEvents {
  /** It has begun or ended. */
  changed(): void;
  /** What has to be said about it now, if anything. */
  tell(text: string | undefined): void;
  feeds(): Feeds;
  mode(): RecordingMode;
  /** The id of the call while it can be recorded. */
  call(): string | undefined;
}

export interface RecordControl {
  /** Prepares while the server is up, in case it is down later. */
  prepare(): void;
  isOn(): boolean;
  toggle(): void;
  stop(): void;
}

/** @param me the id of the signed-in person, who alone may send it */
export function createRecordControl(
  box: HTMLElement,
  say: Say,
  me: number,
  events: RecordControlEvents,
): RecordControl {
  let recording: Recording | undefined;
  /** What records is on its way; a second press takes the first one back. */
  let isComing = false;
  let isOn = false;
  let isPrepared = false;

  function start(): void {
    const [call, mode] = [events.call(), events.mode()];
    const mimeType = recordedType(mode);
    if (call === undefined) events.tell(say('recordingNotYet'));
    else if (mimeType === undefined) events.tell(say('recordingUnsupported'));
    else void record(call, mode, mimeType);
  }

  async function fetchRecording(): Promise<typeof import('./recording.ts') | undefined> {
    try {
      return await load(RECORDING_URL);
    } catch {
      const why = await whyMissing(RECORDING_URL);
      events.tell(say(why === 'outdated' ? 'recordingOutdated' : 'recordingUnreachable'));
      return undefined;
    }
  }

  async function record(call: string, mode: RecordingMode, mimeType: string): Promise<void> {
    events.tell(undefined);
    isComing = true;
    const fetched = await fetchRecording();
    if (!isComing) return;
    isComing = false;
    // The call may be over by now, or another one.
    if (!fetched || events.call() !== call) return;
    const { startRecording } = fetched;
    const label = { key: newKey(), owner: me, call, mode, mimeType };
    const mine = startRecording(
      { label, feeds: events.feeds, box, say },
      {
        tell: events.tell,
        begun() {
          isOn = true;
          events.changed();
        },
        ended() {
          if (recording === mine) recording = undefined;
          isOn = false;
          events.changed();
        },
      },
    );
    recording = mine;
  }

  /** What is said from now on stands beside its progress. */
  function stop(): void {
    isComing = false;
    recording?.stop();
  }

  return {
    prepare() {
      if (isPrepared) return;
      isPrepared = true;
      void load(RECORDING_URL).catch(() => undefined);
      prepareKeepWorker();
      prepareTicker();
    },
    isOn: () => isOn,
    toggle: () => (recording || isComing ? stop() : start()),
    stop,
  };
}
