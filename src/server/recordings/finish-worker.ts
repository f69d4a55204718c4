/**
 * The process that makes a recording playable: duration and an index for seeking, every packet as it was recorded.
 * Started by playable.ts with the paths of what was received and of what it is to write.
 */
import {
  Conversion,
  FilePathSource,
  FilePathTarget,
  Input,
  MATROSKA,
  MP4,
  Mp4OutputFormat,
  Output,
  QTFF,
  WEBM,
  WebMOutputFormat,
} from 'mediabunny';
import type { Playable } from './playable.ts';

/** Bytes of the input that are kept in memory. */
const CACHE = 2 * 1024 * 1024;
/** How often it reports progress, in ms. */
const TELLS = 1_000;

const open = (path: string) =>
  new Input({
    source: new FilePathSource(path, { maxCacheSize: CACHE }),
    formats: [WEBM, MATROSKA, MP4, QTFF],
  });

/** WebM where its codecs allow it, else MP4: Chromium puts H.264 into a Matroska that Firefox doesn't play. */
async function formatFor(input: Input): Promise<WebMOutputFormat | Mp4OutputFormat> {
  const codecs = await Promise.all((await input.getTracks()).map((track) => track.getCodec()));
  const webm = new WebMOutputFormat();
  const supported = new Set<string | null>(webm.getSupportedCodecs());
  return codecs.every((codec) => supported.has(codec)) ? webm : new Mp4OutputFormat({ fastStart: false });
}

async function convert(from: string, to: string): Promise<void> {
  const input = open(from);
  const output = new Output({ format: await formatFor(input), target: new FilePathTarget(to) });
  const conversion = await Conversion.init({ input, output, showWarnings: false });
  if (!conversion.isValid || conversion.discardedTracks.length > 0)
    throw new Error('not all of it can be kept');
  let told = 0;
  conversion.onProgress = () => {
    if (performance.now() - told < TELLS) return;
    told = performance.now();
    process.send?.('moving');
  };
  await conversion.execute();
  input.dispose();
}

async function factsOf(path: string): Promise<Playable> {
  const input = open(path);
  const video = await input.getPrimaryVideoTrack();
  const format = await input.getFormat();
  const seconds = (await input.getDurationFromMetadata()) ?? 0;
  const size = video && { width: await video.getDisplayWidth(), height: await video.getDisplayHeight() };
  input.dispose();
  const container = format === WEBM || format === MATROSKA ? 'webm' : 'mp4';
  return {
    type: `${video ? 'video' : 'audio'}/${container}`,
    durationMs: Math.round(seconds * 1000),
    ...size,
  };
}

const [from, to] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
if (from && to) {
  await convert(from, to);
  process.send?.(await factsOf(to), () => process.exit());
}
