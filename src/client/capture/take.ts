/** One recording, from the question whether it may be made until all of it is on the server. */
import type { Say } from '../call/words.ts';
import { pageHeaders } from '../common/page-headers.ts';
import { type FromKeeper, startKeeper, WAITING } from './keeper.ts';
import { type Recorder, startRecorder } from './recorder.ts';
import { createSaving, type Saving } from './saving.ts';
import type { Mode, Scene } from './scene.ts';
import type { SenderState } from './sender.ts';
import type { Label } from './spool.ts';

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

/** Asks the server, and records as soon as it agrees or can't be reached. */
export function startTake({ label, scene, box, say }: TakeParts, events: TakeEvents): Take {
  let recorder: Recorder | undefined;
  let saving: Saving | undefined;
  let hasEnded = false;
  const keeper = startKeeper(heard);
  keeper.tell({ type: 'begin', label, headers: pageHeaders() });

  function heard(message: FromKeeper): void {
    switch (message.type) {
      case 'begun':
        // A tab that is killed says nothing any more, so it is said before.
        if (message.onDisk) remember();
        if (hasEnded) keeper.tell({ type: 'end' });
        else record();
        return;
      case 'refused':
        events.tell(message.message || say('recordingRefused'));
        end();
        return;
      case 'state':
        reached(message.state, message.left);
        return;
      case 'failed':
        events.tell(say(message.full ? 'recordingDeviceFull' : 'recordingFailed'));
        if (message.full) stop();
        else abandon();
        return;
      case 'outdated':
        events.tell(say('recordingOutdated'));
        abandon();
        return;
      case 'over':
        saving?.done();
        return;
      default:
        message satisfies never;
    }
  }

  function record(): void {
    try {
      recorder = startRecorder(label.mode, label.mimeType, scene, {
        started: () => !hasEnded && events.begun(),
        chunk: (bytes) => keeper.tell({ type: 'chunk', bytes }),
        poster: (picture) => keeper.tell({ type: 'poster', picture }),
        failed() {
          events.tell(say('recordingFailed'));
          stop();
        },
      });
    } catch (error) {
      console.warn('The call could not be recorded.', error);
      events.tell(say('recordingUnsupported'));
      keeper.tell({ type: 'end' });
      end();
    }
  }

  function reached(state: SenderState, left: number): void {
    if (state.name === 'gone') {
      events.tell(say('recordingGone'));
      stop();
      saving?.remove();
    } else if (saving) saving.left(left, troubleOf(state));
    else events.tell(troubleOf(state));
  }

  function troubleOf(state: SenderState): string | undefined {
    if (state.name === 'away') return say('recordingAway');
    return state.name === 'refused' ? state.message || say('recordingStale') : undefined;
  }

  function stop(): void {
    if (hasEnded) return;
    end();
    if (!recorder) return;
    saving = createSaving(box, say, label.call);
    void recorder.stop().then(() => keeper.tell({ type: 'end' }));
  }

  /** What is on this device is left to the next visit. */
  function abandon(): void {
    void recorder?.stop();
    saving?.remove();
    end();
  }

  function end(): void {
    if (hasEnded) return;
    hasEnded = true;
    events.ended();
  }

  return { stop };
}

function remember(): void {
  try {
    localStorage.setItem(WAITING, 'true');
  } catch {
    // Storage that is switched off keeps no recordings either.
  }
}
