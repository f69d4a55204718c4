/** What a file is, by its bytes, and what a browser may show of it in place. */
import { type FileHandle, open } from 'node:fs/promises';

/** Never unpacked to look inside: archives stay closed on this server. */
const ARCHIVES: [signature: string, type: string][] = [
  ['504b', 'application/zip'],
  ['1f8b', 'application/gzip'],
];
/** Bytes that decide whether something reads as text. */
const LOOKED_AT = 4096;

/** Pictures that every browser in use shows. SVG isn't one: it is a document that can hold scripts. */
export const PICTURES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
]);
/** file-type's own names, and the ones that browsers know. */
const SAME = new Map([
  ['audio/x-m4a', 'audio/mp4'],
  ['video/x-m4v', 'video/mp4'],
  ['audio/ogg; codecs=opus', 'audio/ogg'],
  ['image/apng', 'image/png'],
]);
const SOUNDS = new Set([
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/ogg',
  'audio/wav',
  'audio/flac',
  'audio/webm',
  'audio/x-matroska',
]);
const VIDEOS = new Set(['video/mp4', 'video/webm', 'video/ogg', 'video/quicktime']);

/** Made of boxes like MP4 (ISO 14496-12): these can contain where they were made. */
const BOXED = /^(video|audio)\/(mp4|quicktime|3gpp2?)$|^image\/hei[cf](-sequence)?$/;
export const isBoxed = (type: string): boolean => BOXED.test(type);
/** Whose first bytes don't tell whether there is video in it, nor how large it is. */
export const isMedia = (type: string): boolean =>
  isBoxed(type) || /^(video|audio)\/(webm|(x-)?matroska)$/.test(type);

export type Showing = 'picture' | 'sound' | 'video' | 'card';

/** How a media type is shown in a page: everything but the known ones is only for keeping. */
export function showingOf(type: string): Showing {
  if (PICTURES.has(type)) return 'picture';
  if (SOUNDS.has(type)) return 'sound';
  return VIDEOS.has(type) ? 'video' : 'card';
}

/** Valid UTF-8 without control characters, cut at most in its last character. */
function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return !/(?![\t\n\f\r])\p{Cc}/u.test(text);
  } catch {
    return false;
  }
}

async function readStart(path: string): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle?.close();
  }
}

/** The media type of a file. What isn't known is `text/plain` or `application/octet-stream`. */
export async function typeOf(path: string): Promise<string> {
  const start = await readStart(path);
  const signature = Buffer.from(start.subarray(0, 2)).toString('hex');
  const archive = ARCHIVES.find(([known]) => known === signature);
  if (archive) return archive[1];
  // Loaded with the first file.
  const { fileTypeFromFile } = await import('file-type');
  // Broken files make detectors throw; they are kept like any other.
  const found = await fileTypeFromFile(path).catch(() => undefined);
  const mime = found && (SAME.get(found.mime) ?? found.mime);
  // Markup is text to everyone but a browser that runs it, which gets no chance (serving.ts).
  if (mime && !/xml|html/.test(mime)) return mime;
  return isText(start) ? 'text/plain' : 'application/octet-stream';
}
