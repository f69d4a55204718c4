/** Calls of a group, as its pages hear of them. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import {
  ANSWER,
  candidate,
  OFFER,
  openOldPhone,
  openPhone,
  type Phone,
  unique,
} from '../../../test/helpers/phone.ts';
import { openDatabase } from '../database/database.ts';

const MINUTE = 60_000;

let house: House;
let ana: Person;
let ben: Person;
let cleo: Person;
let group: number;
let anas: Phone;
let bens: Phone;
let cleos: Phone;

async function addPerson(username: string): Promise<Person> {
  const person = await house.person(username);
  house.app.services.friends.befriend(ana.id, person.id);
  return person;
}

beforeEach(async () => {
  ({ house, ana, ben } = await openHouseOfFriends());
  cleo = await addPerson('cleo');
  group = house.app.services.groups.create(ana.id, 'Family', [ben.id, cleo.id]) ?? 0;
  anas = await openPhone(house, ana);
  bens = await openPhone(house, ben);
  cleos = await openPhone(house, cleo);
});
afterEach(() => house.close());

const calls = () => house.app.services.calls;
const entry = () =>
  house.app.services.chats
    .history(group)
    .messages.flatMap(({ call }) => call ?? [])
    .at(-1);

/** Rings in the group. @returns the call and the starter's place */
async function rings(phone: Phone, more: { chat?: number; quiet?: boolean } = {}) {
  phone.say({ type: 'ring', key: unique('ring'), chat: group, media: 'video', ...more });
  const { call, member } = await phone.hears('joined');
  return { call, member };
}
async function joinsAnew(phone: Phone, call: string) {
  phone.say({ type: 'join', call });
  return phone.hears('joined');
}
const joins = async (phone: Phone, call: string): Promise<string> => (await joinsAnew(phone, call)).member;
const people = () => entry()?.people;

