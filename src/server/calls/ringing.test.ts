import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import {
  ANSWER,
  candidate,
  OFFER,
  type OldPhone,
  openOldPhone,
  unique,
} from '../../../test/helpers/phone.ts';
import { whileFailing } from '../../../test/helpers/tables.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
let anas: OldPhone;
let bens: OldPhone;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  anas = await openOldPhone(house, ana);
  bens = await openOldPhone(house, ben);
});
afterEach(() => house.close());

/** What the conversation shows of its calls, oldest first. */
const entries = (of = chat) =>
  house.app.services.chats.history(of).messages.flatMap(({ call }) => (call ? [call] : []));

async function befriended(username: string, ...others: Person[]): Promise<Person> {
  const person = await house.person(username);
  for (const other of others) house.app.services.friends.befriend(person.id, other.id);
  return person;
}

async function talking(): Promise<{ call: string; caller: string; callee: string }> {
  const { call, member: caller } = await anas.rings(chat);
  bens.say({ type: 'accept', call, answer: ANSWER });
  const { member: callee } = await bens.hears('accepted');
  await anas.hears('accepted');
  return { call, caller, callee };
}

describe('a call', () => {
  test('rings with the offer, is accepted with the answer, relays, and ends with its duration', async () => {
    const { call, member, key } = await anas.rings(chat);
    anas.say({ type: 'candidates', call, candidates: [candidate('early')] });
    await anas.settled();
    expect(await bens.hears('incoming')).toEqual({
      type: 'incoming',
      call,
      chat,
      name: 'ana',
      media: 'video',
      offer: OFFER,
      candidates: [],
      ice: { iceServers: [] },
    });
    expect(entries()).toEqual([{ id: call, media: 'video', seconds: 0 }]);

    bens.say({ type: 'accept', call, answer: ANSWER });
    const atBen = await bens.hears('accepted');
    expect(atBen).toMatchObject({ call, peer: { member, user: ana.id, name: 'ana' }, description: OFFER });
    expect(atBen.candidates).toEqual([candidate('early')]);
    expect(await anas.hears('accepted')).toEqual({
      type: 'accepted',
      call,
      key,
      member,
      peer: { member: atBen.member, user: ben.id, name: 'ben' },
      answeredAt: house.clock.now(),
      elapsed: 0,
      description: ANSWER,
      candidates: [],
    });
    expect(atBen.member < member, 'the callee is polite').toBe(true);

    bens.say({ type: 'candidates', call, to: member, candidates: [candidate('of ben')] });
    expect(await anas.hears('candidates')).toMatchObject({ from: atBen.member, call });
    anas.say({ type: 'description', call, to: atBen.member, description: { type: 'offer', sdp: 'again' } });
    expect(await bens.hears('description')).toMatchObject({ from: member, description: { sdp: 'again' } });
    const again = { type: 'answer' as const, sdp: 'yes', answers: 'ab' };
    bens.say({ type: 'description', call, to: member, description: again });
    expect(await anas.hears('description')).toMatchObject({ description: again });
    bens.say({ type: 'request-offer', call, to: member, fragment: 'ab' });
    expect(await anas.hears('request-offer')).toEqual({
      type: 'request-offer',
      call,
      from: atBen.member,
      fragment: 'ab',
    });

    house.clock.advance(83_500);
    bens.say({ type: 'hang-up', call });
    const ended = { type: 'ended', call, reason: 'hung-up', seconds: 83 };
    expect(await bens.hears('ended')).toEqual(ended);
    expect(await anas.hears('ended')).toEqual({ ...ended, key });
    expect(entries()).toEqual([{ id: call, media: 'video', outcome: 'hung-up', seconds: 83 }]);
  });

  test('nothing of the callee reaches the caller before the callee accepts', async () => {
    const { call, member } = await anas.rings(chat);
    await anas.settled();
    bens.say({ type: 'description', call, to: member, description: ANSWER });
    bens.say({ type: 'candidates', call, to: member, candidates: [candidate('leak')] });
    bens.say({ type: 'request-offer', call, to: member, fragment: 'leak' });
    const answered = await bens.settled();
    expect(answered.filter(({ type }) => type === 'error')).toEqual([
      { type: 'error', code: 'out-of-turn', about: 'description', call },
      { type: 'error', code: 'out-of-turn', about: 'candidates', call },
      { type: 'error', code: 'out-of-turn', about: 'request-offer', call },
    ]);
    expect(await anas.settled()).toEqual([]);
  });

  test('is declined', async () => {
    const { call, key } = await anas.rings(chat, 'voice');
    bens.say({ type: 'decline', call });
    expect(await anas.hears('ended')).toEqual({ type: 'ended', call, key, reason: 'declined', seconds: 0 });
    expect(entries()).toEqual([{ id: call, media: 'voice', outcome: 'declined', seconds: 0 }]);
  });

  test('is cancelled, and every device of the callee hears so', async () => {
    const tablet = await openOldPhone(house, ben);
    const { call } = await anas.rings(chat);
    anas.say({ type: 'hang-up', call });
    expect(await anas.hears('ended')).toMatchObject({ reason: 'cancelled' });
    expect(await bens.hears('ended')).toMatchObject({ reason: 'cancelled' });
    expect(await tablet.hears('ended')).toMatchObject({ reason: 'cancelled' });
  });

  test('is missed after a minute', async () => {
    const { call } = await anas.rings(chat);
    house.clock.advance(59_999);
    expect((await anas.settled()).map(({ type }) => type)).toEqual(['ringing']);
    house.clock.advance(1);
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'missed' });
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'missed' });
    expect(entries()).toMatchObject([{ outcome: 'missed' }]);
  });

  test('rings no longer once it was accepted', async () => {
    const { call } = await talking();
    house.clock.advance(60_000);
    expect(house.app.services.calls.find(call)?.state).toEqual({ name: 'active' });
  });

  test('is cancelled when the caller has left the page for ten seconds', async () => {
    const { call } = await anas.rings(chat);
    await anas.drop();
    house.clock.advance(9_999);
    expect(house.app.services.calls.find(call)?.state.name).toBe('ringing');
    house.clock.advance(1);
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'cancelled' });
  });
});

