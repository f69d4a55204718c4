/** Who is in a call, as its page asks, and adding others to it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { OFFER, openPhone, type Phone, unique } from '../../../test/helpers/phone.ts';

let house: House;
let ana: Person;
let ben: Person;
let cleo: Person;
let dan: Person;
/** Ana's and Ben's. */
let chat: number;
let anas: Phone;
let bens: Phone;
let cleos: Phone;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  cleo = await house.person('cleo');
  house.app.services.friends.befriend(ana.id, cleo.id);
  // Nobody's friend.
  dan = await house.person('dan');
  [anas, bens, cleos] = [
    await openPhone(house, ana),
    await openPhone(house, ben),
    await openPhone(house, cleo),
  ];
});
afterEach(() => house.close());

const groups = () => house.app.services.groups;
const calls = () => house.app.services.calls;
const add = (person: Person, where: number, ...others: number[]) =>
  house.app.inject({
    ...{ method: 'POST', url: `/chats/${where}/call/people` },
    payload: new URLSearchParams([
      ['_csrf', person.token],
      ...others.map((other) => ['people', String(other)]),
    ]).toString(),
    headers: { cookie: person.cookie, 'content-type': 'application/x-www-form-urlencoded' },
  });
const list = async (person: Person, where: number) => (await person.get(`/chats/${where}/call/people`)).body;

/** Ana calls in a chat, and Ben comes. */
async function talk(where: number): Promise<string> {
  const offer = where === chat ? { offer: OFFER } : {};
  anas.say({ type: 'ring', key: unique('ring'), chat: where, media: 'video', ...offer });
  const { call } = await anas.hears('joined');
  bens.say({ type: 'join', call });
  await bens.hears('joined');
  return call;
}

test('a call of two goes on in the group of all, which is made once', async () => {
  const first = await talk(chat);
  expect((await add(ana, chat, cleo.id)).statusCode).toBe(200);
  const { call, to, chat: group } = await anas.hears('moved');
  expect(call).toBe(first);
  expect(await bens.hears('moved')).toEqual({ type: 'moved', call, to, chat: group });
  expect(await cleos.hears('incoming')).toMatchObject({ call: to, chat: group, name: 'ana' });
  const { chats } = house.app.services;
  expect([chats.kind(group), chats.conversation(group)?.title]).toEqual(['group', 'ana, ben, and cleo']);
  // What was said before is a call of its own, of the two alone.
  expect(calls().find(first)?.state).toEqual({ name: 'ended', reason: 'hung-up' });
  expect(calls().find(to)?.state.name).toBe('active');
  expect(
    calls()
      .find(to)
      ?.places.map(({ user }) => user),
  ).toEqual([ana.id, ben.id]);

  // Their pages open the other call as ones that were loaded again.
  for (const phone of [anas, bens]) {
    phone.say({ type: 'resume', call: to, fresh: true });
    expect(await phone.hears('joined')).toMatchObject({ call: to, peers: [{ away: false }] });
  }
  cleos.say({ type: 'join', call: to });
  expect((await cleos.hears('joined')).peers).toHaveLength(2);
  for (const phone of [anas, bens, cleos]) {
    phone.say({ type: 'leave', call: to });
    await phone.hears('ended');
  }
  await talk(chat);
  await add(ana, chat, cleo.id);
  expect((await anas.hears('moved')).chat).toBe(group);
});

test('in a group those who are not there are rung, once more or as newcomers', async () => {
  const group = groups().create(ana.id, 'Family', [ben.id]) ?? 0;
  const call = await talk(group);
  expect(await list(ana, group)).toMatch(/ben[\s\S]*In the call/);
  expect((await add(ana, group, cleo.id)).body).toContain('They are being called.');
  expect(await cleos.hears('incoming')).toMatchObject({ call, group: 'Family' });
  expect(await list(ben, group)).toMatch(/cleo[\s\S]*Ringing…/);
  cleos.say({ type: 'decline', call });
  await cleos.hears('ended');
  expect(await list(ben, group)).toMatch(/cleo[\s\S]*Declined/);
  await add(ben, group, cleo.id);
  expect(await cleos.hears('incoming')).toMatchObject({ call });
});

