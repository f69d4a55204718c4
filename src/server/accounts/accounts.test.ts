import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, openSocket, PASSWORD, tokenIn } from '../../../test/helpers/house.ts';
import { resetPassword } from './password-reset.ts';
import { signIn } from './sign-in.ts';

const DAY = 24 * 60 * 60 * 1000;

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

/** Fills in and sends the form on a page, as a browser without a session does. */
async function submit(url: string, form: Record<string, string>, remoteAddress = '192.0.2.1') {
  const page = await house.app.inject({ url, remoteAddress });
  if (page.statusCode !== 200) return page;
  const { token, cookie } = tokenIn(page);
  return house.app.inject({
    method: 'POST',
    url,
    remoteAddress,
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ _csrf: token, ...form }).toString(),
  });
}
const sessionIn = (answer: { cookies: { name: string; value: string }[] }) =>
  answer.cookies.find(({ name, value }) => name === 'porchlight' && value !== '');
const newcomer = { displayName: 'Ana', username: 'Ana', password: 'porch-light' };
const login = (username: string, password: string, address?: string) =>
  submit('/login', { username, password }, address);

test('the setup link makes one owner, however many open it at once', async () => {
  const url = `/setup?code=${house.app.services.setup.code()}`;
  const answers = await Promise.all(
    ['ana', 'ben', 'eve'].map((username) => submit(url, { ...newcomer, username })),
  );
  expect(answers.map((answer) => answer.statusCode).sort()).toEqual([303, 404, 404]);
  expect(house.app.services.accounts.allUsers().map((user) => user.isOwner)).toEqual([true]);
  expect((await house.app.inject({ url })).statusCode).toBe(404);
  expect(house.app.services.setup.code()).toBeUndefined();
});

test('a wrong or missing setup code is a page that does not exist', async () => {
  for (const url of ['/setup', '/setup?code=', '/setup?code=guess', '/setup?code=a&code=b'])
    expect((await house.app.inject({ url })).statusCode).toBe(404);
});

test('what is wrong with a form is said at its place, and what was typed stays', async () => {
  const url = `/setup?code=${house.app.services.setup.code()}`;
  const answer = await submit(url, { displayName: '', username: 'white space', password: 'short' });
  expect(answer.statusCode).toBe(422);
  for (const id of ['displayName', 'username', 'password']) expect(answer.body).toContain(`id="${id}-error"`);
  expect(answer.body).toContain('value="white space"');
  expect(answer.body).not.toContain('value="short"');
  expect(house.app.services.accounts.hasUsers()).toBe(false);
});

test('an invitation lets in as many as it says, and all of them are friends of the inviter', async () => {
  const ana = await house.person('ana');
  await ana.post('/friends/invitations', { days: '1', uses: '2' });
  const page = (await ana.get('/friends')).body;
  expect(page).toContain('<svg');
  const url = /\/join\/[\w-]+/.exec(page)?.[0] ?? '';
  const answers = await Promise.all(
    ['ben', 'cleo', 'dan'].map((username) => submit(url, { ...newcomer, username })),
  );
  expect(answers.map((answer) => answer.statusCode).sort()).toEqual([303, 303, 404]);
  expect(house.app.services.friends.friendsOf(ana.id)).toHaveLength(2);
});

test('a taken name costs no use of the invitation', async () => {
  const ana = await house.person('ana');
  await ana.post('/friends/invitations', { days: '1', uses: '1' });
  const url = /\/join\/[\w-]+/.exec((await ana.get('/friends')).body)?.[0] ?? '';
  const taken = await submit(url, { ...newcomer, username: 'ＡＮＡ' });
  expect(taken.statusCode).toBe(422);
  expect(taken.body).toContain('taken');
  expect((await submit(url, { ...newcomer, username: 'ben' })).statusCode).toBe(303);
});

test('an invitation ends with its time, and when it is withdrawn by who made it', async () => {
  const ana = await house.person('ana');
  const ben = await house.person('ben');
  await ana.post('/friends/invitations', { days: '1', uses: '1' });
  await ana.post('/friends/invitations', { days: '7', uses: '1' });
  const { invitations, clock } = house.app.services;
  const [week, day] = invitations.madeBy(ana.id, clock.now());
  house.clock.advance(25 * 3_600_000);
  expect((await house.app.inject(`/join/${day?.code}`)).statusCode).toBe(404);
  expect((await house.app.inject(`/join/${week?.code}`)).statusCode).toBe(200);
  expect((await ben.post(`/friends/invitations/${week?.id}/withdraw`)).statusCode).toBe(404);
  expect((await ana.post(`/friends/invitations/${week?.id}/withdraw`)).statusCode).toBe(303);
  expect((await house.app.inject(`/join/${week?.code}`)).statusCode).toBe(404);
});

