import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import {
  ANSWER,
  candidate,
  OFFER,
  type OldPhone,
  openOldPhone,
  openPhone,
} from '../../../test/helpers/phone.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { openDatabase } from '../database/database.ts';

const MINUTE = 60_000;

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

const find = (call: string) => house.app.services.calls.find(call);
const entries = () =>
  house.app.services.chats.history(chat).messages.flatMap(({ call }) => (call ? [call] : []));

async function talking() {
  const { call, member: caller } = await anas.rings(chat);
  bens.say({ type: 'accept', call, answer: ANSWER });
  const { member: callee } = await bens.hears('accepted');
  await anas.hears('accepted');
  return { call, caller, callee };
}

describe('a socket that goes', () => {
  test('leaves the call alone; the other side hears of it, and when it is back', async () => {
    const { call, caller, callee } = await talking();
    await anas.drop();
    const peer = { type: 'peer', call, member: caller };
    expect(await bens.hears('peer')).toEqual({ ...peer, connected: false, fresh: false });
    house.clock.advance(MINUTE);
    anas = await openOldPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member: caller, fresh: false });
    expect(await anas.hears('resumed')).toMatchObject({
      call,
      state: 'active',
      peer: { member: callee, name: 'ben' },
    });
    expect(await bens.hears('peer')).toEqual({ ...peer, connected: true, fresh: false });
    house.clock.advance(2 * MINUTE);
    expect(find(call)?.state.name).toBe('active');
    bens.say({ type: 'description', call, to: caller, description: OFFER });
    expect(await anas.hears('description')).toMatchObject({ from: callee });
  });

  test('tells the other side when the page was loaded anew', async () => {
    const { call, caller } = await talking();
    await anas.drop();
    anas = await openOldPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member: caller, fresh: true });
    await bens.hears('peer');
    expect(await bens.hears('peer')).toMatchObject({ connected: true, fresh: true });
  });

  test('brings a page that is loaded anew no offer that another page has answered', async () => {
    const { call, callee } = await talking();
    await bens.drop();
    const again = await openPhone(house, ben, bens.device);
    again.say({ type: 'resume', call, member: callee, fresh: true });
    const joined = await again.hears('joined');
    expect([joined.description, joined.candidates]).toEqual([undefined, []]);
  });

  test('ends the call after two minutes, at the moment it went', async () => {
    const { call } = await talking();
    house.clock.advance(30_000);
    await anas.drop();
    house.clock.advance(2 * MINUTE - 1);
    expect(find(call)?.state.name).toBe('active');
    house.clock.advance(1);
    expect(await bens.hears('ended')).toEqual({ type: 'ended', call, reason: 'hung-up', seconds: 30 });
    expect(entries()).toMatchObject([{ outcome: 'hung-up', seconds: 30 }]);
  });

  test('ends the call likewise when both go', async () => {
    const { call } = await talking();
    house.clock.advance(30_000);
    await anas.drop();
    house.clock.advance(10_000);
    await bens.drop();
    house.clock.advance(2 * MINUTE);
    expect(find(call)?.state).toEqual({ name: 'ended', reason: 'hung-up' });
    expect(entries()).toMatchObject([{ seconds: 30 }]);
  });

  test('makes a call fail that was accepted when the caller had gone', async () => {
    const { call } = await anas.rings(chat);
    await anas.drop();
    bens.say({ type: 'accept', call, answer: ANSWER });
    await bens.hears('accepted');
    house.clock.advance(2 * MINUTE);
    expect(await bens.hears('ended')).toMatchObject({ reason: 'failed', seconds: 0 });
  });

  test('gives way to the one that takes up its place', async () => {
    const { call, caller } = await talking();
    const next = await openOldPhone(house, ana, anas.device);
    next.say({ type: 'resume', call, member: caller, fresh: true });
    await next.hears('resumed');
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'answered-elsewhere' });
    await anas.drop();
    house.clock.advance(3 * MINUTE);
    expect(find(call)?.state.name).toBe('active');
  });
});