describe('a call of a group', () => {
  test('rings all of it, and each who joins meets those who are there', async () => {
    const { call, member } = await rings(anas);
    for (const phone of [bens, cleos])
      expect(await phone.hears('incoming')).toMatchObject({
        call,
        chat: group,
        name: 'ana',
        group: 'Family',
      });
    expect(people()).toEqual({ [ana.id]: 'in', [ben.id]: 'ringing', [cleo.id]: 'ringing' });

    bens.say({ type: 'join', call });
    const atBen = await bens.hears('joined');
    const since = { answeredAt: house.clock.now(), elapsed: 0 };
    expect(atBen).toEqual({
      ...{ type: 'joined', call, member: atBen.member, topology: 'mesh', candidates: [], ...since },
      peers: [{ member, user: ana.id, name: 'ana', away: false }],
      invited: [{ user: cleo.id, name: 'cleo', state: 'ringing' }],
    });
    const bensPlace = { member: atBen.member, user: ben.id, name: 'ben' };
    expect(await anas.hears('peer')).toEqual({
      type: 'peer',
      call,
      event: 'joined',
      peer: bensPlace,
      ...since,
    });

    house.clock.advance(5000);
    cleos.say({ type: 'join', call });
    const atCleo = await cleos.hears('joined');
    expect(atCleo.peers.map(({ name }) => name).sort()).toEqual(['ana', 'ben']);
    expect(atCleo).toMatchObject({ elapsed: 5000, invited: [] });
    for (const phone of [anas, bens])
      expect((await phone.settled()).filter(({ type }) => type === 'peer').at(-1)).toMatchObject({
        event: 'joined',
        peer: { user: cleo.id },
      });
    expect(people()).toEqual({ [ana.id]: 'in', [ben.id]: 'in', [cleo.id]: 'in' });
  });

  test('lets others join from the chat and the list, and who is in it only from another device', async () => {
    const { call } = await rings(anas, { quiet: true });
    const link = new RegExp(`href="/calls/${call}"[^>]*?(data-in)?>Join<`, 'g');
    for (const [url, count] of [
      ['/chats', 1],
      [`/chats/${group}`, 2],
    ] as const) {
      const marksFor = async (person: Person) =>
        [...(await person.get(url)).body.matchAll(link)].map(([, mark]) => mark);
      // The page hides what is so marked where it leads back to the call itself.
      expect(await marksFor(ana)).toEqual(Array(count).fill('data-in'));
      expect(await marksFor(ben)).toEqual(Array(count).fill(undefined));
    }
  });

  test('goes on for as long as somebody is in it, and says how long it was', async () => {
    const { call, member } = await rings(anas);
    await joins(bens, call);
    await anas.hears('peer');
    house.clock.advance(MINUTE - 1);
    anas.say({ type: 'leave', call });
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
    expect(await bens.hears('peer')).toMatchObject({ event: 'left', peer: { member } });
    expect(people()).toEqual({ [ana.id]: 'was', [ben.id]: 'in', [cleo.id]: 'ringing' });

    house.clock.advance(1);
    expect(await bens.hears('invited')).toMatchObject({ people: [{ user: cleo.id, state: 'missed' }] });
    expect(await cleos.hears('ended')).toMatchObject({ call, reason: 'missed' });
    // One can walk in later, and come back.
    house.clock.advance(10 * MINUTE);
    await joins(cleos, call);
    const second = await joins(anas, call);
    expect(second).not.toBe(member);
    for (const phone of [bens, cleos, anas]) {
      phone.say({ type: 'leave', call });
      await phone.hears('ended');
    }
    expect(calls().find(call)?.state).toEqual({ name: 'ended', reason: 'hung-up' });
    expect(entry()).toEqual({
      ...{ id: call, media: 'video', outcome: 'hung-up', seconds: 660 },
      people: { [ana.id]: 'was', [ben.id]: 'was', [cleo.id]: 'was' },
    });
  });

  test('is declined for oneself, and not for the others', async () => {
    const { call } = await rings(anas);
    const tablet = await openPhone(house, ben);
    await tablet.hears('incoming');
    bens.say({ type: 'decline', call });
    for (const phone of [bens, tablet])
      expect(await phone.hears('ended')).toMatchObject({ call, reason: 'declined' });
    expect(await anas.hears('invited')).toMatchObject({
      people: [
        { user: ben.id, name: 'ben', state: 'declined' },
        { user: cleo.id, state: 'ringing' },
      ],
    });
    await joins(cleos, call);
    anas.say({ type: 'leave', call });
    cleos.say({ type: 'leave', call });
    await cleos.hears('ended');
    expect(people()).toEqual({ [ana.id]: 'was', [ben.id]: 'declined', [cleo.id]: 'was' });
  });

  test('that nobody joins is missed by all, though its starter still waits', async () => {
    const { call } = await rings(anas);
    house.clock.advance(MINUTE);
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'missed' });
    expect(calls().find(call)?.state.name).toBe('ringing');
    anas.say({ type: 'leave', call });
    expect(await anas.hears('ended')).toMatchObject({ reason: 'cancelled', seconds: 0 });
    expect(entry()).toMatchObject({
      outcome: 'cancelled',
      people: { [ben.id]: 'missed', [cleo.id]: 'missed' },
    });
  });

  test('starts quietly where its starter wants that', async () => {
    const { call } = await rings(anas, { quiet: true });
    expect(await bens.settled()).toEqual([]);
    expect(people()).toEqual({ [ana.id]: 'in' });
    await joins(bens, call);
    expect(await anas.hears('peer')).toMatchObject({ event: 'joined', peer: { name: 'ben' } });
  });

  test('leaves alone who wants to hear of nothing in the group, and whom a block stands between', async () => {
    const dora = await addPerson('dora');
    const doras = await openPhone(house, dora);
    house.app.services.groups.add(group, ana.id, [dora.id], true);
    house.app.services.chatNotifications.choose(group, ben.id, 'nothing');
    house.app.services.friends.block(cleo.id, ana.id);
    const { call } = await rings(anas);
    await doras.hears('incoming');
    for (const phone of [bens, cleos]) expect(await phone.settled()).toEqual([]);
    // They see that there is a call, and may come in.
    for (const phone of [bens, cleos]) await joins(phone, call);
  });

  test('that two start at once is one', async () => {
    const { call } = await rings(anas);
    await bens.hears('incoming');
    const crossed = await rings(bens);
    expect(crossed.call).toBe(call);
    expect(await anas.hears('peer')).toMatchObject({ event: 'joined', peer: { name: 'ben' } });
    expect(calls().ringingAt(ben.id)).toEqual([]);
  });

  test('tells the ninth that it is full, and lets them in when somebody has left', async () => {
    const { call } = await rings(anas, { quiet: true });
    const phones: Phone[] = [bens, cleos];
    for (const name of ['dora', 'emil', 'fritz', 'gerda', 'hans', 'ida']) {
      const person = await addPerson(name);
      house.app.services.groups.add(group, ana.id, [person.id], true);
      phones.push(await openPhone(house, person));
    }
    const ninth = phones.pop();
    if (!ninth) throw new Error('there is no ninth');
    for (const phone of phones) await joins(phone, call);
    for (const phone of [ninth, ninth]) {
      phone.say({ type: 'join', call });
      expect(await phone.hears('error')).toMatchObject({ code: 'full', about: 'join' });
    }
    bens.say({ type: 'leave', call });
    await bens.hears('ended');
    await joins(ninth, call);
  });

  test('rings on nowhere once it is full', async () => {
    const others: Person[] = [];
    for (const name of ['dora', 'emil', 'fritz', 'gerda', 'hans', 'ida']) others.push(await addPerson(name));
    house.app.services.groups.add(
      group,
      ana.id,
      others.map(({ id }) => id),
      true,
    );
    const ninth = others.at(-1);
    const phones: Phone[] = [bens, cleos];
    for (const person of others) phones.push(await openPhone(house, person));
    const last = phones.pop();
    if (!ninth || !last) throw new Error('there is no ninth');
    const { call } = await rings(anas);
    await last.hears('incoming');
    for (const phone of phones) {
      expect(calls().ringingAt(ninth.id)).toHaveLength(1);
      await joins(phone, call);
    }
    expect(await last.hears('ended')).toMatchObject({ call, reason: 'missed' });
    expect(calls().ringingAt(ninth.id)).toEqual([]);
    expect(people()).toMatchObject({ [ninth.id]: 'missed', [cleo.id]: 'in' });
    expect((await anas.settled()).filter(({ type }) => type === 'invited').at(-1)).toMatchObject({
      people: [{ user: ninth.id, state: 'missed' }],
    });
    // It is theirs to walk into once somebody has left.
    bens.say({ type: 'leave', call });
    await bens.hears('ended');
    await joins(last, call);
  });

  test('is busy for who is in another, and they find it missed', async () => {
    const { friends, chats } = house.app.services;
    friends.befriend(ben.id, cleo.id);
    bens.say({
      ...{ type: 'ring', key: unique('ring'), chat: chats.directWith(ben.id, cleo.id), media: 'voice' },
      offer: OFFER,
    });
    const { call: other } = await bens.hears('joined');
    await cleos.hears('incoming');
    cleos.say({ type: 'join', call: other, answer: ANSWER });
    await cleos.hears('joined');
    const { call } = await rings(anas);
    expect(await bens.hears('missed')).toEqual({ type: 'missed', name: 'ana', media: 'video' });
    expect(people()).toEqual({ [ana.id]: 'in', [ben.id]: 'missed', [cleo.id]: 'missed' });
    // Whoever comes in all the same leaves the other one, which is over for both.
    await joins(bens, call);
    expect(await cleos.hears('ended')).toMatchObject({ call: other, reason: 'hung-up' });
    expect(people()).toEqual({ [ana.id]: 'in', [ben.id]: 'in', [cleo.id]: 'missed' });
  });
});

