/** The button "Record": at most one recording at a time, while there is a call. */

import { newKey } from '../common/key.ts';
import type { Say } from '../common/words.ts';
import type { Feeds } from '../media/feeds.ts';
import type { RecordingMode } from './mode.ts';
import { recordedType } from './recorder.ts';
import { type Recording, startRecording } from './recording.ts';
import { prepareTicker } from './ticker.ts';
import { prepareKeepWorker } from './upload/keep-client.ts';

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
  let isOn = false;
  let isPrepared = false;

  function start(): void {
    const [call, mode] = [events.call(), events.mode()];
    const mimeType = recordedType(mode);
    if (call === undefined) events.tell(say('recordingNotYet'));
    else if (mimeType === undefined) events.tell(say('recordingUnsupported'));
    else record(call, mode, mimeType);
  }

  function record(call: string, mode: RecordingMode, mimeType: string): void {
    events.tell(undefined);
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
    recording?.stop();
  }

  return {
    prepare() {
      if (isPrepared) return;
      isPrepared = true;
      prepareKeepWorker();
      prepareTicker();
    },
    isOn: () => isOn,
    toggle: () => (recording ? stop() : start()),
    stop,
  };
}
