/**
 * Blanks in place where a video or a HEIC photo was taken: MP4, QuickTime and HEIF are boxes in boxes (ISO 14496-12,
 * §4.2), so nothing has to be rewritten. Phones put the location into three places, and Exif into a fourth.
 */
import { type FileHandle, open } from 'node:fs/promises';

/** Bytes of a box that are read: an hour's index is some megabytes. What is longer is left as it is. */
const MOST_READ = 64 * 1024 * 1024;
/** Top-level boxes of a file; fragmented files have two a second. */
const MOST_BOXES = 100_000;

const ZEROS = Buffer.alloc(64 * 1024);

type Box = { type: string; at: number; body: number; end: number };

/** The boxes between two places of a buffer; what doesn't fit ends it. */
function* boxesIn(bytes: Buffer, from: number, to: number): Generator<Box> {
  for (let at = from; at + 8 <= to; ) {
    const short = bytes.readUInt32BE(at);
    const isLong = short === 1 && at + 16 <= to;
    const size = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? to - at : short;
    const body = at + (isLong ? 16 : 8);
    if (size < body - at || at + size > to) return;
    yield { type: bytes.toString('latin1', at + 4, at + 8), at, body, end: at + size };
    at += size;
  }
}

function find(bytes: Buffer, from: number, to: number, type: string): Box | undefined {
  for (const box of boxesIn(bytes, from, to)) if (box.type === type) return box;
  return undefined;
}

/** QuickTime's `meta` is a plain box, ISO's has four bytes of version before its boxes. */
const insideMeta = (bytes: Buffer, { body, end }: Box): number =>
  find(bytes, body, end, 'hdlr') ? body : Math.min(body + 4, end);

/** QuickTime metadata: the values of keys that name a place are made spaces. */
function blankKeys(bytes: Buffer, meta: Box): void {
  const from = insideMeta(bytes, meta);
  const keys = find(bytes, from, meta.end, 'keys');
  const list = find(bytes, from, meta.end, 'ilst');
  if (!keys || !list) return;
  const names = [...boxesIn(bytes, keys.body + 8, keys.end)].map(({ body, end }) =>
    bytes.toString('latin1', body, end),
  );
  for (const item of boxesIn(bytes, list.body, list.end)) {
    // An item is named by the number of its key, counted from 1.
    if (!/location/i.test(names[bytes.readUInt32BE(item.at + 4) - 1] ?? '')) continue;
    const data = find(bytes, item.body, item.end, 'data');
    if (data) bytes.fill(' ', Math.min(data.body + 8, data.end), data.end);
  }
}

/** Of a `moov` or a part of it: "©xyz" (QuickTime, Android) and "loci" (3GPP TS 26.244, §8.10). */
function blankMovie(bytes: Buffer, from: number, to: number): void {
  for (const box of boxesIn(bytes, from, to)) {
    if (box.type === '\xa9xyz' || box.type === 'loci') {
      bytes.fill(0, box.body, box.end);
      bytes.write('free', box.at + 4, 'latin1');
    } else if (box.type === 'meta') blankKeys(bytes, box);
    else if (box.type === 'udta' || box.type === 'trak') blankMovie(bytes, box.body, box.end);
  }
}

/** The numbers of HEIF's items that hold Exif or XMP (ISO 14496-12, §8.11.6). */
function metadataItems(bytes: Buffer, from: number, to: number): Set<number> {
  const found = new Set<number>();
  const iinf = find(bytes, from, to, 'iinf');
  if (!iinf) return found;
  const isShort = bytes[iinf.body] === 0;
  for (const { type, body } of boxesIn(bytes, iinf.body + (isShort ? 6 : 8), iinf.end)) {
    const version = bytes[body] ?? 0;
    if (type !== 'infe' || version < 2) continue;
    const id = version === 2 ? bytes.readUInt16BE(body + 4) : bytes.readUInt32BE(body + 4);
    const kind = bytes.toString('latin1', body + (version === 2 ? 8 : 10), body + (version === 2 ? 12 : 14));
    if (kind === 'Exif' || kind === 'mime') found.add(id);
  }
  return found;
}

type Extent = { at: number; length: number };

/** Where those items lie in the file (ISO 14496-12, §8.11.3); `idat` is for those that lie in the box itself. */
function extentsOf(bytes: Buffer, iloc: Box, items: Set<number>, idat: number): Extent[] {
  const extents: Extent[] = [];
  const version = bytes[iloc.body] ?? 0;
  let at = iloc.body + 4;
  const read = (size: number): number => {
    const value =
      size === 0 ? 0 : size === 8 ? Number(bytes.readBigUInt64BE(at)) : bytes.readUIntBE(at, size);
    at += size;
    return value;
  };
  const sizes = read(2);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version > 0 ? sizes & 15 : 0;
  for (let count = read(version < 2 ? 2 : 4); count > 0; count--) {
    const id = read(version < 2 ? 2 : 4);
    const method = version > 0 ? read(2) & 15 : 0;
    // Which file it lies in: always this one.
    read(2);
    const base = read(baseSize);
    for (let parts = read(2); parts > 0; parts--) {
      read(indexSize);
      const [offset, length] = [read(offsetSize), read(lengthSize)];
      if (items.has(id) && method < 2)
        extents.push({ at: base + offset + (method === 1 ? idat : 0), length });
    }
  }
  return extents;
}

/** Exif and XMP of a HEIF picture. How it is turned stands elsewhere (`irot`), so it is shown as before. */
function placesOfExif(bytes: Buffer, meta: Box, start: number): Extent[] {
  const from = insideMeta(bytes, meta);
  const iloc = find(bytes, from, meta.end, 'iloc');
  const idat = find(bytes, from, meta.end, 'idat');
  if (!iloc) return [];
  return extentsOf(bytes, iloc, metadataItems(bytes, from, meta.end), start + (idat?.body ?? 0));
}

async function readBox(handle: FileHandle, at: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  await handle.read(bytes, 0, size, at);
  return bytes;
}

async function blankBytes(handle: FileHandle, { at, length }: Extent): Promise<void> {
  for (let done = 0; done < length; done += ZEROS.length)
    await handle.write(ZEROS, 0, Math.min(ZEROS.length, length - done), at + done);
}

/** Blanks what a file says about where it was taken. The file keeps its size, and everything else. */
export async function blankPosition(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    const { size: whole } = await handle.stat();
    let at = 0;
    for (let count = 0; at + 8 <= whole && count < MOST_BOXES; count++) {
      const head = await readBox(handle, at, 16);
      const short = head.readUInt32BE(0);
      const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? whole - at : short;
      if (size < 8 || at + size > whole) break;
      const type = head.toString('latin1', 4, 8);
      if ((type === 'moov' || type === 'meta') && size <= MOST_READ) {
        const bytes = await readBox(handle, at, size);
        const box = { type, at: 0, body: short === 1 ? 16 : 8, end: size };
        if (type === 'moov') blankMovie(bytes, box.body, box.end);
        else blankKeys(bytes, box);
        await handle.write(bytes, 0, size, at);
        // Afterwards, because some lie in the box itself.
        for (const extent of type === 'meta' ? placesOfExif(bytes, box, at) : [])
          if (extent.at >= 0 && extent.at + extent.length <= whole) await blankBytes(handle, extent);
      }
      at += size;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}