describe('in a call of a group', () => {
  test('descriptions, candidates and requests go to the one they are for', async () => {
    const { call, member } = await rings(anas);
    const bensPlace = await joins(bens, call);
    await joins(cleos, call);
    await anas.settled();
    bens.say({ type: 'description', call, to: member, description: OFFER });
    bens.say({ type: 'candidates', call, to: member, candidates: [candidate('of ben')] });
    bens.say({ type: 'request-offer', call, to: member, fragment: 'ab' });
    expect(await anas.hears('description')).toMatchObject({ from: bensPlace, description: OFFER });
    expect(await anas.hears('candidates')).toMatchObject({ from: bensPlace });
    expect(await anas.hears('request-offer')).toMatchObject({ from: bensPlace });
    const heard = await cleos.settled();
    expect(heard.map(({ type }) => type)).not.toContain('description');
    // Without an address there is nobody it is for.
    bens.say({ type: 'description', call, description: OFFER });
    expect(await bens.hears('error')).toMatchObject({ code: 'not-found', about: 'description' });
  });

  test('a person is in with one device, and another takes over', async () => {
    const { call } = await rings(anas);
    const place = await joins(bens, call);
    const tablet = await openPhone(house, ben);
    tablet.say({ type: 'join', call });
    expect(await tablet.hears('error')).toMatchObject({ code: 'answered-elsewhere', about: 'join' });
    tablet.say({ type: 'resume', call, member: place, fresh: true });
    expect(await tablet.hears('error')).toMatchObject({ code: 'answered-elsewhere', about: 'resume' });
    tablet.say({ type: 'join', call, over: true });
    expect(await tablet.hears('joined')).toMatchObject({ member: place });
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'answered-elsewhere' });
    await anas.hears('peer');
    expect(await anas.hears('peer')).toMatchObject({ event: 'fresh', peer: { member: place } });
    // The other's network comes back: it doesn't take it back.
    bens.say({ type: 'resume', call, member: place, fresh: false });
    expect(await bens.hears('error')).toMatchObject({ code: 'answered-elsewhere', about: 'resume' });
  });

  test('who closes the page is waited for, and then the others go on', async () => {
    const { call } = await rings(anas);
    const place = await joins(bens, call);
    await joins(cleos, call);
    bens.say({ type: 'leave', call, closing: true });
    for (const phone of [anas, cleos])
      expect((await phone.settled()).filter(({ type }) => type === 'peer').at(-1)).toMatchObject({
        ...{ event: 'away', closing: true, peer: { member: place } },
      });
    await bens.drop();
    house.clock.advance(9_000);
    bens = await openPhone(house, ben, bens.device);
    bens.say({ type: 'resume', call, member: place, fresh: true });
    expect((await bens.hears('joined')).peers.map(({ name }) => name).sort()).toEqual(['ana', 'cleo']);
    for (const phone of [anas, cleos]) expect(await phone.settled()).toMatchObject([{ event: 'fresh' }]);
    await bens.goAway();
    house.clock.advance(10_000);
    for (const phone of [anas, cleos])
      expect((await phone.settled()).at(-1)).toMatchObject({ type: 'peer', event: 'left' });
    // Too late for the old place, and not for another.
    bens = await openPhone(house, ben, bens.device);
    bens.say({ type: 'resume', call, member: place, fresh: true });
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
    expect(await joins(bens, call)).not.toBe(place);
  });

  test('who is taken out of the group is out of its call, and rung no longer', async () => {
    const { call } = await rings(anas);
    await joins(bens, call);
    house.app.services.groups.remove(group, ana.id, ben.id);
    expect(await bens.hears('error')).toEqual({ type: 'error', code: 'not-allowed', about: 'resume', call });
    expect((await bens.settled()).map(({ type }) => type)).not.toContain('ended');
    expect((await anas.settled()).at(-1)).toMatchObject({ type: 'peer', event: 'left' });
    house.app.services.groups.remove(group, ana.id, cleo.id);
    expect(await cleos.hears('ended')).toMatchObject({ call });
    for (const phone of [bens, cleos]) {
      phone.say({ type: 'join', call });
      expect(await phone.hears('error')).toMatchObject({ code: 'not-found', about: 'join' });
    }
    expect(calls().find(call)?.state.name).toBe('active');
  });

  test('who leaves the group without being there finds neither, and the call ends with the last of them', async () => {
    const { call, member } = await rings(anas, { quiet: true });
    await anas.drop();
    house.app.services.groups.leave(group, ana.id);
    expect(calls().find(call)?.state.name).toBe('ended');
    anas = await openPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member, fresh: false });
    expect(await anas.hears('error')).toMatchObject({ code: 'not-found', about: 'resume', call });

    const { call: bensCall } = await rings(bens, { quiet: true });
    house.app.services.groups.leave(group, ben.id);
    expect(await bens.hears('error')).toMatchObject({ code: 'not-allowed', about: 'resume', call: bensCall });
    expect(calls().find(bensCall)?.state.name).toBe('ended');
  });

  test('whose session ends is out at once, also while their page has no socket', async () => {
    const { call } = await rings(anas);
    const place = await joins(bens, call);
    await bens.drop();
    expect((await anas.settled()).at(-1)).toMatchObject({ type: 'peer', event: 'away' });
    house.app.services.sessions.endAll(ben.id);
    expect((await anas.settled()).at(-1)).toMatchObject({ event: 'left', peer: { member: place } });
    expect(people()).toMatchObject({ [ben.id]: 'was' });
  });

  test('whose session another program has ended is out as well, also where that was while the server was down', async () => {
    const { call } = await rings(anas);
    for (const phone of [bens, cleos]) {
      await joins(phone, call);
      await phone.drop();
    }
    /** As the command line does it. */
    const endSession = ({ id }: Person) => {
      const database = openDatabase(join(house.dataDir, 'porchlight.db'));
      database.prepare('DELETE FROM sessions WHERE user_id = ?').run(id);
      database.close();
    };
    endSession(ben);
    await vi.waitFor(() => expect(people()).toMatchObject({ [ben.id]: 'was', [cleo.id]: 'in' }), 5000);
    await house.app.close();
    endSession(cleo);
    await house.restart();
    expect(people()).toEqual({ [ana.id]: 'in', [ben.id]: 'was', [cleo.id]: 'was' });
  });

  test('everybody is waited for after the server was down', async () => {
    const { call, member } = await rings(anas);
    const place = await joins(bens, call);
    await house.restart();
    anas = await openPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member, fresh: false });
    expect(await anas.hears('joined')).toMatchObject({
      peers: [{ member: place, away: true }],
      invited: [{ user: cleo.id, state: 'ringing' }],
    });
    house.clock.advance(MINUTE);
    expect(await anas.hears('invited')).toMatchObject({ people: [{ user: cleo.id, state: 'missed' }] });
    house.clock.advance(MINUTE);
    expect(await anas.hears('peer')).toMatchObject({ event: 'left', peer: { member: place } });
    expect(calls().find(call)?.state.name).toBe('active');
  });
});

