/** A file on its way from one person's composer to the other's page. */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, type Person } from '../../../test/helpers/house.ts';
import { type TestFile, upload } from '../../../test/helpers/upload.ts';

let house: House;
let ana: Person;
let ben: Person;
let eve: Person;
let chat: number;

beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
  ben = await house.person('ben');
  eve = await house.person('eve');
  house.app.services.friends.befriend(ana.id, ben.id);
  chat = house.app.services.chats.directWith(ana.id, ben.id);
});
afterEach(() => house.close());

const onDisk = () => readdirSync(join(house.dataDir, 'uploads')).sort();
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
  expect(page.body).toContain(`<img src="/files/${file?.id}/preview" width="320" height="213"`);
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
