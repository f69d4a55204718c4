/** Pushes that wait, fail and are tried again; and that none of it is without end. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { openPushService, type PushDevice, type PushService } from '../../../test/helpers/push-service.ts';
import { createBackground } from '../background/background.ts';
import { troubleOf } from '../database/trouble.ts';
import { createDelivery, type Deliver } from './delivery.ts';
import type { Urgency } from './encryption.ts';
import { createSender, type Sender } from './sender.ts';
import { serverKeyFrom } from './server-key.ts';
import type { Subscriber } from './store.ts';

let service: PushService;
let clock: FakeClock;
let logged: unknown[];
let forgotten: string[];
/** By session. */
let subscribers: Map<string, Subscriber>;
let sender: Sender;

beforeEach(async () => {
  service = await openPushService();
  [logged, forgotten] = [[], []];
  subscribers = new Map();
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
    subscriptions: {
      ofOpenSession: (session) => subscribers.get(session),
      removeEndpoint: (endpoint) => void forgotten.push(endpoint),
    },
    serverKey: serverKeyFrom(Buffer.alloc(32, 255)),
    subject: 'https://porchlight.example',
  });
}

type Sent = { tag: string; ttl: number; urgency: Urgency; user: number };

function send(device: PushDevice, title: string, other: Partial<Sent> = {}): void {
  const { tag = 'chat-1', ttl = 3600, urgency = 'normal', user = 1 } = other;
  const { endpoint, p256dh, auth } = device.subscription;
  const keys = { p256dh: Buffer.from(p256dh, 'base64url'), auth: Buffer.from(auth, 'base64url') };
  const to = { endpoint, ...keys, session: endpoint, showsText: true, locale: 'en' };
  if (!subscribers.has(endpoint)) subscribers.set(endpoint, to);
  sender.send({
    message: { kind: 'message', tag, lang: 'en', title, body: 'text', url: '/chats/1', at: clock.now() },
    ...{ to, user, urgency, ttl },
  });
}

/** A sender to whom the services of some names say nothing. */
function withSilent(isSilent: (host: string) => boolean): void {
  const carry = createDelivery(service.connect);
  sender.stop();
  sender = newSender((request) => (isSilent(request.url.host) ? new Promise(() => {}) : carry(request)));
}

/** A sender whose pushes go nowhere, and wait there until they are let go. @returns their paths, in order */
function withGate() {
  const sent: string[] = [];
  let onTheirWay = 0;
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  sender.stop();
  sender = newSender(async ({ url }) => {
    sent.push(url.pathname);
    onTheirWay += 1;
    await gate;
    onTheirWay -= 1;
    return { status: 201, retryAfter: undefined, date: undefined };
  });
  return { sent, letGo, onTheirWay: () => onTheirWay };
}

const pathOf = ({ subscription }: PushDevice): string => new URL(subscription.endpoint).pathname;

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
  send(device, 'ring', { tag: 'call-1', ttl: 30 });
  await eventually('it to be given up', () => logged.length === 1);
  clock.advance(60_000);
  send(device, 'next', { tag: 'call-2' });
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
  send(device, 'elsewhere', { tag: 'chat-2' });
  send(other, 'to another device');
  letGo();
  const all = await titles(device, 3);
  expect(all.filter((title) => title !== 'elsewhere')).toEqual(['on its way', 'three']);
  expect(await titles(other, 1)).toEqual(['to another device']);
});

test('a ring that waits for its next try is replaced by its end', async () => {
  const device = service.newDevice();
  device.answers.push({ status: 503 });
  send(device, 'ring', { tag: 'call-1', ttl: 60 });
  await answered(device);
  send(device, 'over', { tag: 'call-1' });
  expect(await titles(device, 1)).toEqual(['over']);
  clock.advance(60_000);
  send(device, 'next');
  expect(await titles(device, 2)).toEqual(['over', 'next']);
});

test('two are on their way to a device, three to a service or a person, twelve in all; five hundred wait', async () => {
  const { sent, onTheirWay, letGo } = withGate();
  const busy = (count: number) => eventually(`${count} on their way`, () => onTheirWay() === count);
  const device = service.newDevice('device.example');
  for (let chat = 0; chat < 50; chat++) send(device, 'one', { tag: `chat-${chat}` });
  await busy(2);
  for (let host = 0; host < 50; host++) send(service.newDevice(`${host}.example`), 'one');
  await busy(3);
  for (let user = 50; user < 100; user++) send(service.newDevice(), 'one', { user });
  await busy(6);
  for (let user = 100; user < 472; user++) send(service.newDevice(`${user}.example`), 'one', { user });
  await busy(12);
  expect(logged).toHaveLength(10);
  letGo();
  await eventually('all', () => sent.length === 512 && onTheirWay() === 0);
  // Those that had waited longest made room.
  expect(sent.filter((path) => path === pathOf(device))).toHaveLength(50 - 10);
});