describe('what comes late', () => {
  test('a page that repeats its join on another socket is there again for the others', async () => {
    const { call } = await rings(anas);
    const place = await joins(bens, call);
    await bens.drop();
    expect((await anas.settled()).at(-1)).toMatchObject({ type: 'peer', event: 'away' });
    bens = await openPhone(house, ben, bens.device);
    await joins(bens, call);
    expect((await anas.settled()).at(-1)).toMatchObject({ event: 'back', peer: { member: place } });
  });

  test('whoever comes in after all is not among the invited any more', async () => {
    const { call } = await rings(anas);
    bens.say({ type: 'decline', call });
    await bens.hears('ended');
    await joins(bens, call);
    expect((await anas.settled()).filter(({ type }) => type === 'invited').at(-1)).toMatchObject({
      people: [{ user: cleo.id }],
    });
    bens.say({ type: 'leave', call });
    await bens.hears('ended');
    expect((await joinsAnew(cleos, call)).invited).toEqual([]);
  });

  test('what was said before, and heard, is answered once more', async () => {
    const { call } = await rings(anas);
    await joins(cleos, call);
    for (const phone of [bens, bens]) {
      phone.say({ type: 'decline', call });
      expect(await phone.hears('ended')).toMatchObject({ reason: 'declined' });
    }
    for (const phone of [cleos, cleos]) {
      phone.say({ type: 'leave', call });
      expect(await phone.hears('ended')).toMatchObject({ reason: 'hung-up' });
    }
  });

  test('a call is as long as people were in it, whoever else was waited for', async () => {
    const { call } = await rings(anas);
    await joins(bens, call);
    house.clock.advance(500);
    await anas.drop();
    await joins(cleos, call);
    house.clock.advance(MINUTE);
    for (const phone of [bens, cleos]) {
      phone.say({ type: 'leave', call });
      await phone.hears('ended');
    }
    house.clock.advance(MINUTE);
    expect(entry()).toMatchObject({ outcome: 'hung-up', seconds: 60 });
  });

  test('who has left is not waited for any longer because somebody else comes', async () => {
    const { call } = await rings(anas);
    await joins(bens, call);
    bens.say({ type: 'leave', call, closing: true });
    await bens.settled();
    await bens.drop();
    house.clock.advance(5000);
    await joins(cleos, call);
    await cleos.settled();
    house.clock.advance(5000);
    expect((await cleos.settled()).at(-1)).toMatchObject({ type: 'peer', event: 'left' });
  });

  test('coming and going is bounded', async () => {
    const { call } = await rings(anas);
    for (let times = 0; times < 20; times += 1) {
      await joins(bens, call);
      bens.say({ type: 'leave', call });
      await bens.hears('ended');
    }
    bens.say({ type: 'join', call });
    expect(await bens.hears('error')).toMatchObject({ code: 'too-many', about: 'join' });
    house.clock.advance(MINUTE);
    await joins(bens, call);
  });
});

