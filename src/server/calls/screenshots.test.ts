/** Screenshots, from the call's page to the call's summary and into the chat. */
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { upload } from '../../../test/helpers/upload.ts';
import { openDatabase } from '../database/database.ts';

const CALL = 'c'.repeat(22);

let house: House;
let ana: Person;
let ben: Person;
let eve: Person;
let chat: number;
let png: Buffer;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  eve = await house.person('eve');
  const database = openDatabase(`${house.dataDir}/porchlight.db`);
  database
    .prepare(
      `INSERT INTO calls (id, conversation_id, started_by, media, state, reason, started_at, ended_at)
       VALUES (?, ?, ?, 'video', 'ended', 'hung-up', 1, 2)`,
    )
    .run(CALL, chat, ana.id);
  const place = database.prepare(
    `INSERT INTO call_places (id, call_id, user_id, device, joined_at, seen_at, left_at) VALUES (?, ?, ?, 'phone', 1, 2, 2)`,
  );
  for (const { id } of [ana, ben]) place.run(`place-of-${id}`.padEnd(22, '-'), CALL, id);
  database.close();
  png = await sharp({ create: { width: 320, height: 180, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
});
afterEach(() => house.close());

/** As the call page sends it: by fetch, with the token in a header. */
const shoot = (person: Person, bytes: Uint8Array, call = CALL, token = person.token) => {
  const headers = { 'x-csrf-token': token };
  const file = { name: '2026-11-22 Ben.png', bytes };
  return upload(house, person, `/calls/${call}/screenshots`, file, { _csrf: '' }, headers);
};
const messages = () => house.app.services.chats.history(chat).messages;

test('a screenshot stays with its call, for both', async () => {
  const answer = await shoot(ana, png);
  expect(answer.statusCode).toBe(201);
  const { id, url } = answer.json();
  expect(url).toBe(`/files/${id}`);
  const whole = await ben.get(url);
  expect(await sharp(whole.rawPayload).metadata()).toMatchObject({ format: 'png', width: 320, height: 180 });
  const page = await ben.get(`/calls/${CALL}`);
  expect(page.body).toContain('Screenshots');
  expect(page.body).toContain(`href="/files/${id}/download"`);
  expect(page.body).not.toContain(`/files/${id}/delete`);
  expect(messages()).toEqual([]);
});

test('screenshots are looked at one after another, whoever took them', async () => {
  const id = (await shoot(ana, png)).json().id;
  house.clock.advance(1);
  const second = (await shoot(ben, png)).json().id;
  const viewer = (file: string) => `/calls/${CALL}/screenshots/${file}`;
  expect((await ben.get(`/calls/${CALL}`)).body).toContain(`href="${viewer(id)}"`);
  expect((await ben.get(viewer(id))).body).toContain(`rel="next" href="${viewer(second)}"`);
  expect((await ben.get(viewer(second))).body).toContain(`rel="prev" href="${viewer(id)}"`);
  expect((await ben.get(viewer(second))).body).toContain(`href="/calls/${CALL}/recordings#screenshots"`);
  for (const [person, wrong] of [
    [eve, viewer(id)],
    [ana, viewer('none')],
    [ana, `/calls/${'d'.repeat(22)}/screenshots/${id}`],
  ] as const)
    expect((await person.get(wrong)).statusCode, wrong).toBe(404);
});

/** The key in the form that sends a file on, on the page of the call. */
async function keyFor(person: Person, file: string): Promise<string> {
  const { body } = await person.get(`/calls/${CALL}`);
  return new RegExp(`id="send-key-${file}" name="key" value="([^"]+)"`).exec(body)?.[1] ?? '';
}

test('it goes into the chat once, however often one presses, and survives the message', async () => {
  const { id } = (await shoot(ana, png)).json();
  const key = await keyFor(ben, id);
  const press = (given: string, headers = {}) => ben.post(`/files/${id}/send`, { key: given }, headers);
  const sent = await Promise.all([press(key), press(key), press(await keyFor(ben, id))]);
  const [message] = messages();
  for (const answer of sent) expect(answer.headers.location).toBe(`/chats/${chat}#m-${message?.id}`);
  expect(messages()).toHaveLength(1);
  expect(message?.authorId).toBe(ben.id);
  expect((await ana.get(`/chats/${chat}`)).body).toContain(`/files/${id}/preview`);
  // Each reads its name in their language, whoever took it.
  const chinese = { 'accept-language': 'zh-CN' };
  for (const page of [`/chats/${chat}`, `/calls/${CALL}`, `/chats/${chat}/pictures/${id}`]) {
    expect((await ana.get(page)).body, page).toMatch(/Picture: \d{4}-\d\d-\d\d Screenshot\.png/);
    expect((await ana.get(page, chinese)).body, page).toMatch(/图片：\d{4}-\d\d-\d\d 截图\.png/);
  }
  const saved = (await ana.get(`/files/${id}/download`)).headers['content-disposition'];
  expect(saved).toMatch(/^attachment; filename="\d{4}-\d\d-\d\d Screenshot\.png"$/);
  expect((await ben.get('/chats', chinese)).body).toContain('你：照片');
  expect((await ben.get('/chats')).body).toContain('You: Photo');
  await ben.post(`/chats/${chat}/messages/${message?.id}/delete`);
  expect((await ana.get(`/files/${id}`)).statusCode).toBe(200);
  expect((await ana.get(`/calls/${CALL}`)).body).toContain(`/files/${id}/preview`);
  // The answer to the first was lost, say, and this is it once more.
  const again = await press(key, { 'hx-request': 'true' });
  expect(again.body).toContain(`href="/chats/${chat}#m-${message?.id}"`);
  expect(messages()).toHaveLength(1);
  // Whoever wants it back presses the button as it stands there now.
  const next = /id="send-key-[\w-]+" name="key" value="([^"]+)" hx-swap-oob/.exec(again.body)?.[1] ?? '';
  expect((await press(next)).statusCode).toBe(303);
  expect(messages()).toHaveLength(2);
});

