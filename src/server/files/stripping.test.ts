/** What is taken out of pictures is gone, and what is seen is the same. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { BrokenPicture, stripJpeg, stripPng, stripWebp } from './stripping.ts';

const EXIF = {
  IFD0: { Copyright: 'Ana Secret' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 30/1' },
};

/** A picture whose four corners differ, so that turning it shows. */
async function picture() {
  const pixels = Buffer.alloc(64 * 48 * 3);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (at * 7 + (at >> 6)) % 256;
  return sharp(pixels, { raw: { width: 64, height: 48, channels: 3 } })
    .withExif(EXIF)
    .withIccProfile('p3');
}
const pixelsOf = (bytes: Buffer) => sharp(bytes).autoOrient().raw().toBuffer();

/** A COM segment (ITU T.81, B.2.4.5) right after the start. */
function withComment(jpeg: Buffer, comment: string): Buffer {
  const segment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from(comment)]);
  segment.writeUInt16BE(segment.length - 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

test.each([
  1, 3, 6, 8,
])('a JPEG turned by orientation %i looks the same without the rest of its Exif', async (n) => {
  const jpeg = await (await picture()).withMetadata({ orientation: n }).withExifMerge(EXIF).jpeg().toBuffer();
  expect(jpeg.toString('latin1')).toContain('Ana Secret');
  const script = '<html><script>alert(1)</script>';
  const clean = stripJpeg(Buffer.concat([withComment(jpeg, script), Buffer.from(script)]), n);
  const { exif, xmp, iptc, icc, orientation } = await sharp(clean).metadata();
  expect({ xmp, iptc, orientation: orientation ?? 1 }).toEqual({ orientation: n });
  expect(exif?.length ?? 0).toBeLessThan(40);
  expect(icc).toBeDefined();
  expect(clean.toString('latin1')).not.toMatch(/Secret|script/);
  expect(await pixelsOf(clean)).toEqual(await pixelsOf(jpeg));
});

test('a progressive JPEG, with its many scans, stays whole', async () => {
  const jpeg = await (await picture()).jpeg({ progressive: true }).toBuffer();
  expect(await pixelsOf(stripJpeg(jpeg, 1))).toEqual(await pixelsOf(jpeg));
});

test.each(['png', 'webp'] as const)('a %s loses its Exif and what hangs on behind', async (format) => {
  const bytes = await (await picture()).toFormat(format, { lossless: true }).toBuffer();
  const strip = format === 'png' ? stripPng : stripWebp;
  const clean = strip(Buffer.concat([bytes, Buffer.from('PK\x03\x04 an archive')]));
  const metadata = await sharp(clean).metadata();
  expect(metadata.exif).toBeUndefined();
  expect(metadata.icc).toBeDefined();
  expect(clean.toString('latin1')).not.toMatch(/Secret|archive/);
  expect(await pixelsOf(clean)).toEqual(await pixelsOf(bytes));
});

test.each(['png', 'webp'] as const)('a %s that nothing hangs on behind is the same', async (format) => {
  const bytes = await sharp(await (await picture()).raw().toBuffer(), {
    raw: { width: 64, height: 48, channels: 3 },
  })
    .toFormat(format, { lossless: true })
    .toBuffer();
  const clean = (format === 'png' ? stripPng : stripWebp)(bytes);
  expect(await pixelsOf(clean)).toEqual(await pixelsOf(bytes));
  expect(clean.length).toBe(bytes.length);
});

test('a WebP keeps a last chunk that is empty, and loses one of an unknown kind', async () => {
  const webp = await (await picture()).webp({ lossless: true }).toBuffer();
  const chunk = (name: string, data = '') => {
    const head = Buffer.from(`${name}\0\0\0\0`, 'latin1');
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, Buffer.from(data)]);
  };
  const withChunks = (...chunks: Buffer[]) => {
    const bytes = Buffer.concat([webp, ...chunks]);
    bytes.writeUInt32LE(bytes.length - 8, 4);
    return bytes;
  };
  const clean = stripWebp(withChunks(chunk('SPYS', 'secret'), chunk('ALPH')));
  expect(clean.toString('latin1')).not.toContain('secret');
  expect(clean.subarray(-8)).toEqual(chunk('ALPH'));
  expect(clean.readUInt32LE(4)).toBe(clean.length - 8);
  expect(() => stripWebp(withChunks(chunk('ALPH', 'x').subarray(0, 8)))).toThrow(BrokenPicture);
});

test('a JPEG may have fill bytes between its segments, and nothing else', async () => {
  const jpeg = await (await picture()).jpeg().toBuffer();
  const second = 2 + 2 + jpeg.readUInt16BE(4);
  const between = (...bytes: number[]) =>
    Buffer.concat([jpeg.subarray(0, second), Buffer.from(bytes), jpeg.subarray(second)]);
  expect(await pixelsOf(stripJpeg(between(0xff, 0xff), 1))).toEqual(await pixelsOf(jpeg));
  for (const garbage of [[0x00], [0x42, 0x42], [0x00, 0x00, 0x00, 0x00]])
    expect(() => stripJpeg(between(...garbage), 1), `${garbage}`).toThrow(BrokenPicture);
});

test('bytes that end too early are not taken for a picture', async () => {
  const jpeg = await (await picture()).jpeg().toBuffer();
  const png = await (await picture()).png().toBuffer();
  for (const length of [2, 3, 30, jpeg.length - 10])
    expect(() => stripJpeg(jpeg.subarray(0, length), 1), `${length}`).toThrow(BrokenPicture);
  for (const length of [8, 30, png.length - 4])
    expect(() => stripPng(png.subarray(0, length)), `${length}`).toThrow(BrokenPicture);
});