describe('several devices', () => {
  test('the first to accept has the call, however close the second is', async () => {
    const tablet = await openOldPhone(house, ben);
    const { call } = await anas.rings(chat);
    bens.say({ type: 'accept', call, answer: ANSWER });
    tablet.say({ type: 'accept', call, answer: ANSWER });
    const heard = [...(await bens.settled()), ...(await tablet.settled())];
    expect(heard.filter(({ type }) => type === 'accepted')).toHaveLength(1);
    expect(heard).toContainEqual({ type: 'ended', call, reason: 'answered-elsewhere', seconds: 0 });
    expect(heard).toContainEqual({ type: 'error', code: 'answered-elsewhere', about: 'accept', call });
    expect((await anas.settled()).filter(({ type }) => type === 'accepted')).toHaveLength(1);
  });

  test('accepting twice from the same device is harmless', async () => {
    const { call, callee } = await talking();
    await anas.settled();
    bens.say({ type: 'accept', call, answer: ANSWER });
    expect(await bens.hears('accepted')).toMatchObject({ call, member: callee });
    expect(await anas.settled()).toEqual([]);
  });

  test('another device of a member can neither end nor steal the call', async () => {
    const { call, callee, caller } = await talking();
    const tablet = await openOldPhone(house, ben);
    tablet.say({ type: 'hang-up', call });
    expect(await tablet.hears('error')).toMatchObject({ code: 'answered-elsewhere', about: 'hang-up' });
    tablet.say({ type: 'candidates', call, to: caller, candidates: [] });
    expect(await tablet.hears('error')).toMatchObject({ code: 'out-of-turn' });
    tablet.say({ type: 'decline', call });
    expect(await tablet.hears('error')).toMatchObject({ code: 'answered-elsewhere', about: 'decline' });
    expect(house.app.services.calls.find(call)?.places.find(({ id }) => id === callee)?.device).toBe(
      bens.device,
    );
  });

  test('a device that connects while it rings, rings', async () => {
    const { call } = await anas.rings(chat);
    const tablet = await openOldPhone(house, ben);
    expect(await tablet.hears('incoming')).toMatchObject({ call, offer: OFFER });
  });
});

