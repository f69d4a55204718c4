/**
 * Plays what is heard of the other side, and asks for a tap where the browser won't play unasked.
 * It has an element of its own: a video element plays no sound before its first picture, which in a voice call
 * never comes, and a silent one may always play.
 */

export interface Sound {
  /** Plays the sound of a stream; null stops it. */
  listen(stream: MediaStream | null): void;
  /** Tries again, if the browser has refused before. */
  retry(): void;
}

export interface SoundEvents {
  blocked(needsTap: boolean): void;
  /** Whether the microphone is open: Firefox and Safari let a page be heard that hears. */
  capturing(): boolean;
}

/** Takes over an audio element. */
export function createSound(element: HTMLAudioElement, events: SoundEvents): Sound {
  let refused = false;
  let heard: MediaStreamTrack[] = [];

  async function play(patient: boolean): Promise<void> {
    try {
      await element.play();
      refused = false;
    } catch (error) {
      // AbortError only says that a newer stream took the place of this one.
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      // The refusal may be older than the microphone.
      if (patient && events.capturing()) return play(false);
      refused = true;
    }
    events.blocked(refused);
  }

  function retry(): void {
    if (refused) void play(false);
  }

  // Any gesture gives the permission that was missing; the button only says so.
  for (const gesture of ['pointerup', 'keydown'] as const) document.addEventListener(gesture, retry);

  return {
    listen(stream) {
      const tracks = stream?.getAudioTracks() ?? [];
      if (tracks.length === heard.length && tracks.every((track) => heard.includes(track))) return;
      heard = tracks;
      element.srcObject = tracks.length > 0 ? new MediaStream(tracks) : null;
      if (tracks.length > 0) void play(true);
    },
    retry,
  };
}
