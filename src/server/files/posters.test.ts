/** The picture that stands for a sent video: who is asked for it, who may give it, and that nothing else is kept. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import { requireProgram } from '../../../test/helpers/programs.ts';
import { upload } from '../../../test/helpers/upload.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let clip: Buffer;
let house: House;
let ana: Person;
let ben: Person;
let chat: number;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'posters-'));
  const path = join(folder, 'clip.webm');
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=5:duration=1', '-c:v', 'libvpx'];
  execFileSync(requireProgram('ffmpeg'), ['-loglevel', 'error', ...source, path]);
  clip = readFileSync(path);
  rmSync(folder, { recursive: true });
});
beforeAll(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterAll(() => house.close());

const picture = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#2a5' } })
    .withExif({ IFD0: { Copyright: 'somebody' } })
    .jpeg()
    .toBuffer();

/** Sends a file as Ana's page does. */
const send = (bytes: Buffer = clip, fields: Record<string, string> = {}) =>
  upload(
    house,
    ana,
    `/chats/${chat}`,
    { name: 'clip.webm', bytes },
    { key: randomUUID(), body: '', beside: 'true', ...fields },
    { 'hx-request': 'true' },
  );
function sent() {
  const { chats, files } = house.app.services;
  const file = files.ofMessage(chats.newestId(chat));
  if (!file) throw new Error('nothing was sent');
  return file;
}
/** A video that is taken for sent, without being looked into. */
async function given() {
  const { chats, files } = house.app.services;
  const made = await files.create({
    owner: ana.id,
    conversation: chat,
    kind: 'attachment',
    name: 'clip.webm',
  });
  if ('refused' in made) throw new Error(made.refused);
  writeFileSync(made.path, clip);
  await files.complete(made.id, { type: 'video/webm', bytes: clip.length, state: 'ready' });
  await chats.send({ conversation: chat, author: ana.id, key: randomUUID(), body: '', file: made.id });
  return sent();
}
type Sender = { person?: Person; type?: string; token?: string };
const put = (id: string, payload: Buffer, { person = ana, type = 'image/jpeg', token }: Sender = {}) =>
  house.app.inject({
    method: 'PUT',
    url: `/files/${id}/poster`,
    headers: { cookie: person.cookie, 'x-csrf-token': token ?? person.token, 'content-type': type },
    payload,
  });
const beside = (id: string) =>
  readdirSync(join(house.dataDir, 'uploads'))
    .filter((name) => name.startsWith(id))
    .map((name) => name.slice(id.length))
    .sort();

test('the page that has sent a video is asked for its picture until there is one', async () => {
  const key = randomUUID();
  const { headers } = await send(clip, { key });
  const { id } = sent();
  expect(headers['porchlight-poster']).toBe(`/files/${id}/poster`);
  // Its answer was lost, and another page sends it on.
  const again = await send(clip, { key, beside: 'elsewhere' });
  expect(again.headers['porchlight-poster']).toBe(`/files/${id}/poster`);
  expect((await put(id, await picture(64))).statusCode).toBe(204);
  expect((await send(clip, { key })).headers).not.toHaveProperty('porchlight-poster');
  expect((await send(await picture(64))).headers).not.toHaveProperty('porchlight-poster');
  // A form that a page sends and is gone holds nothing any more.
  expect((await send(clip, { beside: '' })).headers).not.toHaveProperty('porchlight-poster');
});

test('it is drawn anew, comes to open pages, and stands for the video', async () => {
  const before = await given();
  const { id, message } = before;
  const bens = await openSocket(house, '/live', { cookie: ben.cookie });
  bens.socket.send(JSON.stringify({ chat: `${chat}`, rev: '0' }));
  await bens.until((html) => html.includes(`id="m-${message}"`) && !html.includes(`/files/${id}/preview`));
  expect((await put(id, await picture(200))).statusCode).toBe(204);
  await bens.until((html) => html.includes(`poster="/files/${id}/preview"`));
  bens.socket.close();
  expect(sent()).toEqual({ ...before, hasPreview: true });
  expect((await ben.get(`/chats/${chat}`)).body).toContain(`poster="/files/${id}/preview"`);
  const shown = await ben.get(`/files/${id}/preview`);
  expect(shown.headers['content-type']).toBe('image/webp');
  const { width, exif } = await sharp(shown.rawPayload).metadata();
  expect([width, exif]).toEqual([200, undefined]);
  expect(beside(id)).toEqual(['', '.preview']);
  // Whoever has sent it may give another one.
  expect((await put(id, await picture(100))).statusCode).toBe(204);
  expect((await sharp((await ben.get(`/files/${id}/preview`)).rawPayload).metadata()).width).toBe(100);
});

