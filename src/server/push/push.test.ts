/** Who is told of what on devices without an open page, and what the notification says. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type House,
  onAnotherDevice,
  openHouseOfFriends,
  openSocket,
  type Person,
} from '../../../test/helpers/house.ts';
import { ANSWER, type OldPhone, openOldPhone, unique } from '../../../test/helpers/phone.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { openPushService, type PushDevice, type PushService } from '../../../test/helpers/push-service.ts';
import { createDelivery } from './delivery.ts';

let service: PushService;
let house: House;
let ana: Person;
let ben: Person;
let chat: number;
let bens: PushDevice;

beforeEach(async () => {
  service = await openPushService();
  const deliver = createDelivery(service.connect);
  ({ house, ana, ben, chat } = await openHouseOfFriends({}, deliver));
  bens = await subscribed(ben);
});
afterEach(async () => {
  await house.close();
  await service.close();
  expect(service.problems).toEqual([]);
});

async function subscribed(person: Person): Promise<PushDevice> {
  const device = service.newDevice();
  const { statusCode } = await person.post('/push/subscription', device.subscription);
  expect(statusCode).toBe(201);
  return device;
}

/** Somebody writes, and whoever is told without delay is told. */
async function say(body: string, by = ana, where = chat): Promise<void> {
  const { statusCode } = await by.post(`/chats/${where}`, { key: randomUUID(), body });
  expect(statusCode).toBe(303);
  house.clock.advance(0);
}

/** Nobody has removed their sessions yet: that is done once a day. */
function expire({ id }: Person): void {
  const { database } = house.app.services;
  database
    .prepare('UPDATE sessions SET expires_at = ? WHERE user_id = ?')
    .run(house.clock.now() + 30_000, id);
}

/** Waits until a device has received so many in all. */
const count = (device: PushDevice, wanted: number) =>
  eventually(
    `${wanted} pushes`,
    () => device.received.length === wanted && device.received,
    undefined,
    () => JSON.stringify(device.received),
  );

/** The titles of all that a device has received, once there are so many. */
const titles = async (device: PushDevice, wanted: number): Promise<string[]> =>
  (await count(device, wanted)).map(({ message }) => message.title);