describe('a page that says that it leaves', () => {
  test('leaves its place, which the other side hears at once, and the call ends after ten seconds', async () => {
    const { call, caller } = await talking();
    house.clock.advance(30_000);
    anas.say({ type: 'leave', call });
    const gone = { type: 'peer', call, member: caller, connected: false, fresh: false };
    expect(await bens.hears('peer')).toEqual({ ...gone, left: true });
    await anas.drop();
    // The socket's end says nothing new.
    expect((await bens.settled()).filter(({ type }) => type === 'peer')).toEqual([{ ...gone, left: true }]);
    house.clock.advance(9_999);
    expect(find(call)?.state.name).toBe('active');
    house.clock.advance(1);
    expect(await bens.hears('ended')).toEqual({ type: 'ended', call, reason: 'hung-up', seconds: 30 });
    expect(entries()).toMatchObject([{ outcome: 'hung-up', seconds: 30 }]);
  });

  test('has left as well if only its socket says so', async () => {
    const { call, caller } = await talking();
    house.clock.advance(30_000);
    await anas.goAway();
    expect(await bens.hears('peer')).toMatchObject({ member: caller, connected: false, left: true });
    house.clock.advance(10_000);
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
  });

  test('is told from a proxy that is restarted, and closes the sockets of all', async () => {
    const { call, caller, callee } = await talking();
    for (const phone of [anas, bens]) await phone.goAway();
    house.clock.advance(MINUTE);
    anas = await openOldPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member: caller, fresh: false });
    expect(await anas.hears('resumed')).toMatchObject({ state: 'active' });
    bens = await openOldPhone(house, ben, bens.device);
    bens.say({ type: 'resume', call, member: callee, fresh: false });
    expect(await bens.hears('resumed')).toMatchObject({ state: 'active' });
    await anas.goAway();
    await bens.goAway();
    house.clock.advance(2 * MINUTE);
    expect(find(call)?.state.name).toBe('ended');
  });

  test('is waited for while its browser shows another page, for a minute', async () => {
    const { call } = await talking();
    await openSocket(house, '/live', { cookie: ana.cookie });
    house.clock.advance(5_000);
    anas.say({ type: 'leave', call });
    await bens.hears('peer');
    await anas.drop();
    house.clock.advance(59_999);
    expect(find(call)?.state.name).toBe('active');
    house.clock.advance(1);
    expect(await bens.hears('ended')).toMatchObject({ reason: 'hung-up', seconds: 5 });
  });

  test('is not waited for once that is closed, or where it is on another device', async () => {
    const { call } = await talking();
    const page = await openSocket(house, '/live', { cookie: ana.cookie });
    await openSocket(house, '/live', { cookie: ben.cookie });
    anas.say({ type: 'leave', call });
    await bens.hears('peer');
    await anas.drop();
    house.clock.advance(19_999);
    const { clients } = house.app.websocketServer;
    const before = clients.size;
    page.socket.terminate();
    await eventually('the server to notice', () => clients.size < before);
    expect(find(call)?.state.name).toBe('active');
    house.clock.advance(1);
    expect(find(call)?.state.name).toBe('ended');
  });

  test('comes back by a reload within that time', async () => {
    const { call, caller } = await talking();
    anas.say({ type: 'leave', call });
    await anas.settled();
    await anas.drop();
    house.clock.advance(9_000);
    anas = await openOldPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member: caller, fresh: true });
    await anas.hears('resumed');
    await bens.hears('peer');
    expect(await bens.hears('peer')).toMatchObject({ connected: true, fresh: true });
    house.clock.advance(5 * MINUTE);
    expect(find(call)?.state.name).toBe('active');
  });

  test('stays after all when it says so on the same socket, as one from the history cache does', async () => {
    const { call, caller } = await talking();
    anas.say({ type: 'leave', call });
    anas.say({ type: 'resume', call, member: caller, fresh: false });
    await anas.hears('resumed');
    house.clock.advance(5 * MINUTE);
    expect(find(call)?.state.name).toBe('active');
    // A network that goes later is no farewell.
    await anas.drop();
    house.clock.advance(2 * MINUTE - 1);
    expect(find(call)?.state.name).toBe('active');
  });

  test('stops the ringing of its call after ten seconds', async () => {
    const { call } = await anas.rings(chat);
    anas.say({ type: 'leave', call });
    await anas.settled();
    house.clock.advance(10_000);
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'cancelled' });
  });

  test('can only leave a call that it is in', async () => {
    const { call } = await talking();
    const tablet = await openOldPhone(house, ana);
    tablet.say({ type: 'leave', call });
    expect(await tablet.hears('error')).toMatchObject({ code: 'out-of-turn', about: 'leave' });
    house.clock.advance(5 * MINUTE);
    expect(find(call)?.state.name).toBe('active');
  });
});

