/** A file on its way from one person's composer to the other's page. */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { encodeForm, type TestFile, upload } from '../../../test/helpers/upload.ts';

let house: House;
let ana: Person;
let ben: Person;
let eve: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  eve = await house.person('eve');
});
afterEach(() => house.close());

const onDisk = () =>
  readdirSync(join(house.dataDir, 'uploads'))
    .filter((name) => !name.startsWith('.'))
    .sort();
const send = (
  person: Person,
  file: TestFile | undefined,
  fields: Record<string, string> = {},
  headers = {},
) => upload(house, person, `/chats/${chat}`, file, { key: randomUUID(), body: '', ...fields }, headers);
const messages = () => house.app.services.chats.history(chat).messages;
/** The file of the newest message. */
const sentFile = () => {
  const message = messages().at(-1);
  return message && house.app.services.files.ofMessage(message.id);
};
const photo = (width = 900, height = 600) =>
  sharp({ create: { width, height, channels: 3, background: '#a52' } });

test('a picture is shown to both, small in the chat and whole when opened', async () => {
  const bytes = await photo().jpeg().toBuffer();
  expect((await send(ana, { name: 'Strand.jpg', bytes }, { body: 'Look!' })).statusCode).toBe(303);
  const file = sentFile();
  expect(file).toMatchObject({ type: 'image/jpeg', width: 900, height: 600, hasPreview: true });
  const page = await ben.get(`/chats/${chat}`);
  expect(page.body).toContain(`<img src="/files/${file?.id}/preview" width="540" height="360"`);
  expect(page.body).toContain('Look!');
  const preview = await ben.get(`/files/${file?.id}/preview`);
  expect(preview.headers['content-type']).toBe('image/webp');
  expect(await sharp(preview.rawPayload).metadata()).toMatchObject({ width: 640, height: 427 });
  const whole = await ben.get(`/files/${file?.id}`);
  expect(whole.headers['content-type']).toBe('image/jpeg');
  expect(await sharp(whole.rawPayload).metadata()).toMatchObject({ width: 900, height: 600 });
});

test('a text without a file goes the same way', async () => {
  expect((await send(ana, undefined, { body: 'Only words' })).statusCode).toBe(303);
  // What browsers send for a file field that was left empty.
  expect((await send(ana, { name: '', bytes: Buffer.alloc(0) }, { body: 'As well' })).statusCode).toBe(303);
  expect(messages().map(({ body, hasFile }) => [body, hasFile])).toEqual([
    ['Only words', false],
    ['As well', false],
  ]);
  expect((await send(ana, undefined)).statusCode).toBe(422);
  expect(onDisk()).toEqual([]);
});

test('the same key sent three times at once is one message with one file', async () => {
  const key = randomUUID();
  const file = { name: 'list.txt', bytes: Buffer.from('milk') };
  const answers = await Promise.all([1, 2, 3].map(() => send(ana, file, { key })));
  expect(answers.map((answer) => answer.statusCode)).toEqual([303, 303, 303]);
  expect(messages()).toHaveLength(1);
  expect(onDisk()).toEqual([sentFile()?.id]);
  // The text has gone with this key already, so another one is refused and kept in the box.
  const other = await send(ana, file, { key, body: 'Wait' });
  expect(other.statusCode).toBe(409);
  expect(other.body).toContain('Wait</textarea>');
  expect(onDisk()).toHaveLength(1);
});

test('deleting the message deletes the bytes', async () => {
  await send(ana, { name: 'a.jpg', bytes: await photo().jpeg().toBuffer() });
  const id = sentFile()?.id;
  expect(onDisk()).toEqual([id, `${id}.preview`]);
  const message = messages()[0]?.id;
  expect((await ben.post(`/files/${id}/delete`)).statusCode).toBe(404);
  expect((await ana.post(`/chats/${chat}/messages/${message}/delete`)).statusCode).toBe(303);
  expect(onDisk()).toEqual([]);
  expect(house.app.services.files.usedBy(ana.id)).toBe(0);
  expect((await ben.get(`/files/${id}`)).statusCode).toBe(404);
  expect((await ben.get(`/chats/${chat}`)).body).toContain('Message deleted');
});

test('a file that its owner deletes leaves its message, and both pages learn of it', async () => {
  await send(ana, { name: 'big.bin', bytes: Buffer.alloc(5000, 1) }, { body: 'Here' });
  const { rev = 0 } = messages()[0] ?? {};
  expect((await ana.get('/settings')).body).toContain('big.bin');
  await ana.post(`/files/${sentFile()?.id}/delete`);
  expect(messages()[0]?.rev).toBeGreaterThan(rev);
  expect((await ben.get(`/chats/${chat}`)).body).toContain('This file is no longer available.');
  expect((await ana.get('/settings')).body).not.toContain('big.bin');
  expect(onDisk()).toEqual([]);
});