describe('a message', () => {
  test('is told without its text, to every device of who was written to, and to nobody else', async () => {
    const anas = await subscribed(ana);
    await say('The key is under the mat');
    const [received] = await count(bens, 1);
    expect(received).toMatchObject({
      ...{ ttl: 7 * 24 * 60 * 60, urgency: 'normal', subject: 'mailto:porchlight@example.org' },
      message: {
        ...{ kind: 'message', tag: `chat-${chat}`, lang: 'en', title: 'New message from ana', body: '' },
        ...{ url: `/chats/${chat}`, at: house.clock.now() },
      },
    });
    expect(received?.topic).toMatch(/^[\w-]{32}$/);
    expect(JSON.stringify(received)).not.toContain('under the mat');
    await say('Thanks', ben);
    expect(await titles(anas, 1)).toEqual(['New message from ben']);
    expect(bens.received).toHaveLength(1);
  });

  test('takes the place of the one before it in the same chat, and of no other', async () => {
    const eve = await house.person('eve');
    house.app.services.friends.befriend(eve.id, ben.id);
    const other = house.app.services.chats.directWith(eve.id, ben.id);
    await say('one');
    await count(bens, 1);
    await say('two');
    await count(bens, 2);
    await say('three', eve, other);
    const topics = (await count(bens, 3)).map(({ topic }) => topic);
    expect(topics[0]).toBe(topics[1]);
    expect(topics[2]).not.toBe(topics[0]);
  });

  test('shows its text where this device may, at a length that tells little of it', async () => {
    await ben.post('/push/text', { text: 'on' });
    await say('Dinner?');
    await say('x'.repeat(300));
    await say('是'.repeat(5000));
    const received = await count(bens, 3);
    expect(received.map(({ message }) => [message.title, message.body])).toEqual([
      ['ana', 'Dinner?'],
      ['ana', 'x'.repeat(200)],
      ['ana', '是'.repeat(200)],
    ]);
    expect(received[0]?.bytes).toBe(received[1]?.bytes);
    await ben.post('/push/text');
    await say('Not for the lock screen');
    expect((await titles(bens, 4)).at(-1)).toBe('New message from ana');
  });

  test('comes in the language of its reader, or else of the browser', async () => {
    house.app.services.accounts.setPreferences(ben.id, { locale: 'zh-CN', sound: true });
    await say('one');
    expect(await titles(bens, 1)).toEqual(['ana 发来新消息']);
    house.app.services.accounts.setPreferences(ben.id, { sound: true });
    const { subscription } = bens;
    await ben.post('/push/subscription', subscription, { 'accept-language': 'zh-CN' });
    await say('two');
    const [, second] = await count(bens, 2);
    expect(second?.message).toMatchObject({ lang: 'zh-CN', title: 'ana 发来新消息' });
  });

  test('isn’t told to who sees it on a page, and is to who has only other pages open', async () => {
    const live = await openSocket(house, '/live', { cookie: ben.cookie });
    await say('seen at once');
    await ben.post(`/chats/${chat}/read`, { message: `${house.app.services.chats.newestId(chat)}` });
    house.clock.advance(2_000);
    await say('not seen');
    house.clock.advance(1_999);
    expect(bens.received).toEqual([]);
    house.clock.advance(1);
    await count(bens, 1);
    live.socket.close();
  });

  test('that is deleted before anybody was told is told to nobody', async () => {
    const live = await openSocket(house, '/live', { cookie: ben.cookie });
    await say('oh no');
    await ana.post(`/chats/${chat}/messages/${house.app.services.chats.newestId(chat)}/delete`);
    house.clock.advance(2_000);
    await ben.post('/push/test');
    expect(await titles(bens, 1)).toEqual(['Notifications work']);
    live.socket.close();
  });

  test('of a group names the group, and heeds what each wants to be told of, and blocks', async () => {
    const { friends, groups, chats } = house.app.services;
    const [eve, dan] = [await house.person('eve'), await house.person('dan')];
    for (const person of [eve, dan]) friends.befriend(ana.id, person.id);
    friends.befriend(eve.id, dan.id);
    const [eves, dans] = [await subscribed(eve), await subscribed(dan)];
    const group = groups.create(ana.id, 'Family', [ben.id, eve.id, dan.id]) ?? 0;
    expect(chats.isMember(group, dan.id)).toBe(true);
    await ben.post(`/chats/${group}/notifications`, { notify: 'mentions' });
    await eve.post(`/chats/${group}/notifications`, { notify: 'nothing' });
    await dan.post('/push/text', { text: 'on' });
    await say('Lunch', ana, group);
    await say('@ben Lunch', ana, group);
    expect(await titles(bens, 1)).toEqual(['New message in Family']);
    expect((await count(dans, 2)).map(({ message }) => [message.title, message.body])).toEqual([
      ['Family', 'ana: Lunch'],
      ['Family', 'ana: @ben Lunch'],
    ]);
    friends.block(dan.id, eve.id);
    await say('@ben Hello', eve, group);
    await count(bens, 2);
    expect([dans.received.length, eves.received.length]).toEqual([2, 0]);
  });

  test('that was read on another device goes from where it was told, but not where that would sound', async () => {
    const apple = service.newDevice('web.push.apple.com');
    const { subscription } = apple;
    await (await onAnotherDevice(house, ben)).post('/push/subscription', subscription);
    await say('one');
    await say('two');
    const [told] = (await count(bens, 2)).slice(-1);
    await count(apple, 2);
    const read = (id: number) => ben.post(`/chats/${chat}/read`, { message: `${id}` });
    const newest = house.app.services.chats.newestId(chat);
    await read(newest - 1);
    await read(newest);
    const over = (await count(bens, 3))[2];
    expect(over?.message).toMatchObject({ kind: 'over', tag: `chat-${chat}`, unread: 0 });
    expect(over?.topic).toBe(told?.topic);
    expect(told?.message.unread).toBe(1);
    // Once, and only where something was told.
    await read(newest + 1);
    await say('three');
    await count(bens, 4);
    expect((await count(apple, 3)).map(({ message }) => message.kind)).toEqual([
      'message',
      'message',
      'message',
    ]);
  });

  test.each([
    ['has signed out', () => house.app.services.sessions.endAll(ben.id)],
    ['was signed in for too long', () => expire(ben)],
  ])('that waits for its push service isn’t told to a device that %s meanwhile', async (_why, end) => {
    await ben.post('/push/text', { text: 'on' });
    bens.answers.push({ status: 429, headers: { 'Retry-After': '60' } });
    await say('The key is under the mat');
    await eventually('the answer', () => bens.answers.length === 0);
    end();
    const anas = await subscribed(ana);
    for (let second = 0; second < 70; second++) {
      house.clock.advance(1_000);
      await ana.get('/push/key');
    }
    await ana.post('/push/test');
    await count(anas, 1);
    expect(bens.received).toEqual([]);
  });

  test('is told no more on a device that has signed out', async () => {
    house.app.services.sessions.endAll(ben.id);
    const anas = await subscribed(ana);
    await say('Are you there?');
    await ana.post('/push/test');
    await count(anas, 1);
    expect(bens.received).toEqual([]);
  });
});

