/** How files leave the server: whole, in parts, as what they are, and to nobody else. */
import { randomUUID } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { upload } from '../../../test/helpers/upload.ts';

let house: House;
let ana: Person;
let ben: Person;
let eve: Person;
let chat: number;

beforeAll(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  eve = await house.person('eve');
});
afterAll(() => house.close());

/** Sends a file to Ben; the answer is what is kept of it. */
async function kept(name: string, bytes: Uint8Array, type = 'image/png') {
  const fields = { key: randomUUID(), body: '' };
  const answer = await upload(house, ana, `/chats/${chat}`, { name, bytes, type }, fields);
  expect(answer.statusCode).toBe(303);
  const [message] = house.app.services.chats.history(chat).messages.slice(-1);
  const file = house.app.services.files.ofMessage(message?.id ?? 0);
  if (!file) throw new Error('nothing is kept');
  return file;
}

const jpeg = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#b63' } })
    .jpeg()
    .toBuffer();
const HTML = '<!doctype html><script>alert(document.cookie)</script>';
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';

test.each([
  ['page.html', HTML],
  ['picture.svg', SVG],
  ['picture.svg', `<?xml version="1.0"?>${SVG}`],
  ['feed.xml', '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>'],
  ['paper.pdf', '%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>'],
  ['script.js', 'alert(1)'],
  ['frame.mht', 'MIME-Version: 1.0\nContent-Type: text/html\n\n<script>alert(1)</script>'],
])('%s that claims to be a picture is only offered for saving', async (name, text) => {
  const { id } = await kept(name, Buffer.from(text));
  for (const url of [`/files/${id}`, `/files/${id}/download`]) {
    const { headers, body } = await ben.get(url);
    expect(body).toBe(text);
    expect(headers['content-type']).toMatch(/^(text\/plain|application\/pdf|application\/octet-stream)/);
    expect(headers['content-disposition']).toBe(`attachment; filename="${name}"`);
    expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  }
  const page = await ben.get(`/chats/${chat}`);
  expect(page.body).not.toContain(`src="/files/${id}"`);
});

test('a picture that is a page as well is only a picture afterwards', async () => {
  const picture = await jpeg();
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, HTML.length + 2]), Buffer.from(HTML)]);
  const polyglot = Buffer.concat([picture.subarray(0, 2), comment, picture.subarray(2), Buffer.from(HTML)]);
  const { id } = await kept('both.html', polyglot, 'text/html');
  const { headers, rawPayload } = await ben.get(`/files/${id}`);
  expect(headers['content-type']).toBe('image/jpeg');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(rawPayload.toString('latin1')).not.toContain('script');
});

test('a GIF that is a script or an archive as well stays a GIF to every browser', async () => {
  const gif = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
    .gif()
    .toBuffer();
  const { id } = await kept('x.js', Buffer.concat([gif, Buffer.from(`/*PK\x03\x04*/=1;alert(1)//${HTML}`)]));
  const { headers } = await ben.get(`/files/${id}`);
  expect(headers['content-type']).toBe('image/gif');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['content-security-policy']).toContain('sandbox');
});

/** A whole, honest PNG of one bit a pixel: small to send, large to unpack. */
function blackPng(width: number, height: number): Buffer {
  const head = Buffer.from('00000000000000000100000000', 'hex');
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))));
  const chunks = [
    ['IHDR', head],
    ['IDAT', rows],
    ['IEND', Buffer.alloc(0)],
  ] as const;
  const parts = chunks.flatMap(([type, data]) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(data.length, 0);
    numbers.writeUInt32BE(crc32(body), 4);
    return [numbers.subarray(0, 4), body, numbers.subarray(4)];
  });
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

test('a picture of a hundred megapixels is kept, and never unpacked', async () => {
  const bomb = blackPng(12_000, 10_000);
  expect(bomb.length).toBeLessThan(100_000);
  expect((await kept('small.png', blackPng(1200, 1000))).hasPreview).toBe(true);
  const file = await kept('bomb.png', bomb);
  expect(file).toMatchObject({ hasPreview: false, width: undefined });
  const page = await ben.get(`/chats/${chat}`);
  expect(page.body).toContain('This picture is too large or damaged to be shown here.');
  expect((await ben.get(`/files/${file.id}`)).headers['content-disposition']).toMatch(/^attachment/);
  expect((await ben.get(`/files/${file.id}/preview`)).statusCode).toBe(404);
});

test('a broken picture is kept as it came', async () => {
  const broken = (await jpeg()).subarray(0, -20);
  const { id, hasPreview } = await kept('broken.jpg', broken);
  expect(hasPreview).toBe(false);
  const { headers, rawPayload } = await ben.get(`/files/${id}/download`);
  expect(rawPayload).toEqual(broken);
  expect(headers['content-disposition']).toMatch(/^attachment/);
});

