/**
 * The process that examines audio and video: how large and how long it is, and what is really in it. It blanks where
 * it was taken. Started by media.ts with the path and the type of one file.
 */
import { FilePathSource, Input, type InputTrack, MATROSKA, MP4, QTFF, WEBM } from 'mediabunny';
import { blankPosition } from './location-metadata.ts';
import type { MediaFacts } from './media.ts';
import { isBoxed } from './media-types.ts';

/** Bytes of the file that are kept in memory. */
const CACHE = 2 * 1024 * 1024;
/** What browsers can play in a Matroska file that calls itself WebM. */
const WEBM_CODECS: unknown[] = ['opus', 'vorbis'];
/** Video that browsers play, unlike a phone's old 3GP. */
const CURRENT_CODECS: unknown[] = ['avc', 'hevc', 'vp9', 'av1'];

/** The media type by what is in it; undefined where the one that was found stands. */
async function typeOf(input: Input, video: InputTrack | null, found: string): Promise<string | undefined> {
  const sound = await input.getPrimaryAudioTrack();
  const format = await input.getFormat();
  if (video) {
    const isCurrent = CURRENT_CODECS.includes(await video.getCodec());
    return found === 'video/3gpp' && isCurrent ? 'video/mp4' : undefined;
  }
  const codec = await sound?.getCodec();
  if (!codec) return undefined;
  if (format === MP4 || format === QTFF) return 'audio/mp4';
  return WEBM_CODECS.includes(codec) ? 'audio/webm' : 'audio/x-matroska';
}

async function factsOf(path: string, found: string): Promise<MediaFacts> {
  const input = new Input({
    source: new FilePathSource(path, { maxCacheSize: CACHE }),
    formats: [WEBM, MATROSKA, MP4, QTFF],
  });
  try {
    const video = await input.getPrimaryVideoTrack();
    const type = (await typeOf(input, video, found)) ?? found;
    // As it is shown, with its turn and the shape of its pixels.
    const [width, height] = video ? [await video.getDisplayWidth(), await video.getDisplayHeight()] : [0, 0];
    const seconds = (await input.getDurationFromMetadata()) ?? 0;
    return {
      type,
      ...(width > 0 && height > 0 && { size: { width: Math.round(width), height: Math.round(height) } }),
      ...(seconds > 0 && { durationMs: Math.round(seconds * 1000) }),
    };
  } finally {
    input.dispose();
  }
}

const [path, found] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
if (path && found) {
  // One that isn't put together as it should be keeps what can't be found in it.
  if (isBoxed(found)) await blankPosition(path).catch(() => {});
  // What mediabunny can't read is kept as it was called.
  const facts = found.startsWith('image/')
    ? { type: found }
    : await factsOf(path, found).catch(() => ({ type: found }));
  process.send?.(facts, () => process.exit());
}