describe('a place', () => {
  test('is taken up by its own person only, and by who has joined', async () => {
    const { call, member } = await anas.rings(chat);
    bens.say({ type: 'resume', call, member, fresh: false });
    expect(await bens.hears('error')).toMatchObject({ code: 'not-found', about: 'resume' });
    bens.say({ type: 'resume', call, fresh: false });
    expect(await bens.hears('error')).toMatchObject({ code: 'out-of-turn', about: 'resume' });
    const cleo = await openOldPhone(house, await house.person('cleo'));
    cleo.say({ type: 'resume', call, member, fresh: false });
    expect(await cleo.hears('error')).toMatchObject({ code: 'not-found' });
  });

  test('is found by the device that has it, where its page was left before it heard which', async () => {
    const { call } = await anas.rings(chat);
    bens.say({ type: 'accept', call });
    const { member } = await bens.hears('accepted');
    await bens.drop();
    bens = await openOldPhone(house, ben, bens.device);
    bens.say({ type: 'resume', call, fresh: true });
    expect(await bens.hears('resumed')).toMatchObject({ call, member, state: 'active' });
    const tablet = await openOldPhone(house, ben);
    tablet.say({ type: 'resume', call, fresh: true });
    expect(await tablet.hears('error')).toMatchObject({ code: 'answered-elsewhere', about: 'resume', call });
  });

  test('is accepted once more by a page that was loaded anew, whose answer is another', async () => {
    const { call } = await anas.rings(chat);
    bens.say({ type: 'accept', call, answer: ANSWER });
    const { member } = await bens.hears('accepted');
    expect(await anas.hears('accepted')).toMatchObject({ description: ANSWER });
    await bens.drop();
    bens = await openOldPhone(house, ben, bens.device);
    const answer = { type: 'answer' as const, sdp: 'v=0 another' };
    bens.say({ type: 'accept', call, answer });
    expect(await bens.hears('accepted')).toMatchObject({ call, member });
    expect(await anas.hears('description')).toMatchObject({ from: member, description: answer });
  });

  test('in a call that is over is told how it ended', async () => {
    const { call, caller } = await talking();
    await anas.drop();
    house.clock.advance(5000);
    bens.say({ type: 'hang-up', call });
    await bens.hears('ended');
    anas = await openOldPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member: caller, fresh: false });
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'hung-up', seconds: 5 });
  });
});

describe('a restart in mid-ring', () => {
  test('lets the caller resume and offer again, and the callee accept', async () => {
    const { call, member } = await anas.rings(chat);
    await house.restart();
    expect(await anas.closed).toBe(1012);
    anas = await openOldPhone(house, ana, anas.device);
    bens = await openOldPhone(house, ben, bens.device);
    expect((await bens.hears('incoming')).offer).toBeUndefined();
    anas.say({ type: 'resume', call, member, fresh: false });
    expect(await anas.hears('resumed')).toEqual({ type: 'resumed', call, member, state: 'ringing' });
    anas.say({ type: 'description', call, description: OFFER });
    anas.say({ type: 'candidates', call, candidates: [candidate('late')] });
    await anas.settled();
    bens.say({ type: 'accept', call });
    expect(await bens.hears('accepted')).toMatchObject({
      description: OFFER,
      candidates: [candidate('late')],
    });
    expect(await anas.hears('accepted')).toMatchObject({ call, member });
  });

  test('still ends the ringing at its deadline', async () => {
    const { call, member } = await anas.rings(chat);
    house.clock.advance(50_000);
    await house.restart();
    anas = await openOldPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member, fresh: false });
    await anas.hears('resumed');
    house.clock.advance(9_999);
    expect(find(call)?.state.name).toBe('ringing');
    house.clock.advance(1);
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'missed' });
  });

  test('ends what is overdue', async () => {
    const { call } = await anas.rings(chat);
    await house.app.close();
    house.clock.advance(5 * MINUTE);
    await house.restart();
    house.clock.advance(0);
    expect(find(call)?.state).toEqual({ name: 'ended', reason: 'missed' });
    expect(entries()).toMatchObject([{ outcome: 'missed' }]);
  });

  test('cancels the call of a caller who does not come back', async () => {
    const { call } = await anas.rings(chat);
    await house.restart();
    house.clock.advance(10_000);
    expect(find(call)?.state).toEqual({ name: 'ended', reason: 'cancelled' });
  });

  test('keeps the offer of a page that was loaded anew apart from the old one', async () => {
    const { call, member } = await anas.rings(chat);
    await anas.drop();
    anas = await openOldPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member, fresh: true });
    await anas.hears('resumed');
    expect(house.app.services.calls.offerOf(call).description).toBeUndefined();
    anas.say({ type: 'description', call, description: { type: 'offer', sdp: 'new' } });
    await anas.settled();
    expect(house.app.services.calls.offerOf(call).description?.sdp).toBe('new');
  });

  test('forgets the candidates of an offer that was renewed', async () => {
    const { call } = await anas.rings(chat);
    anas.say({ type: 'candidates', call, candidates: [candidate('old')] });
    anas.say({ type: 'description', call, description: { type: 'offer', sdp: 'new' } });
    anas.say({ type: 'candidates', call, candidates: [candidate('new')] });
    await anas.settled();
    expect(house.app.services.calls.offerOf(call).candidates).toEqual([candidate('new')]);
  });
});

