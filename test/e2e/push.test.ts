/**
 * Notifications from end to end: turned on in Settings, sent by the server, shown by the service worker, and followed. What
 * can't be here is a browser maker's push service: ours stands in for it, and DevTools deliver what it has received.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page, WebWorker } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDelivery } from '../../src/server/push/delivery.ts';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { ringOn, says } from '../helpers/calls.ts';
import { fakeClock } from '../helpers/clock.ts';
import { type House, openHouse, type Person } from '../helpers/house.ts';
import { type OldPhone, openOldPhone } from '../helpers/phone.ts';
import { eventually } from '../helpers/poll.ts';
import { openPushService, type PushDevice, type PushService } from '../helpers/push-service.ts';
import { find, findAll, follow, waitForText } from '../helpers/ui.ts';

let service: PushService;
let house: House;
let ana: Person;
let ben: Person;
let chat: number;
let anas: OldPhone;
let device: PushDevice;
let profile: string;
let chromium: OpenBrowser;
let page: Page;
let origin: string;
let devTools: CDPSession;
let registration: string;

/** The browser's own way to its maker is replaced; all else is as it is. */
function subscribeHere({ endpoint, p256dh, auth }: PushDevice['subscription']): void {
  const json = { endpoint, keys: { p256dh, auth } };
  PushManager.prototype.subscribe = async () =>
    Object.assign(Object.create(PushSubscription.prototype), { toJSON: () => json });
}

beforeAll(async () => {
  service = await openPushService();
  house = await openHouse({}, fakeClock(Date.now()), createDelivery(service.connect));
  [ana, ben] = [await house.person('ana'), await house.person('ben')];
  house.app.services.friends.befriend(ana.id, ben.id);
  chat = house.app.services.chats.directWith(ana.id, ben.id);
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  const address = house.app.server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  anas = await openOldPhone(house, ana);
  device = service.newDevice();

  profile = mkdtempSync(join(tmpdir(), 'porchlight-push-'));
  chromium = await openBrowser({ profile });
  page = await chromium.newPage();
  await page.browserContext().overridePermissions(origin, ['notifications', 'microphone', 'camera']);
  for (const pair of ben.cookie.split('; ')) {
    const [name = '', value = ''] = pair.split('=');
    await page.browserContext().setCookie({ name, value, domain: '127.0.0.1', path: '/' });
  }
  await page.evaluateOnNewDocument(subscribeHere, device.subscription);
  devTools = await page.createCDPSession();
  devTools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    registration = registrations.find(({ isDeleted }) => !isDeleted)?.registrationId ?? registration;
  });
  devTools.on('ServiceWorker.workerErrorReported', ({ errorMessage }) =>
    chromium.problems.push(errorMessage.errorMessage),
  );
  await devTools.send('ServiceWorker.enable');
});

afterAll(async () => {
  await chromium.close();
  rmSync(profile, { recursive: true, force: true });
  await house.close();
  await service.close();
  expect([...chromium.problems, ...service.problems]).toEqual([]);
});

async function theWorker(): Promise<WebWorker> {
  const target = await page.browser().waitForTarget((one) => one.type() === 'service_worker');
  const worker = await target.worker();
  if (!worker) throw new Error('no service worker');
  return worker;
}

/** How many pushes the worker has dealt with since this was asked for the first time. */
const dealtWith = async (): Promise<number> =>
  (await theWorker()).evaluate(() => {
    const known: unknown = Reflect.get(globalThis, 'dealtWith');
    if (typeof known === 'number') return known;
    let count = 0;
    Object.defineProperty(globalThis, 'dealtWith', { get: () => count });
    const { prototype } = Reflect.get(globalThis, 'ExtendableEvent');
    const { waitUntil } = prototype;
    prototype.waitUntil = function (this: Event, work: Promise<unknown>) {
      waitUntil.call(this, work);
      if (this.type !== 'push') return;
      const done = () => {
        count += 1;
      };
      work.then(done, done);
    };
    return count;
  });

/**
 * Hands the browser what the push service has received for it since the last time, once there are so many, and waits until
 * the worker has dealt with it: Chromium forgets a notification that is just coming when it is asked which there are.
 */
