/** Mixes voices into one track, which goes on while they come and go. */
import type { Voice } from './scene.ts';

export interface Mixer {
  track: MediaStreamTrack;
  /** Mixes exactly these from now on. */
  hear(voices: Voice[]): void;
  close(): void;
}

/** Needs a gesture before it, as all sound does; recordings are begun by one. */
export function createMixer(): Mixer {
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  const [track] = output.stream.getAudioTracks();
  if (!track) throw new Error('This browser cannot mix sound');
  const heard = new Map<MediaStreamTrack, () => void>();
  void context.resume();

  function add({ own, track }: Voice): () => void {
    // What is played to the person must not run through here, or their echo could not be cancelled. One's own
    // voice is the track itself, because a clone would go on when it is muted.
    const taken = own ? track : track.clone();
    const source = context.createMediaStreamSource(new MediaStream([taken]));
    source.connect(output);
    return () => {
      source.disconnect();
      if (!own) taken.stop();
    };
  }

  return {
    track,
    hear(voices) {
      const wanted = new Set(voices.map(({ track }) => track));
      for (const [known, remove] of heard) {
        if (wanted.has(known)) continue;
        remove();
        heard.delete(known);
      }
      for (const voice of voices) if (!heard.has(voice.track)) heard.set(voice.track, add(voice));
    },
    close() {
      for (const remove of heard.values()) remove();
      void context.close();
    },
  };
}
