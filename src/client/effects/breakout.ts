/**
 * A track's frames as a stream, and a track made of one (W3C MediaStreamTrack Insertable Streams). Chromium has both on the
 * page, under names that the standard has since changed, and its streams can be handed to a worker. Others have neither.
 */

interface Breakout {
  MediaStreamTrackProcessor: new (init: {
    track: MediaStreamTrack;
    maxBufferSize: number;
  }) => { readable: ReadableStream<VideoFrame> };
  MediaStreamTrackGenerator: new (init: {
    kind: 'video';
  }) => MediaStreamTrack & { writable: WritableStream<VideoFrame> };
}

const hasBreakout = (scope: object): scope is Breakout =>
  'MediaStreamTrackProcessor' in scope && 'MediaStreamTrackGenerator' in scope;

export interface Opened {
  readable: ReadableStream<VideoFrame>;
  writable: WritableStream<VideoFrame>;
  /** What is written comes out of it. */
  track: MediaStreamTrack;
}

/** @returns undefined where the browser can't */
export function breakOut(source: MediaStreamTrack): Opened | undefined {
  const scope: object = globalThis;
  if (!hasBreakout(scope)) return undefined;
  // One that waits is one too many: it would be shown late.
  const { readable } = new scope.MediaStreamTrackProcessor({ track: source, maxBufferSize: 1 });
  const track = new scope.MediaStreamTrackGenerator({ kind: 'video' });
  return { readable, writable: track.writable, track };
}
