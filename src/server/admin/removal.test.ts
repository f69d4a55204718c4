/** What becomes of a person's things when the owner removes them. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type House,
  openHouseOfFriends,
  openSocket,
  PASSWORD,
  type Person,
} from '../../../test/helpers/house.ts';
import { ANSWER, openOldPhone } from '../../../test/helpers/phone.ts';
import { openRecorder } from '../../../test/helpers/recorder.ts';
import { upload } from '../../../test/helpers/upload.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
let file: string;
beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  await ben.post(`/chats/${chat}`, { key: randomUUID(), body: 'From Ben' });
  const list = { name: 'list.txt', bytes: Buffer.from('milk and honey') };
  await upload(house, ben, `/chats/${chat}`, list, { key: randomUUID(), body: '' });
  file = house.app.services.files.ofMessage(house.app.services.chats.newestId(chat))?.id ?? '';
});
afterEach(() => house.close());

const remove = (form: Record<string, string> = {}) => ana.post(`/admin/people/${ben.id}/remove`, form);
const rows = (table: string) =>
  house.app.services.database.prepare<[], number>(`SELECT COUNT(*) FROM ${table}`).pluck().get();

test('it is said first, with how much they keep, and looking removes nobody', async () => {
  expect((await ana.get('/admin')).body).toContain(`href="/admin/people/${ben.id}/remove"`);
  const { body } = await ana.get(`/admin/people/${ben.id}/remove`);
  for (const said of [
    ...['devices are signed out', 'a call they are in ends', 'friendships', 'What ben wrote stays'],
    ...['files and recordings stay', '14 bytes', 'be undone'],
  ])
    expect(body).toContain(said);
  expect((await ben.get('/chats')).statusCode).toBe(200);
});

test('they are out of their groups, which have an admin all the same', async () => {
  const { groups, chats } = house.app.services;
  const cleo = await house.person('cleo');
  house.app.services.friends.befriend(ben.id, cleo.id);
  const group = groups.create(ben.id, 'Bees', [cleo.id]) ?? 0;
  await remove();
  expect(chats.members(group)).toEqual([cleo.id]);
  expect(groups.memberOf(group, cleo.id)?.role).toBe('admin');
  expect((await cleo.get(`/chats/${group}`)).body).toContain('ben left');
});

test('they are out at once, the call they are in ends, and what they wrote and sent stays with the others', async () => {
  const cleo = await house.person('cleo');
  await ben.post('/friends', { username: 'cleo' });
  await ben.post('/friends/invitations', { days: '1', uses: '1' });
  const [invitation] = house.app.services.invitations.madeBy(ben.id, house.clock.now());
  const [anas, bens] = [await openOldPhone(house, ana), await openOldPhone(house, ben)];
  const { call } = await anas.rings(chat);
  bens.say({ type: 'accept', call, answer: ANSWER });
  await anas.hears('accepted');
  const live = await openSocket(house, '/live', { cookie: ben.cookie });
  const recorder = await openRecorder(house, ben, call);
  await recorder.patch(0, Buffer.from('a beginning'));

  expect((await remove()).headers.location).toBe('/admin?done=removed');
  expect([await live.closed, await bens.closed]).toEqual([4401, 4401]);
  expect(await anas.hears('ended')).toMatchObject({ call });
  expect((await ben.get('/chats')).headers.location).toContain('/login');
  // What has arrived of a recording stays with the call, and nothing more comes.
  expect((await recorder.patch(11, Buffer.from('more'))).statusCode).toBe(401);
  expect(house.app.services.files.find(recorder.id)).toMatchObject({ call, owner: ben.id });
  expect((await cleo.get('/friends')).body).not.toContain('@ben');
  expect((await house.app.inject(`/join/${invitation?.code}`)).statusCode).toBe(404);
  expect([rows('friendships'), rows('invitations')]).toEqual([0, 0]);

  const page = (await ana.get(`/chats/${chat}`)).body;
  expect(page).toContain('From Ben');
  expect(page).toContain('ben no longer has an account here.');
  expect(page).not.toContain('id="composer"');
  expect((await ana.get(`/files/${file}`)).body).toBe('milk and honey');
  expect((await ana.post(`/chats/${chat}`, { key: randomUUID(), body: 'Hello?' })).statusCode).toBe(403);
  // A restart changes nothing about it.
  await house.restart();
  expect((await ana.get(`/chats/${chat}`)).body).toContain('From Ben');
});

test('nobody signs in as them, and the username is free again', async () => {
  await remove();
  const { services } = house.app;
  expect(services.accounts.userByUsername('ben')).toBeUndefined();
  for (const username of ['ben', `removed:${ben.id}`]) {
    const answer = await house.app.inject({
      method: 'POST',
      url: '/login',
      headers: {
        cookie: ana.cookie.replace(/porchlight=[^;]+; /, ''),
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ _csrf: ana.token, username, password: PASSWORD }).toString(),
    });
    expect(answer.statusCode, username).toBe(422);
  }
  const other = await house.person('ben');
  expect(other.id).not.toBe(ben.id);
  expect((await other.get(`/chats/${chat}`)).statusCode).toBe(404);
  expect((await ana.get('/admin')).body.match(/@ben</g)).toHaveLength(1);
});

test('what they sent is deleted with them if the owner wants it, or later', async () => {
  const storage = async () => (await ana.get('/admin')).body.split('id="storage"')[1] ?? '';
  expect(await storage()).toMatch(/ben<\/strong>[^<]*<span class="muted">14 bytes/);
  await remove();
  expect(await storage()).toMatch(/ben<\/strong>[^<]*<span class="muted">removed · 14 bytes/);
  await ana.post(`/admin/people/${ben.id}/files/delete`);
  expect(await storage()).not.toContain('ben</strong>');
  expect((await ana.get(`/files/${file}`)).statusCode).toBe(404);
  const page = (await ana.get(`/chats/${chat}`)).body;
  expect(page).toContain('From Ben');
  expect(page).toContain('This file is no longer available.');

  const cleo = await house.person('cleo');
  house.app.services.friends.befriend(ana.id, cleo.id);
  const other = house.app.services.chats.directWith(ana.id, cleo.id);
  const bytes = Buffer.from('bread');
  await upload(house, cleo, `/chats/${other}`, { name: 'x.txt', bytes }, { key: randomUUID(), body: '' });
  await ana.post(`/admin/people/${cleo.id}/remove`, { files: 'on' });
  expect(house.app.services.files.all()).toEqual([]);
});

test('owners alone remove, and neither themselves nor another owner; nobody is removed twice', async () => {
  const cleo = await house.person('cleo');
  for (const door of [`/admin/people/${cleo.id}/remove`, `/admin/people/${cleo.id}/files/delete`])
    expect((await ben.post(door)).statusCode, door).toBe(404);
  expect((await ben.get(`/admin/people/${cleo.id}/remove`)).statusCode).toBe(404);
  expect((await ana.post(`/admin/people/${ana.id}/remove`)).statusCode).toBe(404);
  // What is theirs is theirs for as long as they are here.
  expect((await ana.post(`/admin/people/${ben.id}/files/delete`)).statusCode).toBe(404);
  expect((await ana.get(`/files/${file}`)).statusCode).toBe(200);
  await remove();
  expect((await remove()).statusCode).toBe(404);
  expect((await ana.post(`/admin/people/${ben.id}/password`)).statusCode).toBe(404);
  expect((await cleo.get('/chats')).statusCode).toBe(200);
});