async function deliver(count: number): Promise<void> {
  const received = await eventually(
    `${count} pushes`,
    () => device.received.length >= count && device.received.splice(0),
  );
  for (const { message } of received) {
    const before = await dealtWith();
    const data = JSON.stringify(message);
    await devTools.send('ServiceWorker.deliverPushMessage', { origin, registrationId: registration, data });
    await eventually('the worker to deal with it', async () => (await dealtWith()) > before);
  }
}

const shown = () =>
  page.evaluate(async () => {
    const { ready } = navigator.serviceWorker;
    return (await (await ready).getNotifications()).map(({ tag, title, body }) => ({ tag, title, body }));
  });

/** Waits until these are all the notifications that are shown. */
const showing = (...wanted: object[]) => {
  let last: unknown;
  return eventually(
    'the notifications',
    async () => {
      last = await shown();
      return JSON.stringify(last) === JSON.stringify(wanted);
    },
    undefined,
    () => JSON.stringify(last),
  );
};

const TEST = {
  ...{ tag: 'test', title: 'Notifications work' },
  body: 'This device will ring for calls and tell you about new messages.',
};

const dismissAll = () =>
  page.evaluate(async () => {
    for (const one of await (await navigator.serviceWorker.ready).getNotifications()) one.close();
  });

/**
 * Presses a notification that is shown, or one of its buttons.
 * @param leads whether that leads to a page
 * @returns the address that the worker wants to open, or that of the open page which it brings to the front
 */
async function press(
  action: string,
  leads = action !== 'decline',
): Promise<{ opens?: string; shows?: string }> {
  return (await theWorker()).evaluate(
    async (pressed, waits) => {
      const registration: ServiceWorkerRegistration = Reflect.get(globalThis, 'registration');
      const clients: { openWindow(url: string): Promise<void> } = Reflect.get(globalThis, 'clients');
      const OpenPage: { prototype: { focus(): Promise<void> } } = Reflect.get(globalThis, 'WindowClient');
      const [notification] = await registration.getNotifications();
      const Pressed: new (name: string, about: object) => Event = Reflect.get(
        globalThis,
        'NotificationEvent',
      );
      return new Promise<{ opens?: string; shows?: string }>((resolve) => {
        // Only a real press may open a window or show one, and headless there is nothing to press.
        clients.openWindow = async (url) => resolve({ opens: url });
        OpenPage.prototype.focus = async function () {
          resolve({ shows: new URL(Reflect.get(this, 'url')).pathname });
        };
        const event = new Pressed('notificationclick', { notification, action: pressed });
        // Nor has such an event a life that could be prolonged.
        globalThis.dispatchEvent(Object.assign(event, { waitUntil: () => {} }));
        if (!waits) resolve({});
      });
    },
    action,
    leads,
  );
}

async function write(body: string): Promise<void> {
  await ana.post(`/chats/${chat}`, { key: crypto.randomUUID(), body });
  house.clock.advance(2_000);
}

test('it is turned on in Settings, and a test arrives', async () => {
  await page.goto(`${origin}/settings`);
  await follow(page, 'link', 'Turn on notifications');
  await waitForText(page, 'region', 'Notifications on this device', /Notifications are on\./);
  await eventually('the worker', () => registration);
  await follow(page, 'button', 'Send a test notification');
  await deliver(1);
  await showing(TEST);
});

test('messages of a chat are one notification, which leads to it', async () => {
  await dismissAll();
  await write('one');
  await deliver(1);
  const told = { tag: `chat-${chat}`, title: 'New message from ana', body: '' };
  await showing(told);
  await write('two');
  await deliver(1);
  await showing(told);
  expect(await press('')).toEqual({ opens: `/chats/${chat}` });
  await showing();
});

test('a chat that is open in some tab is shown there, and not opened again', async () => {
  await page.goto(`${origin}/chats/${chat}`);
  // What was told is read now.
  await deliver(1);
  const other = await page.browserContext().newPage();
  await other.goto(`${origin}/friends`);
  await other.bringToFront();
  await write('three');
  await deliver(1);
  await showing({ tag: `chat-${chat}`, title: 'New message from ana', body: '' });
  expect(await press('')).toEqual({ shows: `/chats/${chat}` });
  await showing();
  await other.close();
  await page.bringToFront();
  // Now it is seen.
  await deliver(1);
  await page.goto(`${origin}/settings`);
});

