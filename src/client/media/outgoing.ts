/**
 * What a page sends. For each kind there is a source track, as it comes from the device, and an outgoing track, as the other
 * side gets it, so that an effect can be applied between them. What is muted, unplugged or exchanged is the
 * source; what is sent, shown and recorded is the outgoing track.
 */

export type Kind = 'audio' | 'video';
/** Somebody's camera and microphone, or their screen and its sound. */
export type Source = 'self' | 'screen';

/** What the other side gets, and the stream these tracks are announced in, which keeps them in sync. */
export interface Outgoing {
  stream: MediaStream;
  tracks: Record<Kind, MediaStreamTrack | null>;
  /** How many lines the picture has. A track that a page generates may not know it, so it is asked of the source. */
  lines(): number | undefined;
}

/**
 * Turns a source track into what is sent; without one, that is the source itself. With null nothing is sent as yet, although
 * there is a source.
 */
export type Effect = (source: MediaStreamTrack) => MediaStreamTrack | null;

export interface OutgoingMedia extends Outgoing {
  sources: Record<Kind, MediaStreamTrack | null>;
  /** Sends what comes from this source, or nothing, in place of what was sent before. That is stopped. */
  put(kind: Kind, source: MediaStreamTrack | null): void;
  /** The effect makes something else of the source from now on. */
  renew(kind: Kind): void;
}

/** @param send is told what is to be sent from now on */
export function createOutgoing(
  send: (kind: Kind, track: MediaStreamTrack | null) => void,
  effect: Effect = (source) => source,
): OutgoingMedia {
  const stream = new MediaStream();
  const sources: OutgoingMedia['sources'] = { audio: null, video: null };
  const tracks: OutgoingMedia['tracks'] = { audio: null, video: null };

  function use(kind: Kind, source: MediaStreamTrack | null): void {
    const [oldSource, oldTrack] = [sources[kind], tracks[kind]];
    const track = source && effect(source);
    sources[kind] = source;
    if (track !== oldTrack) {
      tracks[kind] = track;
      // In this order: while both are there, Firefox goes on playing the old one, and never turns to the new one.
      if (oldTrack) stream.removeTrack(oldTrack);
      if (track) stream.addTrack(track);
      // The old track ends only once the new one is there, so that there is no gap between them.
      send(kind, track);
      // The source may go on, in another way.
      if (oldTrack !== source) oldTrack?.stop();
    }
    if (oldSource !== source) oldSource?.stop();
  }

  return {
    stream,
    sources,
    tracks,
    lines: () => sources.video?.getSettings().height,
    put(kind, source) {
      if (sources[kind] !== source) use(kind, source);
    },
    renew: (kind) => use(kind, sources[kind]),
  };
}
