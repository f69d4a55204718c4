/** Subscribing and unsubscribing: what is taken, what isn't, and that none of it grows without end. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, onAnotherDevice, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { openPushService, type PushDevice, type PushService } from '../../../test/helpers/push-service.ts';
import { createDelivery } from './delivery.ts';

let service: PushService;
let house: House;
let ana: Person;
let ben: Person;

beforeEach(async () => {
  service = await openPushService();
  ({ house, ana, ben } = await openHouseOfFriends({}, createDelivery(service.connect)));
});
afterEach(async () => {
  await house.close();
  await service.close();
});

const subscribe = (person: Person, { subscription }: PushDevice, other: Record<string, string> = {}) =>
  person.post('/push/subscription', { ...subscription, ...other });

const rows = () =>
  house.app.services.database
    .prepare<[], string>('SELECT endpoint FROM push_subscriptions ORDER BY created_at')
    .pluck()
    .all();

const received = (device: PushDevice, wanted: number) =>
  eventually(`${wanted} pushes`, () => device.received.length === wanted);

describe('a subscription', () => {
  test('is taken as JSON, with the token that scripts are given, and answers with what they need', async () => {
    const device = service.newDevice();
    const answer = await ana.get('/push/key');
    expect(answer.headers['cache-control']).toBe('no-store');
    const { key, token } = answer.json();
    expect(Buffer.from(key, 'base64url')).toHaveLength(65);
    const { statusCode, body } = await house.app.inject({
      ...{ method: 'POST', url: '/push/subscription', payload: device.subscription },
      headers: { cookie: ana.cookie, 'x-csrf-token': token },
    });
    expect([statusCode, body]).toEqual([201, '{}']);
    await ana.post('/push/test');
    await received(device, 1);
    expect(device.received[0]?.key).toBe(key);
    expect(device.received[0]?.message).toMatchObject({ kind: 'test', title: 'Notifications work' });
    // The key is the same after a restart: every subscription is bound to it.
    await house.restart();
    expect((await ana.get('/push/key')).json().key).toBe(key);
  });

  test.each([
    ['no https', { endpoint: 'http://push.example.net/1' }],
    ['an address of the house', { endpoint: 'https://192.168.1.1/1' }],
    ['a number that is an address', { endpoint: 'https://2130706433/1' }],
    ['an IPv6 address', { endpoint: 'https://[::1]/1' }],
    ['a name of the house', { endpoint: 'https://printer.local/1' }],
    ['a name of the house with a dot behind', { endpoint: 'https://printer.local./1' }],
    ['a name without a domain', { endpoint: 'https://localhost/1' }],
    ['another port', { endpoint: 'https://push.example.net:8443/1' }],
    ['a password', { endpoint: 'https://me:secret@push.example.net/1' }],
    ['a fragment', { endpoint: 'https://push.example.net/1#2' }],
    ['a very long address', { endpoint: `https://push.example.net/${'1'.repeat(1000)}` }],
    ['no address', { endpoint: 'push' }],
    ['a short key', { p256dh: Buffer.alloc(33, 2).toString('base64url') }],
    ['a key that is none', { p256dh: Buffer.alloc(65, 4).toString('base64url') }],
    ['a long secret', { auth: Buffer.alloc(17).toString('base64url') }],
    ['a secret in another alphabet', { auth: '++++++++++++++++++++++' }],
  ])('with %s is refused, and nothing is kept', async (_what, other) => {
    const answer = await subscribe(ana, service.newDevice(), other);
    expect([answer.statusCode, answer.json().error]).toEqual([422, 'bad-subscription']);
    expect(answer.json().message).toMatch(/push service/);
    expect(rows()).toEqual([]);
  });

  test('needs the token, and somebody who is signed in', async () => {
    const device = service.newDevice();
    expect((await subscribe(ana, device, { _csrf: 'forged' })).statusCode).toBe(403);
    const stranger = { cookie: ana.cookie.replace(/porchlight=[^;]+; /, '') };
    expect((await ana.post('/push/subscription', device.subscription, stranger)).statusCode).toBe(303);
    expect(rows()).toEqual([]);
  });

  test('of somebody else is refused, unless it comes from the very browser', async () => {
    const device = service.newDevice();
    await subscribe(ana, device);
    const forged = await subscribe(ben, device, { auth: Buffer.alloc(16).toString('base64url') });
    expect([forged.statusCode, forged.json().error]).toEqual([409, 'taken']);
    expect((await subscribe(ben, device)).statusCode).toBe(201);
    expect((await ana.post('/push/test')).statusCode).toBe(404);
    expect((await ben.post('/push/test')).statusCode).toBe(303);
    await received(device, 1);
  });

  test('takes the place of the one before on this device, and ends with its session', async () => {
    const [older, newer] = [service.newDevice(), service.newDevice()];
    await subscribe(ana, older);
    await ana.post('/push/text', { text: 'on' });
    await subscribe(ana, newer);
    expect(rows()).toEqual([newer.subscription.endpoint]);
    const [device] = house.app.services.sessions.devices(ana.id);
    house.app.services.sessions.end(device?.id ?? '', ana.id);
    expect(rows()).toEqual([]);
  });

  test('is one of ten, of which the oldest makes room; other people keep theirs', async () => {
    await subscribe(ben, service.newDevice());
    const devices = Array.from({ length: 11 }, () => service.newDevice());
    for (const device of devices) {
      house.clock.advance(1_000);
      await subscribe(await onAnotherDevice(house, ana), device);
    }
    expect(rows().slice(1)).toEqual(devices.slice(1).map(({ subscription }) => subscription.endpoint));
    expect(rows()).toHaveLength(11);
  });

  test('is one of thirty in ten minutes, right or wrong', async () => {
    for (let times = 0; times < 30; times++) await subscribe(ana, service.newDevice(), { auth: '' });
    const answer = await subscribe(ana, service.newDevice());
    expect([answer.statusCode, answer.json().error]).toEqual([429, 'too-many']);
    expect((await subscribe(ben, service.newDevice())).statusCode).toBe(201);
    house.clock.advance(10 * 60 * 1000 + 1);
    expect((await subscribe(ana, service.newDevice())).statusCode).toBe(201);
  });

  test('that is given up gets nothing any more', async () => {
    await subscribe(ana, service.newDevice());
    expect((await ana.post('/push/subscription/remove')).statusCode).toBe(303);
    expect(rows()).toEqual([]);
    expect((await ana.post('/push/test')).statusCode).toBe(404);
  });

  test('that its push service knows no longer is forgotten', async () => {
    const [gone, expired] = [service.newDevice(), service.newDevice()];
    gone.answers.push({ status: 410 });
    expired.answers.push({ status: 404 });
    for (const device of [gone, expired]) {
      await subscribe(ana, device);
      await ana.post('/push/test');
      await eventually('it to be forgotten', () => rows().length === 0);
    }
  });
});

test('settings say whether this device is told, and how', async () => {
  expect((await ana.get('/settings')).body).toContain('Turn on notifications');
  await subscribe(ana, service.newDevice());
  const on = (await ana.get('/settings')).body;
  expect(on).toContain('Turn off notifications');
  expect(on).not.toMatch(/name="text" checked/);
  expect((await ana.post('/push/text', { text: 'on' })).headers.location).toBe(
    '/settings?done=push-saved#notifications',
  );
  expect((await ana.get('/settings')).body).toMatch(/name="text" checked/);
  // Of this device alone.
  expect((await (await onAnotherDevice(house, ana)).get('/settings')).body).toContain(
    'Turn on notifications',
  );
});

test('ten tests in ten minutes are enough', async () => {
  await subscribe(ana, service.newDevice());
  for (let times = 0; times < 10; times++) expect((await ana.post('/push/test')).statusCode).toBe(303);
  expect((await ana.post('/push/test')).statusCode).toBe(429);
});
