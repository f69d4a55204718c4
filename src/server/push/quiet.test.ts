/** In quiet hours nothing is pushed; what came in them is told when they end. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { openOldPhone } from '../../../test/helpers/phone.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { openPushService, type PushDevice, type PushService } from '../../../test/helpers/push-service.ts';
import { createDelivery } from './delivery.ts';

let service: PushService;
let house: House;
let ana: Person;
let ben: Person;
let chat: number;
let bens: PushDevice;

/** ms. The house's clock stands at noon, and the quiet hours go on until 12:30. */
const MINUTE = 60_000;
const NOON = { from: '11:30', until: '12:30' };

beforeEach(async () => {
  service = await openPushService();
  ({ house, ana, ben, chat } = await openHouseOfFriends({}, createDelivery(service.connect)));
  bens = service.newDevice();
  await ben.post('/push/subscription', bens.subscription);
});
afterEach(async () => {
  await house.close();
  await service.close();
  expect(service.problems).toEqual([]);
});

async function say(body: string, by = ana, where = chat): Promise<void> {
  expect((await by.post(`/chats/${where}`, { key: randomUUID(), body })).statusCode).toBe(303);
  house.clock.advance(0);
}

/** All that was pushed, as kind and title, once a test push has come behind it: that is told in any case. */
async function told(): Promise<string[]> {
  const before = bens.received.length;
  await ben.post('/push/test');
  await eventually('the test', () =>
    bens.received.slice(before).some(({ message }) => message.kind === 'test'),
  );
  const all = bens.received.splice(0).map(({ message }) => message);
  return all.filter(({ kind }) => kind !== 'test').map(({ kind, title }) => `${kind}: ${title}`);
}

describe('a message in quiet hours', () => {
  test('is told when they end, unless it was read', async () => {
    const eve = await house.person('eve');
    house.app.services.friends.befriend(eve.id, ben.id);
    const other = house.app.services.chats.directWith(eve.id, ben.id);
    await say('Before');
    expect(await told()).toEqual(['message: New message from ana']);
    await ben.post('/settings/quiet', NOON);
    await say('One');
    await say('Two');
    await say('Three', eve, other);
    house.clock.advance(29 * MINUTE);
    expect(await told()).toEqual([]);
    await ben.post(`/chats/${other}/read`, { message: `${house.app.services.chats.newestId(other)}` });
    house.clock.advance(MINUTE);
    expect(await told()).toEqual(['message: New message from ana']);
    // Once, and what came before isn't told again.
    house.clock.advance(24 * 60 * MINUTE);
    expect(await told()).toEqual([]);
  });

  test('is told to whoever has none, and at once when they are turned off', async () => {
    const anas = service.newDevice();
    await ana.post('/push/subscription', anas.subscription);
    await ben.post('/settings/quiet', NOON);
    await say('Hello', ben);
    await eventually('it', () => anas.received.length === 1);
    await ben.post('/settings/quiet', { off: 'on' });
    await say('Hello again');
    expect(await told()).toEqual(['message: New message from ana']);
    house.clock.advance(31 * MINUTE);
    expect(await told()).toEqual([]);
  });

  test('is told after a restart as well', async () => {
    await ben.post('/settings/quiet', NOON);
    await say('One');
    await house.restart();
    house.clock.advance(31 * MINUTE);
    expect(await told()).toEqual(['message: New message from ana']);
  });

  test('is told when they end by the clocks of where somebody lives now', async () => {
    await ben.post('/settings', { timeZone: 'Atlantic/Azores' });
    await ben.post('/settings/quiet', NOON);
    // There it is 11:00, and here 12:00.
    await say('Before');
    expect(await told()).toEqual(['message: New message from ana']);
    await ben.post('/settings', { timeZone: 'UTC' });
    await say('One');
    house.clock.advance(29 * MINUTE);
    expect(await told()).toEqual([]);
    house.clock.advance(MINUTE);
    expect(await told()).toEqual(['message: New message from ana']);
  });

  test('of a group is told by what each wants to hear of there', async () => {
    const eve = await house.person('eve');
    const { friends, groups } = house.app.services;
    friends.befriend(ana.id, eve.id);
    const group = groups.create(ana.id, 'Family', [ben.id, eve.id]) ?? 0;
    const loud = groups.create(ana.id, 'Loud', [ben.id, eve.id]) ?? 0;
    await ben.post(`/chats/${group}/notifications`, { notify: 'mentions' });
    await ben.post(`/chats/${loud}/notifications`, { notify: 'mentions' });
    await ben.post('/settings/quiet', NOON);
    await say('@ben soup?', ana, group);
    await say('Soup!', ana, group);
    await say('Soup!', ana, loud);
    house.clock.advance(31 * MINUTE);
    expect(await told()).toEqual(['message: New message in Family']);
  });
});

describe('a call in quiet hours', () => {
  /** @param meanwhile what is waited for while it rings */
  async function missedCall(meanwhile: () => Promise<void>): Promise<void> {
    const phone = await openOldPhone(house, ana);
    const { call } = await phone.rings(chat, 'voice');
    await meanwhile();
    phone.say({ type: 'hang-up', call });
    await phone.hears('ended');
  }

  test('doesn’t ring, and has been missed when they end', async () => {
    await ben.post('/settings/quiet', NOON);
    await missedCall(async () => {
      house.clock.advance(6_000);
      expect(await told()).toEqual([]);
    });
    expect(await told()).toEqual([]);
    house.clock.advance(30 * MINUTE);
    expect(await told()).toEqual(['missed: Missed voice call from ana']);
  });

  test('of a silenced friend isn’t told when they end', async () => {
    await ben.post(`/chats/${chat}/notifications`, { notify: 'nothing' });
    await ben.post('/settings/quiet', NOON);
    await say('Call me');
    await missedCall(async () => expect(await told()).toEqual([]));
    house.clock.advance(30 * MINUTE);
    expect(await told()).toEqual([]);
  });

  test('rings if it may, and isn’t told twice', async () => {
    await ben.post('/settings/quiet', { ...NOON, calls: 'on' });
    await missedCall(async () => expect(await told()).toEqual(['call: ana · Voice call']));
    expect(await told()).toEqual(['missed: Missed voice call from ana']);
    house.clock.advance(30 * MINUTE);
    expect(await told()).toEqual([]);
  });
});
