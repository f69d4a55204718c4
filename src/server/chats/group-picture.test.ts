/** The picture of a group: shown wherever the group is, to those who are in it. */
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import { upload } from '../../../test/helpers/upload.ts';

let house: House;
let ana: Person;
let ben: Person;
let eve: Person;
let group: number;
beforeEach(async () => {
  ({ house, ana, ben } = await openHouseOfFriends());
  eve = await house.person('eve');
  group = house.app.services.groups.create(ana.id, 'Family', [ben.id]) ?? 0;
});
afterEach(() => house.close());

const photo = (color: string) =>
  sharp({ create: { width: 400, height: 300, channels: 3, background: color } })
    .jpeg()
    .toBuffer();
const choose = async (person: Person, color = 'tomato') =>
  upload(house, person, `/chats/${group}/picture`, { name: 'us.jpg', bytes: await photo(color) });
const addressIn = (html: string) => /\/chats\/\d+\/picture\/[\w-]+/.exec(html)?.[0] ?? '';
const people = async (person: Person) => (await person.get(`/chats/${group}/people`)).body;

test('whoever is in it chooses one, and all see it, on open pages at once', async () => {
  const { socket, until } = await openSocket(house, '/live?mark=none', { cookie: ana.cookie });
  const rev = house.app.services.chats.rev(group);
  socket.send(JSON.stringify({ chat: `${group}`, rev: `${rev}` }));
  await until((html) => html.includes('id="seen"'));
  expect((await choose(ben)).statusCode).toBe(303);
  const address = addressIn(await people(ana));
  expect(address).not.toBe('');
  for (const page of ['/chats', `/chats/${group}`, `/chats/${group}/call?media=voice`])
    expect((await ana.get(page)).body, page).toContain(`src="${address}"`);
  expect((await ana.get(`/chats/${group}`)).body).toContain('ben changed the group picture');
  await until((html) => html.includes(`src="${address}"`));
  socket.close();

  const answer = await ana.get(address);
  const { width, height } = await sharp(answer.rawPayload).metadata();
  expect([answer.headers['content-type'], width, height]).toEqual(['image/webp', 256, 256]);
});

test('nobody else sees it, and nobody else chooses', async () => {
  await choose(ana);
  const address = addressIn(await people(ana));
  expect((await eve.get(address)).statusCode).toBe(404);
  expect((await house.app.inject(address)).statusCode).toBe(303);
  expect((await choose(eve)).statusCode).toBe(404);
  expect((await eve.post(`/chats/${group}/picture/remove`)).statusCode).toBe(404);
  house.app.services.groups.leave(group, ben.id);
  expect((await ben.get(address)).statusCode).toBe(404);
  // In another group of the same person the address is none.
  const other = house.app.services.groups.create(ana.id, 'Others', []) ?? 0;
  expect((await ana.get(address.replace(`/${group}/`, `/${other}/`))).statusCode).toBe(404);
});

test('another one has another address, and taken away it is gone', async () => {
  await choose(ana);
  const first = addressIn(await people(ana));
  await choose(ana, 'teal');
  const second = addressIn(await people(ana));
  expect(second).not.toBe(first);
  expect((await ana.get(first)).statusCode).toBe(404);
  await ana.post(`/chats/${group}/picture/remove`);
  expect((await ana.get(second)).statusCode).toBe(404);
  expect(addressIn(await people(ana))).toBe('');
  expect((await ana.get(`/chats/${group}`)).body).toContain('You removed the group picture');
});

test('what is no picture is refused at its place', async () => {
  await choose(ana);
  const before = addressIn(await people(ana));
  const refused = await upload(house, ana, `/chats/${group}/picture`, {
    name: 'no.jpg',
    bytes: Buffer.from('hello'),
  });
  expect([refused.statusCode, refused.body]).toEqual([415, expect.stringContaining('id="picture-error"')]);
  expect(addressIn(await people(ana))).toBe(before);
  // A chat of two has none.
  const direct = house.app.services.chats.conversationWith(ana.id, ben.id) ?? 0;
  const there = await upload(house, ana, `/chats/${direct}/picture`, {
    name: 'us.jpg',
    bytes: await photo('teal'),
  });
  expect(there.statusCode).toBe(404);
});
