/** Whose device a browser is taken for, by the cookie that it brings. */
import cookie from '@fastify/cookie';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { createKnownDevices } from './known-devices.ts';

const DAY = 24 * 60 * 60 * 1000;
type User = { Params: { user: string } };

let clock: FakeClock;
let app: FastifyInstance;

/** A server that marks its visitors, and one that doesn't know this one's secret. */
beforeEach(async () => {
  clock = fakeClock();
  app = fastify();
  await app.register(cookie);
  const own = createKnownDevices(Buffer.alloc(32, 1), clock, false);
  const foreign = createKnownDevices(Buffer.alloc(32, 2), clock, false);
  const secure = createKnownDevices(Buffer.alloc(32, 1), clock, true);
  app.get<User>('/own/:user', (request) => `${own.isKnown(request, Number(request.params.user))}`);
  app.get<User>('/foreign/:user', (request) => `${foreign.isKnown(request, Number(request.params.user))}`);
  app.post<User>('/own/:user', (request, reply) => {
    own.mark(reply, Number(request.params.user));
    return reply.send();
  });
  app.post<User>('/secure/:user', (request, reply) => {
    secure.mark(reply, Number(request.params.user));
    return reply.send();
  });
});
afterEach(() => app.close());

const markedAs = async (user: number, by = 'own') => {
  const [found] = (await app.inject({ method: 'POST', url: `/${by}/${user}` })).cookies;
  if (!found) throw new Error('no cookie');
  return found;
};
const isKnown = async (user: number, name: string, value: string, by = 'own') =>
  (await app.inject({ url: `/${by}/${user}`, headers: { cookie: `${name}=${value}` } })).body === 'true';

test('a device is known as the one person’s it was marked for, by who marked it', async () => {
  const { name, value } = await markedAs(7);
  expect(await isKnown(7, name, value)).toBe(true);
  expect(await isKnown(8, name, value)).toBe(false);
  expect(await isKnown(8, 'known-8', value)).toBe(false);
  expect(await isKnown(7, name, value, 'foreign')).toBe(false);
  for (const forged of ['', '.', `${value}x`, value.slice(1), value.split('.')[0] ?? ''])
    expect(await isKnown(7, name, forged), forged).toBe(false);
});

test('it is known for four hundred days, to the second', async () => {
  const { name, value, maxAge } = await markedAs(7);
  expect(maxAge).toBe((400 * DAY) / 1000);
  clock.advance(400 * DAY - 1);
  expect(await isKnown(7, name, value)).toBe(true);
  clock.advance(1);
  expect(await isKnown(7, name, value)).toBe(false);
});

test('the cookie goes to the sign-in alone, and where there is https to nothing else', async () => {
  const plain = await markedAs(7);
  expect(plain).toMatchObject({ name: 'known-7', path: '/login', httpOnly: true, sameSite: 'Lax' });
  expect(plain.secure).toBeUndefined();
  expect(await markedAs(7, 'secure')).toMatchObject({ name: '__Secure-known-7', secure: true });
});