test('a service that doesn’t answer holds up what goes there, and nothing else', async () => {
  withSilent((host) => host === 'silent.example');
  for (let user = 0; user < 503; user++) send(service.newDevice('silent.example'), 'one', { user });
  expect(logged).toEqual([]);
  const device = service.newDevice();
  send(device, 'ring', { tag: 'call-1', urgency: 'high', user: 1000 });
  expect(await titles(device, 1)).toEqual(['ring']);
  send(device, 'message', { user: 1000 });
  expect(await titles(device, 2)).toEqual(['ring', 'message']);
});

test('ten silent services of one person hold up nobody else', async () => {
  withSilent((host) => host.endsWith('.silent.example'));
  for (let count = 0; count < 10; count++)
    for (const tag of ['chat-1', 'call-1'])
      send(service.newDevice(`${count}.silent.example`), 'one', { tag, urgency: 'high', user: 1 });
  const device = service.newDevice();
  send(device, 'message', { user: 2 });
  expect(await titles(device, 1)).toEqual(['message']);
});

test('a silent service of one device keeps no other device of the same person from ringing', async () => {
  withSilent((host) => host === 'silent.example');
  const [silent, device] = [service.newDevice('silent.example'), service.newDevice()];
  for (let chat = 0; chat < 10; chat++) send(silent, 'message', { tag: `chat-${chat}` });
  send(device, 'ring', { tag: 'call-1', urgency: 'high' });
  expect(await titles(device, 1)).toEqual(['ring']);
});

test('what is urgent goes first, and takes the place of what has waited longest', async () => {
  const { sent, letGo } = withGate();
  const devices = Array.from({ length: 503 }, () => service.newDevice());
  for (const [user, device] of devices.entries()) send(device, 'message', { user });
  const [ring, over] = [service.newDevice(), service.newDevice()];
  for (const device of [ring, over]) send(device, 'ring', { urgency: 'high', user: 1000 });
  letGo();
  const wanted = [...devices.slice(0, 3), ring, over, ...devices.slice(5)].map(pathOf);
  await eventually('all', () => sent.length === wanted.length);
  expect(sent).toEqual(wanted);
});

test('rings that come faster than they are sent reach everybody in turn', async () => {
  const { sent, letGo } = withGate();
  const devices = Array.from({ length: 6 }, () => service.newDevice());
  const ring = (to: PushDevice[]) => {
    for (const [user, device] of to.entries()) send(device, 'ring', { urgency: 'high', user });
  };
  ring(devices);
  ring(devices);
  ring(devices.slice(3, 4));
  letGo();
  const wanted = [...devices, ...devices.slice(0, 3)].map(pathOf);
  await eventually('all', () => sent.length === wanted.length);
  expect(sent).toEqual(wanted);
});

test('what waits is dropped once the device is no longer to be told', async () => {
  const [gone, other, shy] = [service.newDevice(), service.newDevice(), service.newDevice()];
  const another = service.newDevice();
  for (const device of [gone, other, shy]) {
    device.answers.push({ status: 429, headers: { 'Retry-After': '60' } });
    send(device, 'one');
    await answered(device);
  }
  subscribers.delete(gone.subscription.endpoint);
  const kept = (device: PushDevice) => {
    const found = subscribers.get(device.subscription.endpoint);
    if (!found) throw new Error('not subscribed');
    return found;
  };
  subscribers.set(other.subscription.endpoint, { ...kept(other), endpoint: another.subscription.endpoint });
  subscribers.set(shy.subscription.endpoint, { ...kept(shy), showsText: false });
  await eventually('the pause to end', () => {
    clock.advance(1_000);
    return shy.received.length === 1;
  });
  expect(shy.received[0]?.message).toMatchObject({ title: 'one', body: '' });
  expect([gone, other, another].flatMap(({ received }) => received)).toEqual([]);
  expect(service.problems).toEqual([]);
});

test('a service that wants to be left alone for hours isn’t asked again', async () => {
  const device = service.newDevice();
  device.answers.push({ status: 503, headers: { 'Retry-After': '3601' } });
  send(device, 'one', { ttl: 7 * 24 * 3600 });
  await eventually('it to be given up', () => logged.length === 1);
  expect(logged).toEqual([{ status: 503, host: 'push.example.net' }]);
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