test('two at once are one after the other', async () => {
  const { id } = await given();
  const [one, other] = [await picture(64), await picture(96)];
  const answers = await Promise.all([one, other, one].map((bytes) => put(id, bytes)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204]);
  expect(beside(id)).toEqual(['', '.preview']);
});

test('it is a picture, and not too large, of a video', async () => {
  const { id } = await given();
  const good = await picture(64);
  expect((await put(id, Buffer.from('<svg/>'))).statusCode).toBe(422);
  expect((await put(id, Buffer.alloc(0))).statusCode).toBe(422);
  expect((await put(id, good, { type: 'image/svg+xml' })).statusCode).toBe(415);
  expect((await put(id, Buffer.from('a=b'), { type: 'application/x-www-form-urlencoded' })).statusCode).toBe(
    415,
  );
  expect((await put(id, Buffer.alloc(301 * 1024))).statusCode).toBe(413);
  expect((await put(id, good, { token: 'made up' })).statusCode).toBe(403);
  expect(sent().hasPreview).toBe(false);
  expect(beside(id)).toEqual(['']);
  await send(await picture(32));
  const preview = (await ana.get(`/files/${sent().id}/preview`)).rawPayload;
  expect((await put(sent().id, good)).statusCode).toBe(404);
  expect((await ana.get(`/files/${sent().id}/preview`)).rawPayload).toEqual(preview);
});

test('only its sender gives it, and only while they may write there; its readers alone get it', async () => {
  const eve = await house.person('eve');
  const { id } = await given();
  const good = await picture(64);
  const unknown = await put('nothing', good);
  expect(unknown.statusCode).toBe(404);
  for (const person of [ben, eve]) expect((await put(id, good, { person })).statusCode).toBe(404);
  expect(sent().hasPreview).toBe(false);
  expect((await put(id, good)).statusCode).toBe(204);
  expect((await eve.get(`/files/${id}/preview`)).statusCode).toBe(404);
  await ben.post(`/friends/${ana.id}/block`);
  const kept = (await ben.get(`/files/${id}/preview`)).rawPayload;
  expect((await put(id, await picture(99))).statusCode).toBe(403);
  expect((await ben.get(`/files/${id}/preview`)).rawPayload).toEqual(kept);
});

test('a block while it is drawn keeps it out', async () => {
  const { files, posters, friends } = house.app.services;
  friends.unblock(ben.id, ana.id);
  friends.befriend(ana.id, ben.id);
  const file = await given();
  const may = () => friends.areFriends(ana.id, ben.id);
  const kept = posters.keep({ file, bytes: await picture(64), may });
  friends.block(ben.id, ana.id);
  expect(await kept).toBe('forbidden');
  expect(beside(file.id)).toEqual(['']);
  expect(files.find(file.id)?.hasPreview).toBe(false);
});

test('nothing of it outlives its video, be it deleted meanwhile or after a crash', async () => {
  const { files, posters, friends } = house.app.services;
  friends.unblock(ben.id, ana.id);
  friends.befriend(ana.id, ben.id);
  const file = await given();
  let asked = false;
  const may = () => {
    asked = true;
    // As if it went while the picture was drawn.
    void files.remove(file.id);
    return true;
  };
  expect(await posters.keep({ file, bytes: await picture(64), may })).toBe('not-found');
  expect([asked, beside(file.id)]).toEqual([true, []]);

  const left = await given();
  const { id, message } = left;
  const path = files.pathOf(left);
  for (const end of ['.poster', '.poster.drawn', '.poster.clean', '.clean']) writeFileSync(path + end, 'x');
  await ana.post(`/chats/${chat}/messages/${message}/delete`);
  await vi.waitFor(() => expect(beside(id)).toEqual([]));
});