test('an archive is a download and stays shut', async () => {
  const { id, type } = await kept('bomb.zip', Buffer.from('504b0304140008000800', 'hex'));
  expect(type).toBe('application/zip');
  expect((await ben.get(`/files/${id}`)).headers['content-disposition']).toMatch(/^attachment/);
});

test('where a photo was taken is not kept', async () => {
  const gps = { IFD0: { Artist: 'Ana Secret' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 0/1' } };
  const photo = await sharp(await jpeg())
    .withMetadata({ orientation: 6 })
    .withExifMerge(gps)
    .jpeg()
    .toBuffer();
  expect(photo.toString('latin1')).toContain('Secret');
  const { id, width, height, bytes } = await kept('photo.jpg', photo);
  // Turned, as it is shown.
  expect({ width, height }).toEqual({ width: 30, height: 40 });
  const { rawPayload } = await ben.get(`/files/${id}`);
  expect(rawPayload.toString('latin1')).not.toContain('Secret');
  expect(rawPayload).toHaveLength(bytes);
  expect((await sharp(rawPayload).metadata()).orientation).toBe(6);
});

test('a name in any script is offered as it is', async () => {
  const { id } = await kept('../../春节 合影\u202e.txt', Buffer.from('x'));
  const { headers } = await ben.get(`/files/${id}/download`);
  expect(headers['content-disposition']).toBe(
    `attachment; filename="__ __.txt"; filename*=UTF-8''${encodeURIComponent('春节 合影.txt')}`,
  );
});

const TEXT = 'abcdefghijklmnopqrstuvwxyz';

test.each([
  ['bytes=0-0', 206, 'a', 'bytes 0-0/26'],
  ['bytes=-3', 206, 'xyz', 'bytes 23-25/26'],
  ['bytes=20-', 206, 'uvwxyz', 'bytes 20-25/26'],
  ['bytes=5-9999', 206, TEXT.slice(5), 'bytes 5-25/26'],
  ['bytes=26-', 416, '', 'bytes */26'],
  ['bytes=0-0,5-6', 200, TEXT, undefined],
  ['lines=1-2', 200, TEXT, undefined],
])('the range %s gives %i', async (range, status, body, contentRange) => {
  const { id } = await kept('abc.txt', Buffer.from(TEXT));
  const answer = await ben.get(`/files/${id}`, { range });
  expect(answer.statusCode).toBe(status);
  expect(answer.body).toBe(body);
  expect(answer.headers['content-range']).toBe(contentRange);
  if (status < 300) expect(answer.headers['content-length']).toBe(`${body.length}`);
});

test('what has not changed is not sent again, and a range of something else is sent whole', async () => {
  const { id } = await kept('abc.txt', Buffer.from(TEXT));
  const first = await ben.get(`/files/${id}`);
  const etag = String(first.headers.etag);
  expect(first.headers).toMatchObject({ 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' });
  const again = await ben.get(`/files/${id}`, { 'if-none-match': etag });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  const range = 'bytes=0-1';
  expect((await ben.get(`/files/${id}`, { range, 'if-range': etag })).statusCode).toBe(206);
  expect((await ben.get(`/files/${id}`, { range, 'if-range': '"other"' })).statusCode).toBe(200);
  const { cookie } = ben;
  const head = await house.app.inject({ method: 'HEAD', url: `/files/${id}`, headers: { cookie } });
  expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', '26']);
});

test('long texts come as they are also to who takes compressed ones', async () => {
  const { id } = await kept('long.txt', Buffer.from(TEXT.repeat(1000)));
  const { headers, body } = await ben.get(`/files/${id}`, { 'accept-encoding': 'gzip' });
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['content-length']).toBe('26000');
  expect(body).toHaveLength(26_000);
});

test("other people's files don't exist, at every door", async () => {
  const { id } = await kept('private.jpg', await jpeg());
  const nowhere = await eve.get(`/files/${'x'.repeat(22)}`);
  for (const answer of [
    await eve.get(`/files/${id}`),
    await eve.get(`/files/${id}/download`),
    await eve.get(`/files/${id}/preview`),
    await eve.post(`/files/${id}/send`),
    await eve.post(`/files/${id}/delete`),
    await eve.get('/files/..%2f..%2fporchlight.db'),
    await eve.get(`/files/${id}%00`),
  ]) {
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-disposition']).toBe(nowhere.headers['content-disposition']);
  }
  expect((await house.app.inject(`/files/${id}`)).headers.location).toMatch(/^\/login/);
  expect((await ben.get(`/files/${id}`)).statusCode).toBe(200);
});