describe('one person is in one call', () => {
  test('who is in a call is busy, and finds a missed call', async () => {
    await talking();
    const cleo = await befriended('cleo', ben);
    const cleos = await openOldPhone(house, cleo);
    const other = house.app.services.chats.directWith(cleo.id, ben.id);
    const missed = new Promise((resolve) => house.app.services.events.on('call-missed-busy', resolve));
    const key = unique('ring');
    cleos.say({ type: 'ring', key, chat: other, media: 'voice', offer: OFFER });
    // Its page has not been told which call it is, and knows it by the key.
    expect(await cleos.hears('ended')).toMatchObject({ key, reason: 'busy', seconds: 0 });
    expect(await bens.hears('missed')).toEqual({ type: 'missed', name: 'cleo', media: 'voice' });
    expect(await missed).toMatchObject({
      conversation: other,
      callee: ben.id,
      caller: cleo.id,
      media: 'voice',
    });
    expect(entries(other)).toMatchObject([{ outcome: 'busy' }]);
    expect((await bens.settled()).filter(({ type }) => type === 'ended')).toEqual([]);
  });

  test.each([
    ['said that it leaves', (phone: OldPhone, call: string) => phone.say({ type: 'leave', call })],
    ['lost its network', (phone: OldPhone) => phone.drop()],
  ])('who was in a call by a page that %s is not busy', async (_, go) => {
    const { call } = await talking();
    const cleo = await befriended('cleo', ben);
    const cleos = await openOldPhone(house, cleo);
    const other = house.app.services.chats.directWith(cleo.id, ben.id);
    await go(bens, call);
    await anas.hears('peer');
    const second = await cleos.rings(other);
    const tablet = await openOldPhone(house, ben);
    expect(await tablet.hears('incoming')).toMatchObject({ call: second.call });
    // Taking it leaves the call that nobody came back to.
    tablet.say({ type: 'accept', call: second.call, answer: ANSWER });
    await tablet.hears('accepted');
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
  });

  test('who has silenced the caller hears nothing, isn’t busy, can come in from the chat, and has missed it', async () => {
    const cleo = await befriended('cleo', ben);
    const cleos = await openOldPhone(house, cleo);
    const other = house.app.services.chats.directWith(ben.id, cleo.id);
    const { calls, chatNotifications, events } = house.app.services;
    const told: unknown[] = [];
    events.on('call-missed-busy', (what) => void told.push(what));
    const live = await openSocket(house, '/live?mark=none', { cookie: ben.cookie });
    chatNotifications.choose(chat, ben.id, 'nothing');

    const { call } = await anas.rings(chat);
    expect([calls.ringingAt(ben.id), calls.allRinging()]).toEqual([[], []]);
    const late = await openOldPhone(house, ben);
    for (const phone of [bens, late]) expect(await phone.settled()).toEqual([]);
    // Somebody else gets through meanwhile.
    const heard = await cleos.rings(other);
    expect(await bens.hears('incoming')).toMatchObject({ call: heard.call, name: 'cleo' });
    await live.until((html) => html.includes(heard.call));
    expect(live.received.filter((html) => html.includes(`ring-${call}`))).toEqual([]);
    cleos.say({ type: 'hang-up', call: heard.call });
    await cleos.hears('ended');
    house.clock.advance(60_000);
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'missed' });
    expect(entries()).toMatchObject([{ id: call, outcome: 'missed' }]);
    expect((await ben.get(`/chats/${chat}`)).body).toContain('Missed video call');

    // It can be answered where it is seen.
    const second = await anas.rings(chat);
    bens.say({ type: 'accept', call: second.call, answer: ANSWER });
    await bens.hears('accepted');
    anas.say({ type: 'hang-up', call: second.call });
    for (const phone of [anas, bens]) await phone.hears('ended');

    // Nor is it told to who is in another call.
    await cleos.rings(other);
    bens.say({ type: 'accept', call: (await bens.hears('incoming')).call, answer: ANSWER });
    await bens.hears('accepted');
    anas.say({ type: 'ring', key: unique('ring'), chat, media: 'voice', offer: OFFER });
    expect(await anas.hears('ended')).toMatchObject({ reason: 'busy' });
    expect(await bens.settled()).not.toContainEqual(expect.objectContaining({ type: 'missed' }));
    expect(live.received.join()).not.toContain('Missed');
  });

  test('who is calling somebody else is busy', async () => {
    await anas.rings(chat);
    const cleo = await befriended('cleo', ana);
    const cleos = await openOldPhone(house, cleo);
    const other = house.app.services.chats.directWith(cleo.id, ana.id);
    cleos.say({ type: 'ring', key: unique('ring'), chat: other, media: 'voice', offer: OFFER });
    expect(await cleos.hears('ended')).toMatchObject({ reason: 'busy' });
  });

  test('calls that cross are one call, with the offer of who was first', async () => {
    const { call, member } = await anas.rings(chat);
    anas.say({ type: 'candidates', call, candidates: [candidate('early')] });
    await anas.settled();
    const key = unique('ring');
    const crossing = { type: 'ring' as const, key, chat, media: 'video' as const };
    bens.say({ ...crossing, offer: { type: 'offer', sdp: 'mine' } });
    const atBen = await bens.hears('accepted');
    expect(atBen).toMatchObject({ call, key, description: OFFER, candidates: [candidate('early')] });
    expect(atBen.member < member, 'who crosses is polite and gives way').toBe(true);
    const atAna = await anas.hears('accepted');
    expect(atAna).toMatchObject({ call, peer: { member: atBen.member }, candidates: [] });
    expect(atAna.description).toBeUndefined();
    bens.say({ type: 'description', call, to: member, description: ANSWER });
    expect(await anas.hears('description')).toMatchObject({ description: ANSWER });
    expect(entries()).toHaveLength(1);

    bens.say({ ...crossing, offer: { type: 'offer', sdp: 'mine' } });
    expect(await bens.hears('accepted')).toMatchObject({ call, member: atBen.member });
  });

  test('who calls anew from the same page has left the first call', async () => {
    const first = await anas.rings(chat);
    const second = await anas.rings(chat);
    expect(second.call).not.toBe(first.call);
    expect(await bens.hears('ended')).toMatchObject({ call: first.call, reason: 'cancelled' });
    expect(entries().map(({ outcome }) => outcome)).toEqual(['cancelled', undefined]);
  });

  test('who is in a call on one device cannot start another on the next', async () => {
    const { call } = await talking();
    const tablet = await openOldPhone(house, ana);
    tablet.say({ type: 'ring', key: unique('ring'), chat, media: 'voice', offer: OFFER });
    expect(await tablet.hears('error')).toMatchObject({ code: 'out-of-turn', about: 'ring' });
    expect(house.app.services.calls.find(call)?.state.name).toBe('active');
  });

  test('who accepts leaves the call they were making', async () => {
    const cleo = await befriended('cleo', ana);
    const cleos = await openOldPhone(house, cleo);
    const other = house.app.services.chats.directWith(cleo.id, ana.id);
    const { call } = await cleos.rings(other);
    const making = await anas.rings(chat);
    anas.say({ type: 'accept', call });
    expect(await bens.hears('ended')).toMatchObject({ call: making.call, reason: 'cancelled' });
    expect(await anas.hears('accepted')).toMatchObject({ call });
  });
});

