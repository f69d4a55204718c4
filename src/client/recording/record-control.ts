/** The button "Record": at most one recording at a time, for as long as there is a call. */

import { newKey } from '../common/key.ts';
import type { Say } from '../common/words.ts';
import type { Mode, Scene } from '../media/feeds.ts';
import { recordedType } from './recorder.ts';
import { startTake, type Take } from './recording.ts';
import { prepareTicker } from './ticker.ts';
import { prepareKeeper } from './upload/keep-client.ts';

export interface RecordingEvents {
  /** It has begun or ended. */
  changed(): void;
  /** What has to be said about it now, if anything. */
  tell(text: string | undefined): void;
  scene(): Scene;
  mode(): Mode;
  /** The id of the call while it can be recorded. */
  call(): string | undefined;
}

export interface Recording {
  /** Gets ready to begin while the server is there, for when it isn't. */
  prepare(): void;
  isOn(): boolean;
  toggle(): void;
  stop(): void;
}

/** @param me the id of whoever is signed in, as it is theirs alone to send */
export function createRecording(box: HTMLElement, say: Say, me: number, events: RecordingEvents): Recording {
  let take: Take | undefined;
  let isOn = false;
  let isPrepared = false;

  function start(): void {
    const [call, mode] = [events.call(), events.mode()];
    const mimeType = recordedType(mode);
    if (call === undefined) events.tell(say('recordingNotYet'));
    else if (mimeType === undefined) events.tell(say('recordingUnsupported'));
    else record(call, mode, mimeType);
  }

  function record(call: string, mode: Mode, mimeType: string): void {
    events.tell(undefined);
    const label = { key: newKey(), owner: me, call, mode, mimeType };
    const mine = startTake(
      { label, scene: events.scene, box, say },
      {
        tell: events.tell,
        begun() {
          isOn = true;
          events.changed();
        },
        ended() {
          if (take === mine) take = undefined;
          isOn = false;
          events.changed();
        },
      },
    );
    take = mine;
  }

  /** What is said from now on stands beside its progress. */
  function stop(): void {
    if (!take) return;
    take.stop();
  }

  return {
    prepare() {
      if (isPrepared) return;
      isPrepared = true;
      prepareKeeper();
      prepareTicker();
    },
    isOn: () => isOn,
    toggle: () => (take ? stop() : start()),
    stop,
  };
}