test('strangers to a group find no call in it', async () => {
  const { call, member } = await rings(anas);
  const stranger = await openPhone(house, await addPerson('eve'));
  stranger.say({ type: 'join', call });
  stranger.say({ type: 'resume', call, member, fresh: true });
  stranger.say({ type: 'decline', call });
  stranger.say({ type: 'leave', call });
  stranger.say({ type: 'ice', call });
  stranger.say({ type: 'candidates', call, to: member, candidates: [] });
  stranger.say({ type: 'ring', key: unique('ring'), chat: group, media: 'voice' });
  const codes = (await stranger.settled()).map((message) => message.type === 'error' && message.code);
  expect(codes).toEqual(Array.from({ length: 7 }, () => 'not-found'));
});

test('a page of version 1 hears nothing of it, and can’t take it', async () => {
  const old = await openOldPhone(house, ben);
  const { call } = await rings(anas);
  bens.say({ type: 'decline', call });
  await bens.hears('ended');
  expect(await old.settled()).toEqual([]);
  old.say({ type: 'ring', key: unique('ring'), chat: group, media: 'voice', offer: OFFER });
  expect(await old.hears('error')).toMatchObject({ code: 'version', about: 'ring' });
  old.say({ type: 'accept', call });
  expect(await old.hears('error')).toMatchObject({ code: 'version', about: 'accept' });
  const member = await joins(bens, call);
  old.say({ type: 'resume', call, member, fresh: true });
  expect(await old.hears('error')).toMatchObject({ code: 'version', about: 'resume' });
});