test('the list of chats says what was sent', async () => {
  await send(ana, { name: 'a.jpg', bytes: await photo().jpeg().toBuffer() });
  expect((await ben.get('/chats')).body).toContain('Photo');
  await send(ana, { name: 'Rezept.pdf', bytes: Buffer.from('%PDF-1.7 x') });
  expect((await ben.get('/chats')).body).toContain('File Rezept.pdf');
  expect((await ana.get('/chats', { 'accept-language': 'zh' })).body).toContain('文件 Rezept.pdf');
});

test('the words to a file can be changed, and taken away', async () => {
  await send(ana, { name: 'a.txt', bytes: Buffer.from('x') }, { body: 'Words' });
  const id = messages()[0]?.id;
  expect((await ana.post(`/chats/${chat}/messages/${id}`, { body: '' })).statusCode).toBe(303);
  expect(messages()[0]).toMatchObject({ body: '', hasFile: true });
});

test('an empty file is refused with a sentence, and what was written stays', async () => {
  const answer = await send(ana, { name: 'empty.txt', bytes: Buffer.alloc(0) }, { body: 'With this' });
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain('This file is empty.');
  expect(answer.body).toContain('With this</textarea>');
  expect(messages()).toEqual([]);
  expect(onDisk()).toEqual([]);
});

test('for a page that sends beside its text box the refusal is a sentence alone', async () => {
  const fields = { beside: 'true' };
  const headers = { 'hx-request': 'true', 'accept-language': 'zh' };
  const answer = await send(ana, { name: 'e', bytes: Buffer.alloc(0) }, fields, headers);
  expect(answer.statusCode).toBe(422);
  expect(answer.body.trim()).toBe('<span>这个文件是空的，请换一个。</span>');
  const sent = await send(ana, { name: 'e', bytes: Buffer.from('x') }, fields, headers);
  expect(sent.body).toContain('<hx-upsert');
  expect(sent.body).not.toContain('id="key"');
});

test('strangers, former friends and forged forms leave nothing behind', async () => {
  const file = { name: 'x.txt', bytes: Buffer.from('x') };
  expect((await send(eve, file)).statusCode).toBe(404);
  expect((await send(ana, file, { _csrf: 'forged' })).statusCode).toBe(403);
  expect((await send(ana, file, {}, { origin: 'https://elsewhere.example' })).statusCode).toBe(403);
  const { type, payload } = await encodeForm({ key: randomUUID(), body: '' }, file);
  const headers = { 'content-type': type };
  const signedOut = await house.app.inject({ method: 'POST', url: `/chats/${chat}`, headers, payload });
  expect(signedOut.headers.location).toBe('/login');
  await ben.post(`/friends/${ana.id}/remove`);
  expect((await send(ana, file)).statusCode).toBe(403);
  expect(messages()).toEqual([]);
  expect(onDisk()).toEqual([]);
});

test('a form that is no form is refused, and the server goes on', async () => {
  const post = (type: string, payload: string) =>
    house.app.inject({
      method: 'POST',
      url: `/chats/${chat}`,
      headers: { cookie: ana.cookie, 'content-type': type, 'x-csrf-token': ana.token },
      payload,
    });
  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';
  for (const [type, payload] of [
    ['multipart/form-data', 'x'],
    ['multipart/form-data; boundary=b', 'x'],
    ['multipart/form-data; boundary=b', head],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\nx\r\n--b--',
    ],
    [
      'multipart/form-data; boundary=b',
      `--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n${'x'.repeat(300_000)}\r\n--b--`,
    ],
  ] as const) {
    const { statusCode } = await post(type, payload);
    expect(statusCode, payload.slice(0, 60)).toBeGreaterThanOrEqual(400);
    expect(statusCode, payload.slice(0, 60)).toBeLessThan(500);
  }
  expect(messages()).toEqual([]);
  expect(onDisk()).toEqual([]);
});

test('an upload whose sender goes away in the middle leaves nothing behind', async () => {
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  const address = house.app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  const fields = { _csrf: ana.token, key: randomUUID(), body: '' };
  const form = await encodeForm(fields, { name: 'long.bin', bytes: Buffer.alloc(8_000_000, 7) });
  const socket = connect(address.port, '127.0.0.1');
  socket.write(
    `POST /chats/${chat} HTTP/1.1\r\nHost: 127.0.0.1:${address.port}\r\nCookie: ${ana.cookie}\r\n` +
      `Content-Type: ${form.type}\r\nContent-Length: ${form.payload.length}\r\n\r\n`,
  );
  socket.write(form.payload.subarray(0, 5_000_000));
  await eventually('bytes that count', () => house.app.services.files.usedBy(ana.id) > 0);
  expect(onDisk()).toHaveLength(1);
  socket.destroy();
  await eventually('no file', () => house.app.services.files.all().length === 0);
  expect(onDisk()).toEqual([]);
  expect(house.app.services.files.usedBy(ana.id)).toBe(0);
  expect(messages()).toEqual([]);
});
