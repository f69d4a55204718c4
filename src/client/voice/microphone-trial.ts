/** Shows how loud the microphone is: in a call the one that is open, before it one that is opened when somebody asks. */
import { recallDevice } from '../media/device-memory.ts';
import { audioConstraints } from '../media/devices.ts';
import { shareOf } from './loudness.ts';
import { listen } from './microphone-level.ts';

export interface TrialParts {
  meter: HTMLMeterElement;
  button: HTMLButtonElement;
  /** The microphone of the call, while it has one. */
  source(): MediaStreamTrack | undefined;
  /** Whether it could be opened. */
  opened(isOpen: boolean): void;
}

export interface MicrophoneTrial {
  /** Somebody looks. */
  begin(): void;
  /** Another microphone is open, or none. */
  update(): void;
  /** Nobody looks any more. */
  stop(): void;
}

export function createMicrophoneTrial({ meter, button, source, opened }: TrialParts): MicrophoneTrial {
  let own: MediaStreamTrack | undefined;
  let heard: { track: MediaStreamTrack; end(): void } | undefined;
  let isOpen = false;
  let isAsking = false;

  function release(): void {
    own?.stop();
    own = undefined;
  }

  function update(): void {
    const sent = isOpen ? source() : undefined;
    if (sent) release();
    const track = sent ?? own;
    button.hidden = track !== undefined;
    if (heard?.track === track) return;
    heard?.end();
    meter.value = 0;
    heard = track && {
      track,
      end: listen(track, (decibels) => {
        meter.value = shareOf(decibels);
      }),
    };
  }

  async function ask(): Promise<void> {
    if (isAsking || own) return;
    isAsking = true;
    try {
      // That which the call will begin with.
      const known = recallDevice('audioinput');
      const audio = audioConstraints(known && { id: known.id, isThere: false }, true);
      const stream = await navigator.mediaDevices.getUserMedia({ audio });
      const [track] = stream.getAudioTracks();
      if (track && isOpen && !source()) {
        own = track;
        track.addEventListener('ended', () => {
          release();
          update();
        });
      } else track?.stop();
      update();
      opened(true);
    } catch {
      opened(false);
    } finally {
      isAsking = false;
    }
  }

  button.addEventListener('click', () => void ask());

  return {
    begin() {
      isOpen = true;
      update();
    },
    update,
    stop() {
      isOpen = false;
      release();
      update();
    },
  };
}
