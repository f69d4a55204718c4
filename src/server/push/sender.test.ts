/** Pushes that wait, fail and are tried again; and that none of it is without end. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { openPushService, type PushDevice, type PushService } from '../../../test/helpers/push-service.ts';
import { createBackground } from '../background.ts';
import { troubleOf } from '../trouble.ts';
import { createDelivery, type Deliver } from './delivery.ts';
import { createSender, type Sender } from './sender.ts';
import { serverKeyFrom } from './server-key.ts';

let service: PushService;
let clock: FakeClock;
let logged: unknown[];
let forgotten: string[];
let sender: Sender;

beforeEach(async () => {
  service = await openPushService();
  [logged, forgotten] = [[], []];
  clock = fakeClock();
  sender = newSender(createDelivery(service.connect));
});
afterEach(async () => {
  sender.stop();
  await service.close();
  expect(service.problems).toEqual([]);
});

function newSender(deliver: Deliver): Sender {
  const note = (what: unknown) => void logged.push(what);
  const log = { warn: note, error: note };
  const writing = { trouble: () => undefined, note: troubleOf, makeRoom: () => {} };
  return createSender({
    ...{ clock, log, deliver, background: createBackground(clock, log, writing) },
    subscriptions: { removeEndpoint: (endpoint) => void forgotten.push(endpoint) },
    serverKey: serverKeyFrom(Buffer.alloc(32, 255)),
    subject: 'https://porchlight.example',
  });
}

function send(device: PushDevice, title: string, tag = 'chat-1', ttl = 3600): void {
  const { endpoint, p256dh, auth } = device.subscription;
  const keys = { p256dh: Buffer.from(p256dh, 'base64url'), auth: Buffer.from(auth, 'base64url') };
  sender.send({
    to: { endpoint, ...keys, session: endpoint, showsText: false, locale: 'en' },
    message: { kind: 'message', tag, lang: 'en', title, body: '', url: '/chats/1', at: clock.now() },
    ...{ urgency: 'normal', ttl },
  });
}

/** Waits until a device has received so many, and says which. */
const titles = (device: PushDevice, wanted: number) =>
  eventually(
    `${wanted} pushes`,
    () => device.received.length === wanted && device.received.map(({ message }) => message.title),
    undefined,
    () => JSON.stringify([device.received, logged]),
  );

/** Waits until a device has given so many of its answers. */
const answered = (device: PushDevice, left = 0) =>
  eventually('the answers', () => device.answers.length === left);

test('a busy service is asked again when it says, and with what is left of the time', async () => {
  const device = service.newDevice();
  device.answers.push({ status: 429, headers: { 'Retry-After': '30' } });
  send(device, 'one');
  await answered(device);
  await eventually('the pause', () => {
    clock.advance(1_000);
    return device.received.length === 1;
  });
  expect(device.received[0]?.ttl).toBeLessThanOrEqual(3600 - 30);
  expect(logged).toEqual([]);
});

test('one that fails is asked four times, with growing pauses, and then no more', async () => {
  const device = service.newDevice();
  device.answers.push(...Array.from({ length: 4 }, () => ({ status: 503 })));
  send(device, 'one');
  await eventually('it to be given up', () => {
    clock.advance(500);
    return logged.length === 1;
  });
  expect(device.answers).toEqual([]);
  expect(logged).toEqual([{ status: 503, host: 'push.example.net' }]);
  clock.advance(3_600_000);
  send(device, 'two');
  expect(await titles(device, 1)).toEqual(['two']);
});

test('nothing is sent when nobody needs it any more', async () => {
  const device = service.newDevice();
  device.answers.push({ status: 429, headers: { 'Retry-After': '60' } });
  send(device, 'ring', 'call-1', 30);
  await eventually('it to be given up', () => logged.length === 1);
  clock.advance(60_000);
  send(device, 'next', 'call-2');
  expect(await titles(device, 1)).toEqual(['next']);
});

test('what is refused for good is said once, with nothing of it in the log', async () => {
  const device = service.newDevice();
  device.answers.push({ status: 403 });
  send(device, 'one');
  await eventually('the log', () => logged.length === 1);
  expect(logged).toEqual([{ status: 403, host: 'push.example.net' }]);
  expect(forgotten).toEqual([]);
});

test('a subscription that is gone is forgotten', async () => {
  const device = service.newDevice();
  device.answers.push({ status: 410 });
  send(device, 'one');
  await eventually('it to be forgotten', () => forgotten.length === 1);
  expect(forgotten).toEqual([device.subscription.endpoint]);
});

test('what is newer overtakes nothing, and takes the place of what waits under its tag', async () => {
  const [device, other] = [service.newDevice(), service.newDevice()];
  const letGo = service.hold();
  send(device, 'on its way');
  for (const title of ['one', 'two', 'three']) send(device, title);
  send(device, 'elsewhere', 'chat-2');
  send(other, 'to another device');
  letGo();
  const all = await titles(device, 3);
  expect(all.filter((title) => title !== 'elsewhere')).toEqual(['on its way', 'three']);
  expect(await titles(other, 1)).toEqual(['to another device']);
});

test('a ring that waits for its next try is replaced by its end', async () => {
  const device = service.newDevice();
  device.answers.push({ status: 503 });
  send(device, 'ring', 'call-1', 60);
  await answered(device);
  send(device, 'over', 'call-1');
  expect(await titles(device, 1)).toEqual(['over']);
  clock.advance(60_000);
  send(device, 'next');
  expect(await titles(device, 2)).toEqual(['over', 'next']);
});

test('eight are on their way at once, five hundred wait, and the rest is dropped', async () => {
  let atOnce = 0;
  let most = 0;
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const carry = createDelivery(service.connect);
  sender.stop();
  sender = newSender(async (request) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await gate;
    try {
      return await carry(request);
    } finally {
      atOnce -= 1;
    }
  });
  const device = service.newDevice();
  for (let count = 0; count < 520; count++) send(device, `${count}`, `chat-${count}`);
  expect(logged).toHaveLength(12);
  await eventually('eight', () => atOnce === 8);
  letGo();
  await titles(device, 508);
  expect(most).toBe(8);
});

test('a service that can’t be reached is tried again, and the log says so in the end', async () => {
  sender.stop();
  let tries = 0;
  sender = newSender(async () => {
    tries += 1;
    throw new Error('no way there');
  });
  send(service.newDevice(), 'one');
  await eventually('it to be given up', () => {
    clock.advance(1_000);
    return logged.length === 1;
  });
  expect(tries).toBe(4);
  expect(logged).toMatchObject([{ err: { message: 'no way there' }, host: 'push.example.net' }]);
});