test('signing in works whatever the case, and signing out ends the session', async () => {
  const ana = await house.person('ana');
  const answer = await login('  ANA ', PASSWORD);
  expect(answer.statusCode).toBe(303);
  expect(answer.headers.location).toBe('/chats');
  expect(sessionIn(answer)).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  expect((await ana.post('/logout')).statusCode).toBe(303);
  expect((await ana.get('/chats')).headers.location).toContain('/login');
});

test('a wrong name and a wrong password get the same answer', async () => {
  await house.person('ana');
  const [name, password] = await Promise.all([login('nobody', PASSWORD), login('ana', 'wrong')]);
  expect(name.statusCode).toBe(422);
  const clean = (text: string) => text.replace(/value="[^"]*"/g, '').replace(/x-csrf-token":"[^"]+/, '');
  expect(clean(password.body)).toBe(clean(name.body));
});

test('ten tries for a name, also when they come at once; then even the right password has to wait', async () => {
  await house.person('ana');
  await house.person('ben');
  const guesses = await Promise.all(
    Array.from({ length: 20 }, (_, n) => login('ana', 'wrong', `192.0.2.${n}`)),
  );
  const statuses = guesses.map((answer) => answer.statusCode).sort();
  expect(statuses).toEqual([...Array(10).fill(422), ...Array(10).fill(429)]);
  expect((await login('ana', PASSWORD, '192.0.2.99')).statusCode).toBe(429);
  expect((await login('ben', PASSWORD, '192.0.2.99')).statusCode).toBe(303);
}, 20_000);

test('fifty tries from an address, whatever the names', async () => {
  await house.person('ana');
  for (let n = 0; n < 50; n++) await login(`name${n}`, 'wrong');
  expect((await login('ana', PASSWORD)).statusCode).toBe(429);
  expect((await login('ana', PASSWORD, '198.51.100.7')).statusCode).toBe(303);
}, 30_000);

test('signing in goes on to a page of ours only', async () => {
  await house.person('ana');
  for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example', '/\tevil'])
    expect((await submit('/login', { username: 'ana', password: PASSWORD, next })).headers.location).toBe(
      '/chats',
    );
  const answer = await submit('/login', { username: 'ana', password: PASSWORD, next: '/friends?a=1' });
  expect(answer.headers.location).toBe('/friends?a=1');
});

test('a form without its token, or from another site, changes nothing', async () => {
  const ana = await house.person('ana');
  const bare = { cookie: ana.cookie, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await house.app.inject({
    method: 'POST',
    url: '/settings',
    headers: bare,
    payload: 'locale=zh-CN',
  });
  expect(answer.statusCode).toBe(403);
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of foreign)
    expect((await ana.post('/settings', { locale: 'zh-CN' }, headers)).statusCode).toBe(403);
  expect(house.app.services.accounts.userById(ana.id)?.locale).toBeUndefined();
});

test('a new password needs the old one, and signs out every other device', async () => {
  const ana = await house.person('ana');
  const other = sessionIn(await login('ana', PASSWORD));
  const wrong = await ana.post('/settings/password', { current: 'wrong', password: 'new-password' });
  expect(wrong.statusCode).toBe(422);
  const changed = await ana.post('/settings/password', { current: PASSWORD, password: 'new-password' });
  expect(changed.statusCode).toBe(303);
  expect((await ana.get('/chats')).statusCode).toBe(200);
  const otherPage = await house.app.inject({
    url: '/chats',
    headers: { cookie: `porchlight=${other?.value}` },
  });
  expect(otherPage.statusCode).toBe(303);
  expect((await login('ana', PASSWORD)).statusCode).toBe(422);
  expect((await login('ana', 'new-password')).statusCode).toBe(303);
});

test('a password that changes while it is checked lets nobody in, and lets nobody change it back', async () => {
  const ana = await house.person('ana');
  const { accounts, sessions } = house.app.services;
  const found = await signIn(accounts, 'ana', PASSWORD);
  const verified = found?.passwordHash ?? '';
  await resetPassword(accounts, sessions, ana.id, 'another-password');
  expect(await sessions.start(ana.id, 'thief', verified)).toBeUndefined();
  const change = () => accounts.setPassword(ana.id, 'the thief’s', verified);
  expect(sessions.endAll(ana.id, undefined, change)).toBe(false);
  expect(sessions.devices(ana.id)).toEqual([]);
  expect((await login('ana', 'another-password')).statusCode).toBe(303);
});

