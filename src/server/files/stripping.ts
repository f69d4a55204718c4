/**
 * Removes from a picture everything but the picture: where and when it was taken, comments, hidden previews and
 * anything appended. Nothing is re-encoded, so no quality is lost.
 */

/** Thrown for bytes that don't follow their format. */
export class BrokenPicture extends Error {}

/** Marker segments (ITU T.81, B.1) that stay: JFIF, colour profile, Adobe's colour transform. */
function keepsSegment(marker: number, data: Buffer): boolean {
  if (marker === 0xe0) return data.toString('latin1', 0, 5) === 'JFIF\0';
  if (marker === 0xe2) return data.toString('latin1', 0, 12) === 'ICC_PROFILE\0';
  if (marker === 0xee) return data.toString('latin1', 0, 5) === 'Adobe';
  return (marker < 0xe0 || marker > 0xef) && marker !== 0xfe;
}

/** An Exif segment that says how the picture is turned, and nothing else (TIFF 6.0, tag 274). */
function orientationSegment(orientation: number): Buffer {
  const tiff = Buffer.from('49492a0008000000010012010300010000000000000000000000', 'hex');
  tiff.writeUInt16LE(orientation, 18);
  const segment = Buffer.concat([Buffer.from('ffe1000045786966', 'hex'), Buffer.alloc(2), tiff]);
  segment.writeUInt16BE(segment.length - 2, 2);
  return segment;
}

/** Where the coded picture that starts at `from` ends: at the next marker that isn't a restart or a stuffed byte. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  throw new BrokenPicture('no end of image');
}

/** @param orientation as Exif counts it, 1 to 8 */
export function stripJpeg(bytes: Buffer, orientation: number): Buffer {
  const kept = [bytes.subarray(0, 2)];
  if (orientation > 1 && orientation <= 8) kept.push(orientationSegment(orientation));
  let at = 2;
  for (;;) {
    if (bytes[at] !== 0xff || at + 4 > bytes.length) {
      // The last segment of all is two bytes long.
      if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) break;
      throw new BrokenPicture('no marker');
    }
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xd9) break;
    let end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) throw new BrokenPicture('segment too long');
    const keeps = keepsSegment(marker, bytes.subarray(at + 4, end));
    if (marker === 0xda) end = endOfScan(bytes, end);
    if (keeps) kept.push(bytes.subarray(at, end));
    at = end;
  }
  kept.push(Buffer.from('ffd9', 'hex'));
  return Buffer.concat(kept);
}

/** Ancillary chunks (PNG, third edition, 11.3) that change how the picture looks; APNG's among them. */
const PNG_KEPT =
  /^(?:IHDR|PLTE|IDAT|IEND|tRNS|cHRM|gAMA|iCCP|sBIT|sRGB|cICP|mDCV|cLLI|bKGD|pHYs|acTL|fcTL|fdAT)$/;

export function stripPng(bytes: Buffer): Buffer {
  const kept = [bytes.subarray(0, 8)];
  let at = 8;
  for (;;) {
    if (at + 12 > bytes.length) throw new BrokenPicture('no IEND');
    const type = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new BrokenPicture('chunk too long');
    if (PNG_KEPT.test(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IEND') return Buffer.concat(kept);
    at = end;
  }
}

/** Chunks of the WebP container (RFC 9649, 2.7) that are the picture. */
const WEBP_KEPT = /^(?:VP8 |VP8L|VP8X|ALPH|ANIM|ANMF|ICCP)$/;
/** VP8X flags of Exif and XMP. */
const WEBP_METADATA = 0x08 | 0x04;

export function stripWebp(bytes: Buffer): Buffer {
  const kept: Buffer[] = [];
  const whole = Math.min(bytes.length, 8 + bytes.readUInt32LE(4));
  for (let at = 12; at + 8 <= whole; ) {
    const type = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const end = at + 8 + size + (size % 2);
    if (end > bytes.length) throw new BrokenPicture('chunk too long');
    const chunk = Buffer.from(bytes.subarray(at, end));
    if (type === 'VP8X') chunk.writeUInt8(chunk.readUInt8(8) & ~WEBP_METADATA, 8);
    if (WEBP_KEPT.test(type)) kept.push(chunk);
    at = end;
  }
  const head = Buffer.from(bytes.subarray(0, 12));
  head.writeUInt32LE(4 + kept.reduce((sum, chunk) => sum + chunk.length, 0), 4);
  return Buffer.concat([head, ...kept]);
}