test('a key is for one file', async () => {
  const first = (await shoot(ana, png)).json().id;
  const second = (await shoot(ana, png)).json().id;
  const key = await keyFor(ana, first);
  await ana.post(`/files/${first}/send`, { key });
  expect((await ana.post(`/files/${second}/send`, { key })).statusCode).toBe(409);
  for (const bad of ['', 'short', 'call:0123456789abcdef'])
    expect((await ana.post(`/files/${second}/send`, { key: bad })).statusCode).toBe(400);
  expect(messages()).toHaveLength(1);
});

test('whoever took it deletes it, and nobody else', async () => {
  const { id } = (await shoot(ana, png)).json();
  expect((await ben.post(`/files/${id}/delete`)).statusCode).toBe(404);
  const answer = await ana.post(`/files/${id}/delete`, { back: `/calls/${CALL}` });
  expect(answer.headers.location).toBe(`/calls/${CALL}#screenshots`);
  expect((await ben.get(`/files/${id}`)).statusCode).toBe(404);
  const elsewhere = await ana.post(`/files/${(await shoot(ana, png)).json().id}/delete`, {
    back: '//elsewhere.example',
  });
  expect(elsewhere.headers.location).toMatch(/^\/chats#/);
});

test('strangers, other calls, forged tokens and what is no picture are refused', async () => {
  expect((await shoot(eve, png)).statusCode).toBe(404);
  expect((await shoot(ana, png, 'x'.repeat(22))).statusCode).toBe(404);
  expect((await shoot(ana, png, CALL, 'forged')).statusCode).toBe(403);
  const text = await shoot(ana, Buffer.from('<svg onload="alert(1)">'));
  expect(text.statusCode).toBe(415);
  expect(text.json()).toEqual({ error: 'This is not a picture.' });
  expect((await shoot(ana, Buffer.alloc(0))).json().error).toContain('empty');
  expect(house.app.services.files.all()).toEqual([]);
});
