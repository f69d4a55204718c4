/**
 * The process that opens pictures: a decoder that crashes, or leaks memory, affects nobody else.
 * Started and ended by pictures.ts, which sends one job at a time.
 */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { PictureFacts, PictureJob } from './pictures.ts';
import { stripJpeg, stripPng, stripWebp } from './stripping.ts';

/** Pixels: twice what good phones take, and 256 MB when decoded. */
const MOST_PIXELS = 64_000_000;
/** Seconds for one picture; only sharp's own steps heed them, so pictures.ts has a limit as well. */
const PATIENCE = 10;
/** Longest side of a preview, in pixels: enough for a bubble on a sharp screen. */
const PREVIEW = 640;

// One picture at a time, and nothing kept of the last.
sharp.cache(false);
sharp.concurrency(1);

const options = { limitInputPixels: MOST_PIXELS, failOn: 'error' as const };

type Metadata = Awaited<ReturnType<ReturnType<typeof sharp>['metadata']>>;

/** The picture without its metadata; `undefined` if it has none that reveals anything. */
async function stripped(path: string, { format, orientation = 1, exif, xmp }: Metadata) {
  if (format === 'jpeg') return stripJpeg(await readFile(path), orientation);
  // Only Exif says how a PNG or WebP is rotated, and few viewers look: better rotated for good.
  if (format === 'png' && orientation === 1) return stripPng(await readFile(path));
  if (format === 'webp' && orientation === 1) return stripWebp(await readFile(path));
  if (format === 'gif' || (!exif && !xmp)) return undefined;
  return sharp(path, { ...options, animated: true })
    .autoOrient()
    .keepIccProfile()
    .timeout({ seconds: PATIENCE })
    .toBuffer();
}

async function makePreview(path: string, preview: string, side?: number): Promise<void> {
  const small = await sharp(path, options)
    .autoOrient()
    .resize(
      side ?? PREVIEW,
      side ?? PREVIEW,
      side ? { fit: 'cover' } : { fit: 'inside', withoutEnlargement: true },
    )
    .webp({ quality: 78 })
    .timeout({ seconds: PATIENCE })
    .toBuffer();
  await writeFile(preview, small, { mode: 0o600, flush: true });
}

async function prepare({ path, preview, side }: PictureJob): Promise<PictureFacts> {
  // This reads only the header, whatever size that claims.
  const metadata = await sharp(path, { ...options, limitInputPixels: false }).metadata();
  const { width, height } = metadata.autoOrient;
  const isShown = width * height <= MOST_PIXELS;
  if (isShown) await makePreview(path, preview, side);
  const clean = side ? undefined : await stripped(path, metadata);
  if (clean) {
    // Renamed over, so that a crash leaves either the one or the other whole.
    await writeFile(`${path}.clean`, clean, { mode: 0o600, flush: true });
    await rename(`${path}.clean`, path);
  }
  const { size } = await stat(path);
  return { bytes: size, ...(isShown && { size: { width, height } }) };
}

process.on('message', (job: PictureJob) => {
  prepare(job)
    .catch(async (error: unknown) => {
      await rm(job.preview, { force: true });
      return { error: error instanceof Error ? error.message : String(error) };
    })
    .then((answer) => process.send?.(answer));
});
process.send?.('ready');
// The server is gone.
process.on('disconnect', () => process.exit());