describe('a call', () => {
  let caller: OldPhone;
  beforeEach(async () => {
    caller = await openOldPhone(house, ana);
  });
  const kinds = async (wanted: number) => (await count(bens, wanted)).map(({ message }) => message.kind);

  test('rings again and again until it is declined, and then no more', async () => {
    const { call } = await caller.rings(chat, 'voice');
    const [received] = await count(bens, 1);
    expect(received).toMatchObject({
      ...{ ttl: 60, urgency: 'high' },
      message: {
        ...{ kind: 'call', tag: `call-${call}`, title: 'ana · Voice call', body: 'Incoming call' },
        ...{ url: `/calls/${call}`, call: { id: call, accept: 'Accept', decline: 'Decline' } },
      },
    });
    house.clock.advance(6_000);
    const again = (await count(bens, 2))[1];
    expect([again?.ttl, again?.message.tag, again?.topic]).toEqual([54, `call-${call}`, received?.topic]);
    await ben.post(`/calls/${call}/decline`);
    const over = (await count(bens, 3))[2];
    expect([over?.message.kind, over?.topic]).toEqual(['over', received?.topic]);
    house.clock.advance(60_000);
    await say('Later?');
    expect(await kinds(4)).toEqual(['call', 'call', 'over', 'message']);
  });

  test('rings on over a restart, for as long as it would have', async () => {
    const { call, member } = await caller.rings(chat, 'voice');
    await count(bens, 1);
    house.clock.advance(1_000);
    await house.restart();
    const again = (await count(bens, 2))[1];
    expect([again?.ttl, again?.message.kind, again?.topic]).toEqual([59, 'call', bens.received[0]?.topic]);
    caller = await openOldPhone(house, ana, caller.device);
    caller.say({ type: 'resume', call, member, fresh: false });
    await caller.hears('resumed');
    for (const [ring, left] of [53, 47, 41].entries()) {
      house.clock.advance(6_000);
      expect((await count(bens, ring + 3))[ring + 2]?.ttl).toBe(left);
    }
    house.clock.advance(41_000);
    expect((await caller.hears('ended')).reason).toBe('missed');
  });

  test('that is answered on another device rings no more', async () => {
    const other = await openOldPhone(house, ben);
    const { call } = await caller.rings(chat);
    await count(bens, 1);
    other.say({ type: 'accept', call, answer: ANSWER });
    await other.hears('accepted');
    expect(await kinds(2)).toEqual(['call', 'over']);
  });

  test.each([
    ['nobody answers', () => house.clock.advance(60_000)],
    ['whoever calls gives up', (call: string) => caller.say({ type: 'hang-up', call })],
  ])('has been missed when %s', async (_why, end) => {
    const { call } = await caller.rings(chat);
    await count(bens, 1);
    end(call);
    const last = await eventually('the last word', () => {
      const newest = bens.received.at(-1);
      return newest?.message.kind !== 'call' && newest;
    });
    expect(last.message).toMatchObject({
      ...{ kind: 'missed', tag: `call-${call}`, title: 'Missed video call from ana', body: '' },
      url: `/chats/${chat}`,
    });
    const { length } = bens.received;
    house.clock.advance(60_000);
    await say('You were out');
    expect((await count(bens, length + 1)).at(-1)?.message.kind).toBe('message');
  });

  test('of a silenced friend is told to nobody, now or later, nor is what they write', async () => {
    const eve = await house.person('eve');
    house.app.services.friends.befriend(eve.id, ben.id);
    const other = house.app.services.chats.directWith(eve.id, ben.id);
    await ben.post(`/chats/${chat}/notifications`, { notify: 'nothing' });
    await say('Pick up!');
    for (const end of [
      (call: string) => caller.say({ type: 'hang-up', call }),
      () => house.clock.advance(60_000),
    ]) {
      const { call } = await caller.rings(chat);
      house.clock.advance(6_000);
      end(call);
      await caller.hears('ended');
    }
    // Nor when it is answered, or while they are in another call.
    const [mine, eves] = [await openOldPhone(house, ben), await openOldPhone(house, eve)];
    const answered = await caller.rings(chat);
    mine.say({ type: 'accept', call: answered.call, answer: ANSWER });
    await mine.hears('accepted');
    caller.say({ type: 'hang-up', call: answered.call });
    for (const phone of [caller, mine]) await phone.hears('ended');
    const { call } = await eves.rings(other);
    await count(bens, 1);
    mine.say({ type: 'accept', call, answer: ANSWER });
    await mine.hears('accepted');
    await count(bens, 2);
    caller.say({
      ...{ type: 'ring', key: unique('ring'), chat, media: 'voice' },
      offer: { type: 'offer', sdp: 'v=0' },
    });
    await caller.hears('ended');
    await ben.post('/push/test');
    expect((await count(bens, 3)).map(({ message }) => [message.kind, message.url])).toEqual([
      ['call', `/calls/${call}`],
      ['over', `/chats/${other}`],
      ['test', '/settings#notifications'],
    ]);
  });

  test('of a silenced friend doesn’t ring after a restart either', async () => {
    const { call, member } = await caller.rings(chat);
    await count(bens, 1);
    await ben.post(`/chats/${chat}/notifications`, { notify: 'nothing' });
    await house.restart();
    house.clock.advance(6_000);
    await ben.post('/push/test');
    expect(await kinds(2)).toEqual(['call', 'test']);
    caller = await openOldPhone(house, ana, caller.device);
    caller.say({ type: 'resume', call, member, fresh: false });
    await caller.hears('resumed');
  });

  test('has been missed by who is in another call', async () => {
    const eve = await house.person('eve');
    house.app.services.friends.befriend(eve.id, ben.id);
    const other = house.app.services.chats.directWith(eve.id, ben.id);
    const [mine, eves] = [await openOldPhone(house, ben), await openOldPhone(house, eve)];
    const { call } = await caller.rings(chat);
    mine.say({ type: 'accept', call, answer: ANSWER });
    await mine.hears('accepted');
    await kinds(2);
    eves.say({
      ...{ type: 'ring', key: unique('ring'), chat: other, media: 'voice' },
      offer: { type: 'offer', sdp: 'v=0' },
    });
    const { message } = (await count(bens, 3))[2] ?? {};
    expect(message).toMatchObject({
      kind: 'missed',
      title: 'Missed voice call from eve',
      url: `/chats/${other}`,
    });
  });

  test('of a former friend is over, and wasn’t missed', async () => {
    await caller.rings(chat);
    await count(bens, 1);
    await ben.post(`/friends/${ana.id}/remove`);
    expect(await kinds(2)).toEqual(['call', 'over']);
  });
});
