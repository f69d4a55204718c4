import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { type House, onAnotherDevice, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
const open = async (environment: Record<string, string>) => {
  ({ house, ana, ben, chat } = await openHouseOfFriends(environment));
};
afterEach(() => house.close());

const HTTPS = { PUBLIC_URL: 'https://family.example', TRUST_PROXY: '1' };
const OFFER = 'action="/push/not-now"';

const isOffered = async (person: Person, headers: Record<string, string> = {}) =>
  (await person.get('/chats', headers)).body.includes(OFFER);

test('notifications are offered once there was something to tell, until they are on, or not wanted', async () => {
  await open(HTTPS);
  expect(await isOffered(ben)).toBe(false);
  await ana.post(`/chats/${chat}`, { key: randomUUID(), body: 'Hello' });
  expect([await isOffered(ana), await isOffered(ben)]).toEqual([true, true]);

  const answer = await ben.post('/push/not-now');
  const kept = answer.cookies.find(({ name }) => name === 'no-notifications');
  expect(kept).toMatchObject({ path: '/', httpOnly: true, secure: true, sameSite: 'Lax' });
  expect(await isOffered(ben, { cookie: `${ben.cookie}; no-notifications=1` })).toBe(false);

  const { subscriptions, clock } = house.app.services;
  const [device] = house.app.services.sessions.devices(ana.id);
  subscriptions.put(
    device?.id ?? '',
    'en',
    { endpoint: 'https://push.example.net/1', p256dh: Buffer.alloc(65, 4), auth: Buffer.alloc(16) },
    clock.now(),
  );
  expect([await isOffered(ana), await isOffered(await onAnotherDevice(house, ana))]).toEqual([false, true]);
});

test('nothing is offered that no browser has without https', async () => {
  await open({});
  await ana.post(`/chats/${chat}`, { key: randomUUID(), body: 'Hello' });
  expect(await isOffered(ben)).toBe(false);
});