test('a call rings while no page is in view, and Decline declines it', async () => {
  const other = await page.browserContext().newPage();
  await other.bringToFront();
  const { call } = await anas.rings(chat, 'voice');
  await deliver(1);
  await showing({ tag: `call-${call}`, title: 'ana · Voice call', body: 'Incoming call' });
  house.clock.advance(6_000);
  await deliver(1);
  await showing({ tag: `call-${call}`, title: 'ana · Voice call', body: 'Incoming call' });
  await press('decline');
  expect(await anas.hears('ended')).toMatchObject({ call, reason: 'declined' });
  await deliver(1);
  await showing();
  await other.close();
});

test('a Decline that the server refuses leads to the call, which rings on', async () => {
  const other = await page.browserContext().newPage();
  await other.bringToFront();
  const { call } = await anas.rings(chat, 'voice');
  await deliver(1);
  await showing({ tag: `call-${call}`, title: 'ana · Voice call', body: 'Incoming call' });
  await (await theWorker()).evaluate(() => {
    const { fetch } = globalThis;
    globalThis.fetch = (to, options) => {
      const isDecline = String(to).endsWith('/decline');
      if (isDecline) globalThis.fetch = fetch;
      return fetch(to, isDecline ? { ...options, headers: { 'x-csrf-token': 'forged' } } : options);
    };
  });
  expect(await press('decline', true)).toEqual({ opens: `/calls/${call}` });
  const invites = house.app.services.calls.find(call)?.invites;
  expect(invites?.find(({ user }) => user === ben.id)?.state).toBe('ringing');
  await ben.post(`/calls/${call}/decline`);
  expect(await anas.hears('ended')).toMatchObject({ call, reason: 'declined' });
  await deliver(1);
  await showing();
  await other.close();
});

test('a page in view rings by itself', async () => {
  await page.goto(`${origin}/friends`);
  await page.bringToFront();
  const { call } = await anas.rings(chat, 'voice');
  await ringOn(page);
  await deliver(1);
  // What comes behind it is shown, and so the ring has been dealt with.
  await ben.post('/push/test');
  await deliver(1);
  await showing(TEST);
  await ben.post(`/calls/${call}/decline`);
  await deliver(1);
  await dismissAll();
});

test('a call that is over becomes a missed one', async () => {
  const other = await page.browserContext().newPage();
  await other.bringToFront();
  const { call } = await anas.rings(chat, 'video');
  await deliver(1);
  anas.say({ type: 'hang-up', call });
  await anas.hears('ended');
  await deliver(1);
  await showing({ tag: `call-${call}`, title: 'Missed video call from ana', body: '' });
  await dismissAll();
  await other.close();
});

test('Accept answers at once; its address alone asks first', async () => {
  const other = await page.browserContext().newPage();
  await other.bringToFront();
  const { call } = await anas.rings(chat, 'voice');
  await deliver(1);
  await showing({ tag: `call-${call}`, title: 'ana · Voice call', body: 'Incoming call' });
  const { opens: url = '' } = await press('accept');
  expect(url).toMatch(new RegExp(`^/push/accept/${call}\\?word=`));
  await page.bringToFront();
  await page.goto(`${origin}/push/accept/${call}?word=guessed`);
  await find(page, 'button', 'Answer');
  await page.goto(origin + url);
  await eventually('the call page', () => new URL(page.url()).pathname === `/calls/${call}`);
  await anas.hears('accepted');
  expect(await findAll(page, 'button', 'Answer')).toEqual([]);
  anas.say({ type: 'hang-up', call });
  await says(page, /Call ended/);
  await deliver(1);
  await showing();
  await other.close();
});

test('a chat that is opened needs no notification any more', async () => {
  await page.goto(`${origin}/settings`);
  await write('Are you there?');
  await deliver(1);
  await showing({ tag: `chat-${chat}`, title: 'New message from ana', body: '' });
  await page.goto(`${origin}/chats/${chat}`);
  await showing();
  // Which other devices are told as well.
  await deliver(1);
  await showing();
});

