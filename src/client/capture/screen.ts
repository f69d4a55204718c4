/** One's own screen, shown to the others: asked for, given a hint of what is on it, and ended from either side. */
import type { Kind, Outgoing } from '../call/peer.ts';

/** What is on the screen (W3C MediaStreamTrack Content Hints): text that must stay sharp, or something that moves. */
export type Hint = 'detail' | 'motion';

export interface ScreenEvents {
  /** Another track, or none, is to be sent from now on. */
  track(kind: Kind, track: MediaStreamTrack | null): void;
  changed(): void;
  /** The browser was asked and could not; a person who said no is no failure. */
  failed(failed: boolean): void;
  /** Whether there still is somebody to show it to. */
  wanted(): boolean;
}

export interface Screen {
  outgoing: Outgoing;
  isOn(): boolean;
  /** Asks for a screen, or stops showing it. */
  toggle(): Promise<void>;
  stop(): void;
  /** Applies to what is shown now as well. */
  hint(hint: Hint): void;
}

/** Phones and tablets have no such thing. */
export const canShareScreen = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

const OPTIONS: DisplayMediaStreamOptions & { systemAudio: 'include'; surfaceSwitching: 'include' } = {
  video: { frameRate: { ideal: 30, max: 30 } },
  // What helps speech spoils music.
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: 'include',
  surfaceSwitching: 'include',
};

export function createScreen(events: ScreenEvents): Screen {
  const outgoing: Outgoing = { stream: new MediaStream(), tracks: { audio: null, video: null } };
  let hint: Hint = 'detail';
  let asking = false;

  function put(kind: Kind, track: MediaStreamTrack | null): void {
    const old = outgoing.tracks[kind];
    if (old === track) return;
    outgoing.tracks[kind] = track;
    if (track) outgoing.stream.addTrack(track);
    events.track(kind, track);
    if (old) {
      outgoing.stream.removeTrack(old);
      old.stop();
    }
  }

  function stop(): void {
    if (!outgoing.tracks.video && !outgoing.tracks.audio) return;
    put('video', null);
    put('audio', null);
    events.changed();
  }

  async function start(): Promise<void> {
    if (asking) return;
    asking = true;
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia(OPTIONS);
      events.failed(false);
      use(stream);
    } catch (error) {
      const declined = error instanceof DOMException && error.name === 'NotAllowedError';
      if (!declined) console.warn('The screen could not be shared.', error);
      events.failed(!declined);
    } finally {
      asking = false;
    }
  }

  function use(stream: MediaStream): void {
    const [video] = stream.getVideoTracks();
    const [audio] = stream.getAudioTracks();
    if (!video || !events.wanted()) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    video.contentHint = hint;
    // The browser's own "Stop sharing" ends the track.
    video.addEventListener('ended', () => outgoing.tracks.video === video && stop());
    audio?.addEventListener('ended', () => outgoing.tracks.audio === audio && put('audio', null));
    put('video', video);
    put('audio', audio ?? null);
    events.changed();
  }

  return {
    outgoing,
    isOn: () => outgoing.tracks.video !== null,
    toggle: async () => (outgoing.tracks.video ? stop() : start()),
    stop,
    hint(wanted) {
      hint = wanted;
      const { video } = outgoing.tracks;
      if (!video) return;
      video.contentHint = hint;
      events.track('video', video);
    },
  };
}
