/** One recording, from the question whether it may be made until all of it is on the server. */

import { pageHeaders } from '../common/page-headers.ts';
import type { Say } from '../common/words.ts';
import type { Mode, Scene } from '../media/feeds.ts';
import { type Recorder, startRecorder } from './recorder.ts';
import { type FromKeeper, type Keeper, startKeeper, WAITING } from './upload/keep-client.ts';
import type { SenderState } from './upload/sender.ts';
import type { Label } from './upload/spool.ts';
import { createSaving, type Saving } from './upload-card.ts';
import { createTroubles } from './warnings.ts';

export interface TakeParts {
  label: Label & { mode: Mode };
  scene(): Scene;
  /** Where it is shown how much is still to be saved. */
  box: HTMLElement;
  say: Say;
}

export interface TakeEvents {
  begun(): void;
  /** It records no more, whoever ended it; what there is is being saved. */
  ended(): void;
  /** What has to be said about it now, if anything. */
  tell(text: string | undefined): void;
}

export interface Take {
  stop(): void;
}

/** Why it has ended without being asked to, by what the keeper says. */
const ENDS = { full: 'recordingDeviceFull', broken: 'recordingFailed', cut: 'recordingCut' };

/** Asks the server, and records as soon as it agrees or can't be reached. */
export function startTake({ label, scene, box, say }: TakeParts, events: TakeEvents): Take {
  let recorder: Recorder | undefined;
  let saving: Saving | undefined;
  let hasEnded = false;
  let onDisk = false;
  const troubles = createTroubles(say, events.tell);
  const keeper: Keeper = startKeeper(heard);
  keeper.tell({ type: 'begin', label, headers: pageHeaders() });

  function heard(message: FromKeeper): void {
    switch (message.type) {
      case 'begun':
        onDisk = message.onDisk;
        // A tab that is killed says nothing any more, so it is said before.
        if (onDisk) remember();
        if (hasEnded) keeper.tell({ type: 'end' });
        else record();
        return;
      case 'refused':
        end(message.message || say('recordingRefused'));
        return;
      case 'kept':
        troubles.kept();
        return;
      case 'state':
        reached(message.state, message.left);
        return;
      case 'failed':
        stop(say(ENDS[message.why]));
        return;
      case 'crashed':
        abandon(say('recordingFailed'));
        return;
      case 'outdated':
        abandon(say('recordingOutdated'));
        return;
      case 'unreachable':
        abandon(say('recordingUnreachable'));
        return;
      case 'over':
        saving?.done(message.bytes);
        return;
      default:
        message satisfies never;
    }
  }

  function record(): void {
    try {
      recorder = startRecorder(label.mode, label.mimeType, scene, {
        started() {
          if (hasEnded) return;
          troubles.watch();
          events.begun();
        },
        chunk: (bytes) => keeper.tell({ type: 'chunk', bytes }),
        poster: (picture) => keeper.tell({ type: 'poster', picture }),
        sound: troubles.sound,
        failed: () => stop(say('recordingFailed')),
      });
    } catch (error) {
      console.warn('The call could not be recorded.', error);
      keeper.tell({ type: 'end' });
      end(say('recordingUnsupported'));
    }
  }

  function reached(state: SenderState, left: number): void {
    if (state.name === 'gone') {
      stop(say('recordingGone'));
      saving?.remove();
    } else if (saving) saving.left(left, troubleOf(state));
    else troubles.sending(troubleOf(state));
  }

  function troubleOf(state: SenderState): string | undefined {
    if (state.name === 'away') return say(onDisk ? 'recordingAway' : 'recordingAwayHere');
    if (state.name !== 'refused') return undefined;
    if (state.message) return state.message;
    const isStale = state.status === 401 || state.status === 403;
    return say(isStale && onDisk ? 'recordingStale' : onDisk ? 'recordingBusy' : 'recordingAwayHere');
  }

  /** @param why it has ended by itself; undefined where a person or the call has ended it */
  function stop(why?: string): void {
    if (hasEnded && why === undefined) return;
    end(why);
    if (!recorder || saving) return;
    saving = createSaving(box, say, label.call);
    void recorder.stop().then(() => keeper.tell({ type: 'end' }));
  }

  /** There is no worker any more; what is on this device is left to the next visit. */
  function abandon(why: string): void {
    keeper.close();
    saving?.remove();
    end(why);
    void recorder?.stop();
  }

  function end(why: string | undefined): void {
    if (!hasEnded) {
      hasEnded = true;
      troubles.close();
      events.ended();
    }
    events.tell(why);
  }

  return { stop: () => stop() };
}

function remember(): void {
  try {
    localStorage.setItem(WAITING, 'true');
  } catch {
    // Storage that is switched off keeps no recordings either.
  }
}