describe('a restart in mid-call', () => {
  test('rebuilds the call from the members who resume', async () => {
    const { call, caller, callee } = await talking();
    house.clock.advance(20_000);
    await house.restart();
    house.clock.advance(MINUTE);
    anas = await openOldPhone(house, ana, anas.device);
    anas.say({ type: 'resume', call, member: caller, fresh: false });
    const elapsed = 20_000 + MINUTE;
    const answeredAt = house.clock.now() - elapsed;
    expect(await anas.hears('resumed')).toMatchObject({ answeredAt, elapsed });
    expect(await anas.hears('peer')).toMatchObject({ member: callee, connected: false });
    bens = await openOldPhone(house, ben, bens.device);
    bens.say({ type: 'resume', call, member: callee, fresh: false });
    await bens.hears('resumed');
    expect(await anas.hears('peer')).toMatchObject({ member: callee, connected: true });
    house.clock.advance(3 * MINUTE);
    bens.say({ type: 'hang-up', call });
    expect(await anas.hears('ended')).toMatchObject({ reason: 'hung-up', seconds: 260 });
  });

  test('lets a page hang up that has hung up while the server was away', async () => {
    const { call } = await talking();
    house.clock.advance(20_000);
    await house.restart();
    anas = await openOldPhone(house, ana, anas.device);
    anas.say({ type: 'hang-up', call });
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'hung-up', seconds: 20 });
  });

  test('ends a call that nobody comes back to at the moment of the stop', async () => {
    const { call } = await talking();
    house.clock.advance(100_000);
    await house.restart();
    house.clock.advance(2 * MINUTE);
    expect(find(call)?.state).toEqual({ name: 'ended', reason: 'hung-up' });
    expect(entries()).toMatchObject([{ seconds: 100 }]);
  });

  test('ends a call when it was last seen if a session of it ended meanwhile', async () => {
    const { call } = await talking();
    house.clock.advance(100_000);
    house.app.services.calls.stop();
    await house.app.close();
    const database = openDatabase(join(house.dataDir, 'porchlight.db'));
    database.prepare('DELETE FROM sessions WHERE user_id = ?').run(ben.id);
    database.close();
    house.clock.advance(8 * 60 * MINUTE);
    await house.restart();
    expect(find(call)?.state).toEqual({ name: 'ended', reason: 'hung-up' });
    expect(entries()).toMatchObject([{ seconds: 90 }]);
  });

  test('ends a call after a crash when it was last seen, not when the server came back', async () => {
    const { call } = await talking();
    house.clock.advance(100_000);
    // As in a crash: the sockets' ends are never noticed.
    house.app.services.calls.stop();
    await house.app.close();
    house.clock.advance(8 * 60 * MINUTE);
    await house.restart();
    house.clock.advance(2 * MINUTE - 1);
    expect(find(call)?.state.name).toBe('active');
    house.clock.advance(1);
    expect(find(call)?.state).toEqual({ name: 'ended', reason: 'hung-up' });
    // Seen every thirty seconds.
    expect(entries()).toMatchObject([{ seconds: 90 }]);
  });
});
