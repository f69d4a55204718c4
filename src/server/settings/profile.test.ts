/** What people show of themselves, and where it is shown. */
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import { upload } from '../../../test/helpers/upload.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

/** A photo that says where it was taken. */
const photo = (color: string) =>
  sharp({ create: { width: 400, height: 300, channels: 3, background: color } })
    .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 30/1' } })
    .jpeg()
    .toBuffer();

const choose = (bytes: Uint8Array, name = 'me.jpg') =>
  upload(house, ana, '/settings/picture', { name, bytes });
const pictureOf = (html: string) => /\/pictures\/[\w-]+/.exec(html)?.[0];

test('a chosen picture is shown wherever the initial was, to others as well', async () => {
  expect((await choose(await photo('tomato'))).statusCode).toBe(303);
  const address = pictureOf((await ana.get('/settings')).body);
  expect(address).toMatch(/^\/pictures\/[\w-]{22}$/);
  const eve = await house.person('eve');
  await eve.post('/friends', { username: 'ana' });
  await ana.post('/friends', { username: 'ben' });
  for (const [person, page] of [
    [ana, '/admin'],
    [ben, '/chats'],
    [ben, '/friends'],
    [ben, `/chats/${chat}`],
    [ben, `/chats/${chat}/call?media=video`],
    [eve, '/friends'],
  ] as const)
    expect((await person.get(page)).body, page).toContain(`src="${address}"`);
  const { socket, until } = await openSocket(house, '/live', { cookie: ben.cookie });
  house.app.services.events.emit('call-ringing', {
    ...{ call: 'x'.repeat(22), conversation: chat, caller: ana.id, callee: ben.id, media: 'voice' },
  });
  await until((html) => html.includes('alertdialog') && html.includes(`src="${address}"`));
  socket.close();
});

test('it is a small square without what the photo told, and can be kept', async () => {
  await choose(await photo('tomato'));
  const address = pictureOf((await ana.get('/settings')).body) ?? '';
  const answer = await ben.get(address);
  expect(answer.headers['content-type']).toBe('image/webp');
  expect(answer.headers['cache-control']).toContain('immutable');
  expect(answer.rawPayload.length).toBeLessThan(30_000);
  const { width, height, exif } = await sharp(answer.rawPayload).metadata();
  expect([width, height, exif]).toEqual([256, 256, undefined]);
  expect((await house.app.inject(address)).statusCode).toBe(303);
  expect((await ben.get(`${address.slice(0, -4)}AAAA`)).statusCode).toBe(404);
});

test('another picture has another address, and the one before is gone', async () => {
  await choose(await photo('tomato'));
  const first = pictureOf((await ana.get('/settings')).body) ?? '';
  await choose(await photo('teal'));
  const second = pictureOf((await ana.get('/settings')).body) ?? '';
  expect(second).not.toBe(first);
  expect((await ana.get(first)).statusCode).toBe(404);
  await ana.post('/settings/picture/remove');
  expect((await ana.get(second)).statusCode).toBe(404);
  expect(pictureOf((await ben.get('/friends')).body)).toBeUndefined();
});

test('what is no picture is refused at its place, and the old one stays', async () => {
  await choose(await photo('tomato'));
  const before = pictureOf((await ana.get('/settings')).body);
  for (const bytes of [Buffer.from('<svg onload="alert(1)">'), Buffer.alloc(0), Buffer.from('hello')]) {
    const answer = await choose(bytes);
    expect(answer.statusCode).toBe(415);
    expect(answer.body).toContain('id="picture-error"');
  }
  expect((await upload(house, ana, '/settings/picture', undefined)).statusCode).toBe(415);
  expect(
    (
      await upload(house, { ...ana, token: 'no' }, '/settings/picture', {
        name: 'a',
        bytes: await photo('teal'),
      })
    ).statusCode,
  ).toBe(403);
  expect(pictureOf((await ana.get('/settings')).body)).toBe(before);
});

test('a new name is shown everywhere at once, also in pages that are kept', async () => {
  await ana.post(`/chats/${chat}`, { key: crypto.randomUUID(), body: 'Hello' });
  expect((await ben.get(`/chats/${chat}`)).body).toContain('>ana</span>');
  const { socket, until } = await openSocket(house, '/live', { cookie: ben.cookie });
  expect((await ana.post('/settings/name', { displayName: ' Ana\u200b Maria ' })).statusCode).toBe(303);
  const pushed = await until((html) => html.includes('data-face'));
  expect(pushed).toContain('Ana Maria');
  expect(pushed).toContain('chats-refresh');
  socket.close();
  for (const page of ['/chats', '/friends', `/chats/${chat}`]) {
    const { body } = await ben.get(page);
    expect(body, page).toContain('Ana Maria');
    expect(body, page).not.toContain('>ana<');
  }
});

test('a name that says nothing is refused at its place, with what was typed', async () => {
  for (const displayName of ['', '\u3164', 'x'.repeat(51)]) {
    const answer = await ana.post('/settings/name', { displayName });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('id="displayName-error"');
    expect(answer.body).toContain(`value="${displayName}"`);
  }
});