describe('a ring', () => {
  test('with the same key is the same call, whatever became of it', async () => {
    const { call, key, member } = await anas.rings(chat);
    expect(await anas.rings(chat, 'video', key)).toMatchObject({ call, member });
    bens.say({ type: 'accept', call });
    await bens.hears('accepted');
    await anas.hears('accepted');
    anas.say({ type: 'ring', key, chat, media: 'video', offer: OFFER });
    expect(await anas.hears('accepted')).toMatchObject({ call, member });
    expect(await anas.hears('resumed')).toMatchObject({ call, state: 'active' });
    anas.say({ type: 'hang-up', call });
    await anas.hears('ended');
    anas.say({ type: 'ring', key, chat, media: 'video', offer: OFFER });
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
    expect(entries()).toHaveLength(1);
  });

  test('is taken back by its key, whatever has become of it', async () => {
    const key = unique('ring');
    anas.say({ type: 'ring', key, chat, media: 'voice', offer: OFFER });
    anas.say({ type: 'cancel', key });
    const { call } = await bens.hears('incoming');
    expect(await bens.hears('ended')).toEqual({ type: 'ended', call, reason: 'cancelled', seconds: 0 });
    expect(await anas.hears('ended')).toMatchObject({ call, key, reason: 'cancelled' });
    anas.say({ type: 'cancel', key });
    expect(await anas.hears('ended')).toMatchObject({ call, key, reason: 'cancelled' });
    bens.say({ type: 'cancel', key });
    expect(await bens.hears('error')).toMatchObject({ code: 'not-found', about: 'cancel' });
    anas.say({ type: 'cancel', key: unique('ring') });
    expect(await anas.hears('error')).toMatchObject({ code: 'not-found', about: 'cancel' });
    expect(entries()).toMatchObject([{ outcome: 'cancelled' }]);
  });

  test('is for friends, in conversations of one’s own', async () => {
    const cleo = await house.person('cleo');
    const cleos = await openOldPhone(house, cleo);
    const ring = { type: 'ring' as const, media: 'voice' as const, offer: OFFER };
    cleos.say({ ...ring, key: unique('ring'), chat });
    expect(await cleos.hears('error')).toMatchObject({ code: 'not-found', about: 'ring' });
    const strangers = house.app.services.chats.directWith(cleo.id, ana.id);
    cleos.say({ ...ring, key: unique('ring'), chat: strangers });
    expect(await cleos.hears('error')).toMatchObject({ code: 'not-allowed', about: 'ring' });
    expect(await anas.settled()).toEqual([]);
  });

  test('again and again is too many', async () => {
    for (let at = 0; at < 12; at += 1) await anas.rings(chat);
    anas.say({ type: 'ring', key: unique('ring'), chat, media: 'voice', offer: OFFER });
    expect(await anas.hears('error')).toMatchObject({ code: 'too-many', about: 'ring' });
    house.clock.advance(60_000);
    await anas.rings(chat);
  });
});

