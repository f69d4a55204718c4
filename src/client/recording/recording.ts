/** One recording, from asking whether it may be made until all of it is on the server. */

import { pageHeaders } from '../common/page-headers.ts';
import { RECORDINGS } from '../common/storage-keys.ts';
import type { Say } from '../common/words.ts';
import type { Feeds } from '../media/feeds.ts';
import type { RecordingMode } from './mode.ts';
import { type Recorder, startRecorder } from './recorder.ts';
import { type FromKeepWorker, type KeepWorker, startKeepWorker } from './upload/keep-client.ts';
import type { SenderState } from './upload/sender.ts';
import type { Label } from './upload/spool.ts';
import { createUploadCard, type UploadCard } from './upload-card.ts';
import { createWarnings } from './warnings.ts';

export interface RecordingParts {
  label: Label & { mode: RecordingMode };
  feeds(): Feeds;
  /** Shows how much is still to be saved. */
  box: HTMLElement;
  say: Say;
}

export interface RecordingEvents {
  begun(): void;
  /** It has stopped recording, for whatever reason; what there is is being saved. */
  ended(): void;
  /** What has to be said about it now, if anything. */
  tell(text: string | undefined): void;
}

export interface Recording {
  stop(): void;
}

/** Why it has ended without being asked to, according to its worker. */
const ENDS = { full: 'recordingDeviceFull', broken: 'recordingFailed', cut: 'recordingCut' };

/** Asks the server, and records as soon as it agrees or can't be reached. */
export function startRecording(
  { label, feeds, box, say }: RecordingParts,
  events: RecordingEvents,
): Recording {
  let recorder: Recorder | undefined;
  let card: UploadCard | undefined;
  let hasEnded = false;
  let onDisk = false;
  const warnings = createWarnings(say, events.tell);
  const worker: KeepWorker = startKeepWorker(heard);
  worker.tell({ type: 'begin', label, headers: pageHeaders() });

  function heard(message: FromKeepWorker): void {
    switch (message.type) {
      case 'begun':
        onDisk = message.onDisk;
        // A killed tab can't report anything, so this is noted beforehand.
        if (onDisk) remember();
        if (hasEnded) worker.tell({ type: 'end' });
        else record();
        return;
      case 'refused':
        end(message.message || say('recordingRefused'));
        return;
      case 'kept':
        warnings.kept();
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
        card?.done(message.bytes);
        return;
      default:
        message satisfies never;
    }
  }

  function record(): void {
    try {
      recorder = startRecorder(label.mode, label.mimeType, feeds, {
        started() {
          if (hasEnded) return;
          warnings.watch();
          events.begun();
        },
        chunk: (bytes) => worker.tell({ type: 'chunk', bytes }),
        poster: (picture) => worker.tell({ type: 'poster', picture }),
        sound: warnings.sound,
        failed: () => stop(say('recordingFailed')),
      });
    } catch (error) {
      console.warn('The call could not be recorded.', error);
      worker.tell({ type: 'end' });
      end(say('recordingUnsupported'));
    }
  }

  function reached(state: SenderState, left: number): void {
    if (state.name === 'gone') {
      stop(say('recordingGone'));
      card?.remove();
    } else if (card) card.left(left, troubleOf(state));
    else warnings.sending(troubleOf(state));
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
    if (!recorder || card) return;
    card = createUploadCard(box, say, label.call);
    void recorder.stop().then(() => worker.tell({ type: 'end' }));
  }

  /** The worker is gone; what is on this device is left to the next visit. */
  function abandon(why: string): void {
    worker.close();
    card?.remove();
    end(why);
    void recorder?.stop();
  }

  function end(why: string | undefined): void {
    if (!hasEnded) {
      hasEnded = true;
      warnings.close();
      events.ended();
    }
    events.tell(why);
  }

  return { stop: () => stop() };
}

function remember(): void {
  try {
    localStorage.setItem(RECORDINGS, 'true');
  } catch {
    // If storage is switched off, no recordings are kept either.
  }
}
