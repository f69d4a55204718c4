import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, PASSWORD, tokenIn } from '../../../test/helpers/house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await house.person('ana');
});
afterEach(() => house.close());

type Try = { name?: string; password?: string; address?: string; cookies?: string };

/** Sends the form of the sign-in page, without loading it anew for each try. */
async function signInForm() {
  const { token, cookie } = tokenIn(await house.app.inject('/login'));
  return ({ name = 'ana', password = 'wrong', address = '192.0.2.1', cookies = '' }: Try) =>
    house.app.inject({
      method: 'POST',
      url: '/login',
      remoteAddress: address,
      headers: { cookie: `${cookie}; ${cookies}`, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ _csrf: token, username: name, password }).toString(),
    });
}

const knownIn = (answer: Awaited<ReturnType<Person['post']>>) => {
  const cookie = answer.cookies.find(({ name }) => name.startsWith('known-'));
  return cookie && `${cookie.name}=${cookie.value}`;
};
type Person = Awaited<ReturnType<House['person']>>;

const many = <Made>(count: number, make: (at: number) => Made) =>
  Array.from({ length: count }, (_, at) => make(at));

test('who signs in uses up no attempts', async () => {
  const attempt = await signInForm();
  for (let round = 0; round < 12; round += 1)
    expect((await attempt({ password: PASSWORD })).statusCode).toBe(303);
}, 20_000);

test('one’s own device is not locked out by strangers', async () => {
  const attempt = await signInForm();
  const known = knownIn(await attempt({ password: PASSWORD })) ?? '';
  await Promise.all(many(10, (at) => attempt({ address: `198.51.100.${at}` })));
  expect((await attempt({ password: PASSWORD })).statusCode).toBe(429);
  expect((await attempt({ password: PASSWORD, cookies: known })).statusCode).toBe(303);
  house.clock.advance(10 * 60_000);
  expect((await attempt({ password: PASSWORD })).statusCode).toBe(303);
}, 20_000);

test('a device is known by the server’s own signature, for its person alone, also after a restart', async () => {
  const ben = await house.person('ben');
  let attempt = await signInForm();
  const known = knownIn(await attempt({ password: PASSWORD })) ?? '';
  const [name = '', value = ''] = known.split('=');
  const [issued, signature = ''] = value.split('.');
  const asBen = `known-${ben.id}=${value}`;
  await Promise.all(many(10, (at) => attempt({ address: `198.51.100.${at}` })));
  await Promise.all(many(10, (at) => attempt({ name: 'ben', address: `203.0.113.${at}` })));
  for (const forged of ['', `${issued}.`, `${issued}.${'A'.repeat(signature.length)}`, `zzz.${signature}`])
    expect((await attempt({ password: PASSWORD, cookies: `${name}=${forged}` })).statusCode).toBe(429);
  expect((await attempt({ name: 'ben', password: PASSWORD, cookies: asBen })).statusCode).toBe(429);
  await house.restart();
  attempt = await signInForm();
  await Promise.all(many(10, (at) => attempt({ address: `198.51.100.${at}` })));
  expect((await attempt({ password: PASSWORD, cookies: known })).statusCode).toBe(303);
}, 20_000);

test('signing out leaves the device known, and nothing that signs in', async () => {
  const ben = await house.person('ben');
  const answer = await ben.post('/logout');
  const cookie = answer.cookies.find(({ name }) => name === `known-${ben.id}`);
  expect(cookie).toMatchObject({ path: '/login', httpOnly: true, sameSite: 'Lax' });
  const page = await house.app.inject({ url: '/chats', headers: { cookie: knownIn(answer) ?? '' } });
  expect(page.statusCode).toBe(303);
});

test('changing the password uses up guesses only when they are wrong', async () => {
  const ben = await house.person('ben');
  for (let round = 0; round < 11; round += 1) {
    const changed = await ben.post('/settings/password', { current: PASSWORD, password: PASSWORD });
    expect(changed.statusCode).toBe(303);
  }
  for (let round = 0; round < 10; round += 1) {
    const wrong = await ben.post('/settings/password', { current: 'wrong', password: PASSWORD });
    expect(wrong.statusCode).toBe(422);
  }
  const refused = await ben.post('/settings/password', { current: PASSWORD, password: PASSWORD });
  expect(refused.statusCode).toBe(429);
  house.clock.advance(10 * 60_000);
  const later = await ben.post('/settings/password', { current: PASSWORD, password: PASSWORD });
  expect(later.statusCode).toBe(303);
}, 20_000);