describe('a friendship that ends', () => {
  test('ends the ringing', async () => {
    const { call } = await anas.rings(chat);
    house.app.services.friends.remove(ben.id, ana.id);
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'cancelled' });
  });

  test('ends a call, by a block as well', async () => {
    const { call } = await talking();
    house.app.services.friends.block(ben.id, ana.id);
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
  });
});

describe('what can’t be written whole', () => {
  const calls = () => house.app.services.calls;
  /** Lets a kind of statement fail while a phone asks for something, which is then refused. */
  async function refused(statement: string, phone: OldPhone, ask: () => void): Promise<void> {
    const database = new Sqlite(join(house.dataDir, 'porchlight.db'));
    try {
      await whileFailing(database, statement, async () => {
        ask();
        expect(await phone.hears('error')).toMatchObject({ code: 'internal' });
      });
    } finally {
      database.close();
    }
  }

  test('makes no call that the chat doesn’t show', async () => {
    const ring = { type: 'ring' as const, key: unique('ring'), chat, media: 'voice' as const, offer: OFFER };
    await refused('INSERT ON messages', anas, () => anas.say(ring));
    expect([calls().ringingAt(ben.id), entries()]).toEqual([[], []]);
    anas.say(ring);
    const { call } = await anas.hears('ringing');
    expect(
      calls()
        .ringingAt(ben.id)
        .map((ringing) => ringing.call),
    ).toEqual([call]);
  });

  test('accepts no call for nobody', async () => {
    const { call } = await anas.rings(chat);
    await refused('INSERT ON call_places', bens, () => bens.say({ type: 'accept', call, answer: ANSWER }));
    expect(calls().find(call)).toMatchObject({ state: { name: 'ringing' }, answeredAt: undefined });
    bens.say({ type: 'accept', call, answer: ANSWER });
    await bens.hears('accepted');
  });

  test('ends no call that the chat shows as going on', async () => {
    const { call } = await anas.rings(chat);
    await refused('UPDATE ON messages', bens, () => bens.say({ type: 'decline', call }));
    expect(calls().find(call)?.state.name).toBe('ringing');
    bens.say({ type: 'decline', call });
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'declined' });
  });
});

describe('a call that is over', () => {
  test('has no places any more, and no ICE servers', async () => {
    const { call } = await talking();
    anas.say({ type: 'hang-up', call });
    await bens.hears('ended');
    for (const phone of [anas, bens]) {
      phone.say({ type: 'leave', call });
      expect(await phone.hears('error')).toMatchObject({ code: 'out-of-turn', about: 'leave', call });
      phone.say({ type: 'ice', call });
      expect(await phone.hears('error')).toMatchObject({ code: 'ended', about: 'ice', call });
    }
  });
});

test('what is heard on the live pages: ringing, and quiet', async () => {
  const heard: unknown[] = [];
  house.app.services.events.on('call-ringing', (event) => heard.push(event));
  house.app.services.events.on('call-quiet', (event) => heard.push(event));
  const { call } = await anas.rings(chat);
  expect(house.app.services.calls.ringingAt(ben.id)).toEqual([
    { call, conversation: chat, caller: ana.id, media: 'video' },
  ]);
  bens.say({ type: 'accept', call });
  await bens.hears('accepted');
  expect(house.app.services.calls.ringingAt(ben.id)).toEqual([]);
  expect(heard).toEqual([
    { call, conversation: chat, caller: ana.id, callee: ben.id, media: 'video' },
    { call, callee: ben.id },
  ]);
});
