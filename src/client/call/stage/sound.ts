/**
 * Plays the other side's sound, and asks for a tap if the browser blocks autoplay.
 * It has an element of its own: a video element plays no sound before its first frame, which in a voice call
 * never comes, and a silent one may always play.
 */
import { keepPlaying } from './playback.ts';

export interface Sound {
  /** Plays the sound of a stream; null stops it. */
  listen(stream: MediaStream | null): void;
  /** Tries again, if it was refused or paused. */
  retry(): void;
}

export interface SoundEvents {
  /** Whether it stays silent until somebody taps. */
  blocked(needsTap: boolean): void;
  /** Whether the microphone is open: Firefox and Safari let a page play if it is recording. */
  capturing(): boolean;
}

/** Takes over an audio element, until it is `gone`. */
export function createSound(element: HTMLAudioElement, events: SoundEvents, gone: AbortSignal): Sound {
  let heard: MediaStreamTrack[] = [];
  // The refusal may be older than the microphone.
  const playback = keepPlaying(element, { stuck: events.blocked, patient: events.capturing, gone });

  return {
    listen(stream) {
      const tracks = stream?.getAudioTracks() ?? [];
      if (tracks.length === heard.length && tracks.every((track) => heard.includes(track))) return;
      heard = tracks;
      element.srcObject = tracks.length > 0 ? new MediaStream(tracks) : null;
      playback.start();
    },
    retry: playback.retry,
  };
}