test('nor does one that was read on another device; the icon says how many chats have news', async () => {
  await page.goto(`${origin}/settings`);
  const icon = await (await theWorker()).evaluateHandle(() => {
    const numbers: number[] = [];
    Object.defineProperty(navigator, 'setAppBadge', { value: async (count: number) => numbers.push(count) });
    return numbers;
  });
  await write('Still there?');
  await deliver(1);
  await showing({ tag: `chat-${chat}`, title: 'New message from ana', body: '' });
  await ben.post(`/chats/${chat}/read`, { message: `${house.app.services.chats.newestId(chat)}` });
  await deliver(1);
  await showing();
  expect(await icon.jsonValue()).toEqual([1, 0]);
});

test('a page without a way to the server says so, in the language that was chosen since, and goes on from there', async () => {
  house.app.services.accounts.setPreferences(ben.id, { locale: 'zh-CN', sound: true });
  await page.goto(`${origin}/settings`);
  await eventually('the page to be kept', () =>
    page.evaluate(async () => (await (await caches.match('/offline'))?.text())?.includes('lang="zh-CN"')),
  );
  house.app.services.accounts.setPreferences(ben.id, { sound: true });
  const { server } = house.app;
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  // It listens no more; the sockets of others stay.
  server.close();
  server.closeAllConnections();
  await page.goto(`${origin}/friends?from=before`);
  await waitForText(page, 'main', undefined, /无法连接/);
  expect(await page.evaluate(() => getComputedStyle(document.body).fontFamily)).toContain('system-ui');
  expect(await page.content()).not.toMatch(/ben|csrf/);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await follow(page, 'link', '重试');
  expect(page.url()).toBe(`${origin}/friends?`);
  await find(page, 'heading', 'Your friends');
});

/** The push service ends the worker's subscription. @param renewed whether the browser has another one by itself */
async function changeSubscription(next: PushDevice, renewed: boolean): Promise<void> {
  await (await theWorker()).evaluate(
    async ({ endpoint, p256dh, auth }, given) => {
      const json = { endpoint, keys: { p256dh, auth } };
      const subscription = Object.assign(Object.create(PushSubscription.prototype), { toJSON: () => json });
      // The way to the browser's maker is replaced, here as on the page.
      PushManager.prototype.subscribe = async () => subscription;
      const Ending: new (name: string) => Event = Reflect.get(globalThis, 'ExtendableEvent');
      const event = Object.assign(new Ending('pushsubscriptionchange'), {
        newSubscription: given ? subscription : null,
      });
      await new Promise<unknown>((resolve) => {
        globalThis.dispatchEvent(Object.assign(event, { waitUntil: resolve }));
      });
    },
    next.subscription,
    renewed,
  );
}

test.each([
  ['that the browser has renewed', true],
  ['that is renewed by the worker', false],
])('a subscription %s takes the place of the one that has ended', async (_how, renewed) => {
  const rows = () =>
    house.app.services.database.prepare<[], string>('SELECT endpoint FROM push_subscriptions').pluck().all();
  expect(rows()).toEqual([device.subscription.endpoint]);
  const next = service.newDevice();
  await changeSubscription(next, renewed);
  expect(rows()).toEqual([next.subscription.endpoint]);
  await ben.post('/push/test');
  await eventually('the test', () => next.received.length === 1);
  expect(device.received).toEqual([]);
  // From here on it is the device.
  device = next;
  await deliver(1);
  await showing(TEST);
  await dismissAll();
});

test('whoever has signed out leaves no notification behind', async () => {
  await page.goto(`${origin}/friends`);
  await write('Secret');
  await deliver(1);
  await showing({ tag: `chat-${chat}`, title: 'New message from ana', body: '' });
  await page.goto(`${origin}/login`);
  await showing();
});

test('it is turned off again', async () => {
  await page.goto(`${origin}/settings`);
  await follow(page, 'button', 'Turn off notifications');
  await waitForText(page, 'region', 'Notifications on this device', /Notifications are off on this device\./);
  expect((await ben.post('/push/test')).statusCode).toBe(404);
});

test('without scripts, the page says what it takes', async () => {
  const { body } = await ben.get('/settings?done=push-needs');
  expect(body).toContain('That needs an up-to-date browser with JavaScript');
  const phone = {
    'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15',
  };
  expect((await ben.get('/settings', phone)).body).toContain('add Porchlight to the Home Screen first');
});