test('only who is in it adds, and only those whom they may', async () => {
  await talk(chat);
  const where = `/chats/${chat}/call/people`;
  // Nobody else has such a chat.
  expect((await cleo.get(where)).statusCode).toBe(404);
  expect((await cleo.get(`${where}/add`)).statusCode).toBe(404);
  expect((await add(cleo, chat, cleo.id)).statusCode).toBe(404);
  for (const stranger of [dan.id, 4711, ana.id, ben.id]) {
    const refused = await add(ana, chat, stranger);
    expect([refused.statusCode, refused.body]).toEqual([
      422,
      expect.stringContaining('Choose at least one person.'),
    ]);
  }
  // There is a call in it, but it isn't one that they are in.
  const group = groups().create(ana.id, 'Family', [ben.id, cleo.id]) ?? 0;
  cleos.say({ type: 'ring', key: unique('ring'), chat: group, media: 'voice', quiet: true });
  await cleos.hears('joined');
  expect(await list(cleo, group)).toContain('In the call');
  expect(await list(ben, group)).not.toContain('In the call');
  expect((await ben.get(`/chats/${group}/call/people/add`)).statusCode).toBe(404);
  expect((await add(ben, group, ana.id)).statusCode).toBe(404);
  // Ben isn't a friend of Cleo, and a call with Ana is not one with her.
  expect((await add(ben, chat, cleo.id)).statusCode).toBe(422);
});

test('before anybody has answered, and in a group that is in a call, it is refused', async () => {
  anas.say({ type: 'ring', key: unique('ring'), chat, media: 'voice', offer: OFFER });
  const { call } = await anas.hears('joined');
  expect((await add(ana, chat, cleo.id)).body).toContain('Wait until your call has been answered');
  bens.say({ type: 'join', call });
  await bens.hears('joined');
  const group = groups().create(ana.id, 'Three', [ben.id, cleo.id]) ?? 0;
  cleos.say({ type: 'ring', key: unique('ring'), chat: group, media: 'voice', quiet: true });
  await cleos.hears('joined');
  const refused = await add(ana, chat, cleo.id);
  expect([refused.statusCode, calls().find(call)?.state.name]).toEqual([409, 'active']);
});

test('who has no socket at that moment goes along when they have one again', async () => {
  const first = await talk(chat);
  await bens.drop();
  await add(ana, chat, cleo.id);
  const { to } = await anas.hears('moved');
  const again = await openPhone(house, ben, bens.device);
  again.say({ type: 'resume', call: first, fresh: false });
  expect(await again.hears('moved')).toMatchObject({ call: first, to });
  // Their other pages lead back to it.
  expect((await ben.get('/chats')).body).toContain(`/calls/${to}`);
});

test('a ring names whoever wanted it, and a full call rings nobody', async () => {
  const group = groups().create(ana.id, 'Family', [ben.id, cleo.id]) ?? 0;
  anas.say({ type: 'ring', key: unique('ring'), chat: group, media: 'voice', quiet: true });
  const { call } = await anas.hears('joined');
  bens.say({ type: 'join', call });
  await bens.hears('joined');
  await add(ben, group, cleo.id);
  expect(await cleos.hears('incoming')).toMatchObject({ call, name: 'ben' });
  expect(calls().ringingAt(cleo.id)).toMatchObject([{ caller: ben.id }]);
  const others = [];
  for (let n = 0; n < 7; n++) {
    const person = await house.person(`other${n}`);
    house.app.services.friends.befriend(ana.id, person.id);
    others.push(person);
  }
  const answer = await add(ana, group, ...others.map(({ id }) => id));
  expect([answer.statusCode, answer.body]).toEqual([409, expect.stringContaining('room for eight people')]);
  expect(house.app.services.chats.members(group)).toHaveLength(3);
});

test('nobody makes devices ring without end', async () => {
  const group = groups().create(ana.id, 'Family', [ben.id, cleo.id]) ?? 0;
  const call = await talk(group);
  let last = 200;
  for (let times = 0; times < 40 && last === 200; times++) {
    cleos.say({ type: 'decline', call });
    await cleos.hears('ended');
    last = (await add(ana, group, cleo.id)).statusCode;
  }
  expect(last).toBe(409);
});
