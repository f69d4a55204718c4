/** Mixes voices into one track, which continues while they come and go. */
import type { AudioFeed } from '../media/feeds.ts';

/** A voice that can't be mixed and a clock that has stopped are retried after this many ms. */
const AGAIN_MS = 1000;
/** Starting or changing a device takes less than this. */
const TOLD_AFTER_MS = 2000;
/** A device may be waiting for any of these before it plays or records again. */
const GESTURES = ['pointerup', 'keydown'] as const;

/** `silent`: nothing at all is heard in the recording now. `voice`: one of them isn't. */
export type SoundTrouble = 'silent' | 'voice';

export interface Mixer {
  track: MediaStreamTrack;
  /** Mixes exactly these from now on; call it at every tick of the clock, as it also recovers what was lost. */
  hear(voices: AudioFeed[]): void;
  /** What is missing now, if it has been for longer than a moment. */
  trouble(): SoundTrouble | undefined;
  close(): void;
}

/** Like all sound, this needs a gesture first; recordings are started by one. */
export function createMixer(): Mixer {
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  const [track] = output.stream.getAudioTracks();
  if (!track) {
    void context.close();
    throw new Error('This browser cannot mix sound');
  }
  const heard = new Map<MediaStreamTrack, () => void>();
  /** Since when they can't be mixed, and when they were last tried. */
  const refused = new Map<MediaStreamTrack, { since: number; tried: number }>();
  let time = context.currentTime;
  let movedAt = performance.now();
  let resumedAt = Number.NEGATIVE_INFINITY;

  /** iPhones interrupt it for a phone call or another app, and any system may when the audio device disappears. */
  function resume(): void {
    if (context.state === 'running' || context.state === 'closed') return;
    resumedAt = performance.now();
    // Refused while the interruption lasts; it is tried again.
    context.resume().catch(() => undefined);
  }

  function add({ own, track }: AudioFeed): () => void {
    // What the person hears must not run through here, or their echo couldn't be cancelled. One's own
    // voice is the track itself, because a clone would continue when it is muted.
    const taken = own ? track : track.clone();
    const release = () => {
      if (!own) taken.stop();
    };
    try {
      const source = context.createMediaStreamSource(new MediaStream([taken]));
      source.connect(output);
      return () => {
        source.disconnect();
        release();
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** One that the browser can't take now doesn't keep the others out. */
  function tryToAdd(voice: AudioFeed, now: number): void {
    const before = refused.get(voice.track);
    if (before && now - before.tried < AGAIN_MS) return;
    try {
      heard.set(voice.track, add(voice));
      refused.delete(voice.track);
    } catch (error) {
      if (!before) console.warn('A voice could not be recorded.', error);
      refused.set(voice.track, { since: before?.since ?? now, tried: now });
    }
  }

  function close(): void {
    context.removeEventListener('statechange', resume);
    for (const gesture of GESTURES) document.removeEventListener(gesture, resume);
    for (const remove of heard.values()) remove();
    if (context.state !== 'closed') context.close().catch(() => undefined);
  }

  // Chromium records nothing, not even video, while a mix has no input.
  const silence = context.createConstantSource();
  silence.offset.value = 0;
  silence.connect(output);
  silence.start();
  context.addEventListener('statechange', resume);
  for (const gesture of GESTURES) document.addEventListener(gesture, resume);
  resume();

  return {
    track,
    hear(voices) {
      const now = performance.now();
      if (context.currentTime !== time) movedAt = now;
      time = context.currentTime;
      if (now - resumedAt >= AGAIN_MS) resume();
      const wanted = new Set(voices.map(({ track }) => track));
      for (const [known, remove] of heard) {
        if (wanted.has(known)) continue;
        remove();
        heard.delete(known);
      }
      for (const known of refused.keys()) if (!wanted.has(known)) refused.delete(known);
      for (const voice of voices) if (!heard.has(voice.track)) tryToAdd(voice, now);
    },
    trouble() {
      const now = performance.now();
      if (now - movedAt > TOLD_AFTER_MS) return 'silent';
      return [...refused.values()].some(({ since }) => now - since > TOLD_AFTER_MS) ? 'voice' : undefined;
    },
    close,
  };
}
