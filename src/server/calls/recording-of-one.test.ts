/** Recordings of one chosen person of a group's call: who may be chosen, and what is said of it afterwards. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { openPhone, unique } from '../../../test/helpers/phone.ts';

let house: House;
let ana: Person;
let ben: Person;
let cleo: Person;
let eve: Person;
let group: number;
let call: string;

beforeEach(async () => {
  ({ house, ana, ben } = await openHouseOfFriends());
  [cleo, eve] = [await house.person('cleo'), await house.person('eve')];
  const { friends, groups } = house.app.services;
  for (const friend of [cleo, eve]) friends.befriend(ana.id, friend.id);
  group = groups.create(ana.id, 'Family', [ben.id, cleo.id, eve.id]) ?? 0;
  const anas = await openPhone(house, ana);
  anas.say({ type: 'ring', key: unique('ring'), chat: group, media: 'video' });
  ({ call } = await anas.hears('joined'));
  for (const person of [ben, cleo]) {
    const phone = await openPhone(house, person);
    phone.say({ type: 'join', call });
    await phone.hears('joined');
    if (person === cleo) phone.say({ type: 'leave', call });
  }
});
afterEach(() => house.close());

const record = async (mode: string) => {
  const { statusCode } = await house.app.inject({
    ...{ method: 'POST', url: `/calls/${call}/recordings` },
    headers: { cookie: ana.cookie, 'x-csrf-token': ana.token },
    payload: { key: unique('recording'), mode, mimeType: 'video/webm' },
  });
  return statusCode;
};

test('the others who are or were in it can be chosen, by whoever is in it', async () => {
  const choices = async (person: Person) => {
    const { statusCode, body } = await person.get(`/chats/${group}/call/recordable`);
    return statusCode === 200
      ? [...body.matchAll(/value="person-(\d+)"> Only (\w+)/g)].map(([, id, name]) => [id, name])
      : statusCode;
  };
  expect(await choices(ana)).toEqual([
    [`${ben.id}`, 'ben'],
    [`${cleo.id}`, 'cleo'],
  ]);
  expect(await choices(eve)).toEqual([]);
  expect(await choices(await house.person('dan'))).toBe(404);
});

test('it is of somebody who was in the call, and says of whom', async () => {
  expect(await record(`person-${cleo.id}`)).toBe(201);
  expect((await ana.get(`/calls/${call}/recordings`)).body).toMatch(/cleo, [^<]*<[\s\S]*recorded by you/);
  for (const nobody of [
    `person-${eve.id}`,
    'person-4711',
    'person-',
    'person',
    'person-1e1',
    `person-${cleo.id}x`,
  ])
    expect(await record(nobody), nobody).toBe(400);
});