test('one signs out one’s own devices, not other people’s', async () => {
  const ana = await house.person('ana');
  const ben = await house.person('ben');
  const [device] = house.app.services.sessions.devices(ana.id);
  expect((await ben.post(`/settings/devices/${device?.id}/end`)).statusCode).toBe(404);
  expect((await ana.get('/chats')).statusCode).toBe(200);
  expect((await ana.post(`/settings/devices/${device?.id}/end`)).statusCode).toBe(303);
  expect((await ana.get('/chats')).statusCode).toBe(303);
});

test('the file of the database doesn’t hold what a cookie holds', async () => {
  const ana = await house.person('ana');
  const secret = /porchlight=([^;]+)/.exec(ana.cookie)?.[1] ?? '';
  const [device] = house.app.services.sessions.devices(ana.id);
  expect(device?.id).toMatch(/^[0-9a-f]{64}$/);
  expect(device?.id).not.toContain(secret);
  const written = ['', '-wal'].map((ending) => readFileSync(join(house.dataDir, `porchlight.db${ending}`)));
  // The log has the row, so a secret beside it would be found.
  expect(written.some((bytes) => bytes.includes(device?.id ?? 'no device'))).toBe(true);
  expect(secret.length).toBeGreaterThan(20);
  expect(written.some((bytes) => bytes.includes(secret))).toBe(false);
});

test('the admin page is the owner’s alone, and a reset password works once the old sessions are out', async () => {
  const ana = await house.person('ana');
  const ben = await house.person('ben');
  expect((await ben.get('/admin')).statusCode).toBe(404);
  expect((await ben.post(`/admin/people/${ana.id}/password`)).statusCode).toBe(404);
  expect((await ben.get('/chats')).body).not.toContain('href="/admin"');
  const answer = await ana.post(`/admin/people/${ben.id}/password`);
  const password = /class="code">([\w-]+)</.exec(answer.body)?.[1] ?? '';
  expect((await ben.get('/chats')).statusCode).toBe(303);
  expect((await login('ben', password)).statusCode).toBe(303);
});

test('with open registration anybody may join, but nobody becomes the owner that way', async () => {
  await house.close();
  house = await openHouse({ REGISTRATION: 'open' });
  expect((await submit('/join', newcomer)).statusCode).toBe(404);
  await house.person('owner');
  expect((await submit('/join', newcomer)).statusCode).toBe(303);
  expect(house.app.services.accounts.userByUsername('ana')?.isOwner).toBe(false);
});

test('by invitation only, /join alone is nothing', async () => {
  expect((await house.app.inject('/join')).statusCode).toBe(404);
});

test('the language follows the browser until one is chosen', async () => {
  const ana = await house.person('ana');
  const inGerman = await ana.get('/chats', { 'accept-language': 'de,zh-TW;q=0.8,en;q=0.5' });
  expect(inGerman.body).toContain('<html lang="zh-CN">');
  expect((await ana.get('/chats', { 'accept-language': 'fr' })).body).toContain('<html lang="en">');
  await ana.post('/settings', { locale: 'en' });
  expect((await ana.get('/chats', { 'accept-language': 'zh-CN' })).body).toContain('<html lang="en">');
});

test('a session that has run out is removed within a day, by the server’s own clock, and its sockets are closed', async () => {
  const ana = await house.person('ana');
  const { socket, closed } = await openSocket(house, '/live', { cookie: ana.cookie });
  const { sessions } = house.app.services;
  house.clock.advance(179 * DAY);
  expect(sessions.devices(ana.id)).toHaveLength(1);
  house.clock.advance(2 * DAY);
  expect(sessions.devices(ana.id)).toEqual([]);
  expect(await closed).toBe(4401);
  socket.terminate();
  expect((await ana.get('/chats')).statusCode).toBe(303);
});

test('a session that is used goes on, however late the clock is', async () => {
  const ana = await house.person('ana');
  for (let season = 0; season < 4; season += 1) {
    house.clock.advance(100 * DAY);
    expect((await ana.get('/chats')).statusCode).toBe(200);
  }
});
