/** What somebody who is added to a group, to read from then on, gets of its calls; and who adds to those. */
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { openPhone, type Phone, unique } from '../../../test/helpers/phone.ts';
import { upload } from '../../../test/helpers/upload.ts';

let house: House;
let ana: Person;
let ben: Person;
let cleo: Person;
let eve: Person;
let group: number;
let anas: Phone;
let call: string;

beforeEach(async () => {
  ({ house, ana, ben } = await openHouseOfFriends());
  [cleo, eve] = [await house.person('cleo'), await house.person('eve')];
  const { friends, groups } = house.app.services;
  for (const friend of [cleo, eve]) friends.befriend(ana.id, friend.id);
  group = groups.create(ana.id, 'Family', [ben.id]) ?? 0;
  anas = await openPhone(house, ana);
  anas.say({ type: 'ring', key: unique('ring'), chat: group, media: 'video' });
  ({ call } = await anas.hears('joined'));
});
afterEach(() => house.close());

async function record(): Promise<string> {
  const answer = await house.app.inject({
    ...{ method: 'POST', url: `/calls/${call}/recordings` },
    headers: { cookie: ana.cookie, 'x-csrf-token': ana.token },
    payload: { key: unique('recording'), mode: 'everyone', mimeType: 'video/webm' },
  });
  return answer.json().id;
}

async function shoot(person = ana) {
  const bytes = await sharp({ create: { width: 320, height: 180, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
  return upload(
    house,
    person,
    `/calls/${call}/screenshots`,
    { name: 'x.png', bytes },
    { _csrf: '' },
    { 'x-csrf-token': person.token },
  );
}

/** Cleo comes in and reads everything, Eve from now on. */
function add(): void {
  house.clock.advance(1000);
  house.app.services.groups.add(group, ana.id, [cleo.id], true);
  house.app.services.groups.add(group, ana.id, [eve.id], false);
  house.clock.advance(1000);
}
const page = async (person: Person, path: string) => (await person.get(path)).body;

test('screenshots from before are neither listed, nor beside those that are', async () => {
  const before = (await shoot()).json().id;
  add();
  const since = (await shoot()).json().id;
  anas.say({ type: 'leave', call });
  await anas.hears('ended');
  const viewer = `/calls/${call}/screenshots/${since}`;
  for (const [person, reads] of [
    [ben, true],
    [cleo, true],
    [eve, false],
  ] as const) {
    for (const list of [`/calls/${call}`, `/calls/${call}/recordings`]) {
      expect(await page(person, list)).toContain(since);
      expect((await page(person, list)).includes(before), person.username).toBe(reads);
    }
    expect((await page(person, viewer)).includes(`rel="prev"`), person.username).toBe(reads);
  }
});

test('a recording that had begun is neither listed nor played, also where it comes to the chat later', async () => {
  const { files, chats } = house.app.services;
  const before = await record();
  add();
  const since = await record();
  for (const id of [before, since]) {
    await files.complete(id, { type: 'video/webm', bytes: 1, state: 'ready' });
    await chats.send({ conversation: group, author: ana.id, key: `recording:${id}`, body: '', file: id });
  }
  for (const [person, reads] of [
    [cleo, true],
    [eve, false],
    [cleo, true],
  ] as const) {
    const list = await page(person, `/calls/${call}/recordings`);
    expect([list.includes(since), list.includes(before)]).toEqual([true, reads]);
    const chat = await page(person, `/chats/${group}`);
    expect([chat.includes(since), chat.includes(before)]).toEqual([true, reads]);
    expect(chat.includes('This was recorded before you were added to the group.')).toBe(!reads);
    for (const path of [`/files/${before}`, `/recordings/${before}/download`])
      expect((await person.get(path)).statusCode === 404, path).toBe(!reads);
  }
});

test('only those who are or were in a call take screenshots of it', async () => {
  expect((await shoot(ben)).statusCode).toBe(404);
  const bens = await openPhone(house, ben);
  bens.say({ type: 'join', call });
  await bens.hears('joined');
  expect((await shoot(ben)).statusCode).toBe(201);
  bens.say({ type: 'leave', call });
  await bens.hears('ended');
  expect((await shoot(ben)).statusCode).toBe(201);
});
