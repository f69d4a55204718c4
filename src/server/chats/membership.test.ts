/** Every door that changes something, tried by everybody who may not, and what is pushed to them. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { doorsOf, filledIn } from '../../../test/helpers/doors.ts';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import { openOldPhone } from '../../../test/helpers/phone.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { newWish, openRecorder, pastCall, type Recorder } from '../../../test/helpers/recorder.ts';
import { encodeForm } from '../../../test/helpers/upload.ts';
import { openDatabase } from '../database/database.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: House;
let ana: Person;
let ben: Person;
let eve: Person;
let chat: number;
let call: string;
let recorder: Recorder;
let message: number;
let screenshot: string;
let video: string;
const png = await sharp({ create: { width: 32, height: 18, channels: 3, background: '#123' } })
  .png()
  .toBuffer();

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  eve = await house.person('eve');
  call = await pastCall(house, ana, ben);
  await ben.post(`/chats/${chat}`, { key: randomUUID(), body: 'said among friends' });
  message = house.app.services.chats.newestId(chat);
  recorder = await openRecorder(house, ben, call);
  await recorder.patch(0, Buffer.from('a beginning'));
  video = await videoOf(ben);
  screenshot = (await house.app.inject(await file(`/calls/${call}/screenshots`))).json().id;
});
afterEach(() => house.close());

/** A video that somebody has sent, as far as the database knows. */
async function videoOf({ id: owner }: Person): Promise<string> {
  const { files } = house.app.services;
  const made = await files.create({ owner, conversation: chat, kind: 'attachment', name: 'clip.webm' });
  if ('refused' in made) throw new Error(made.refused);
  await files.complete(made.id, { type: 'video/webm', bytes: 1, state: 'ready' });
  return made.id;
}

/** A request of Ben's, who has everything that it takes. */
type Door = () => Promise<InjectOptions> | InjectOptions;

const as = (type: string, payload: string | Buffer, headers: Record<string, string> = {}): InjectOptions => ({
  headers: { cookie: ben.cookie, 'x-csrf-token': ben.token, 'content-type': type, ...headers },
  payload,
});
const form = (method: 'POST', url: string, fields: Record<string, string> = {}): InjectOptions => ({
  ...as('application/x-www-form-urlencoded', new URLSearchParams({ _csrf: ben.token, ...fields }).toString()),
  ...{ method, url },
});
async function file(url: string, fields: Record<string, string> = {}): Promise<InjectOptions> {
  const { type, payload } = await encodeForm({ _csrf: ben.token, ...fields }, { name: 'x.png', bytes: png });
  return { ...as(type, payload), method: 'POST', url };
}

/** What puts something before the other one's eyes, or changes it there: friends only. */
const doors: Record<string, Door> = {
  'POST /chats/:chat': () => form('POST', `/chats/${chat}`, { key: randomUUID(), body: 'hello' }),
  'POST /chats/:chat with a file': () => file(`/chats/${chat}`, { key: randomUUID(), body: '' }),
  'POST /chats/:chat/messages/:message': () =>
    form('POST', `/chats/${chat}/messages/${message}`, { body: 'said otherwise' }),
  'POST /files/:file/send': () => form('POST', `/files/${screenshot}/send`, { key: randomUUID() }),
  'POST /calls/:call/screenshots': () => file(`/calls/${call}/screenshots`),
  'POST /calls/:call/recordings': () => ({
    ...as('application/json', JSON.stringify(newWish())),
    ...{ method: 'POST', url: `/calls/${call}/recordings` },
  }),
  'PATCH /recordings/upload/:recording': () => ({
    ...as('application/offset+octet-stream', 'more', { 'tus-resumable': '1.0.0', 'upload-offset': '11' }),
    ...{ method: 'PATCH', url: recorder.uploadUrl },
  }),
  'POST /recordings/:recording/finish': () => ({
    ...as('application/json', '{"length":15}'),
    ...{ method: 'POST', url: `/recordings/${recorder.id}/finish` },
  }),
  'PUT /recordings/:recording/poster': () => ({
    ...as('image/png', png),
    ...{ method: 'PUT', url: `/recordings/${recorder.id}/poster` },
  }),
  'PUT /files/:file/poster': () => ({
    ...as('image/png', png),
    method: 'PUT',
    url: `/files/${video}/poster`,
  }),
};

/** What concerns oneself, or takes back what is one's own: whoever is signed in. */
const OWN = [
  ...['POST /chats/:chat/read', 'POST /chats/:chat/messages/:message/delete', 'POST /files/:file/delete'],
  ...['POST /recordings/:recording/delete', 'POST /calls/:call/decline', 'POST /calls/:call/hang-up'],
  ...['POST /settings', 'POST /logout'],
  ...['POST /settings/password', 'POST /settings/devices/:session/end', 'POST /friends'],
  ...[
    'POST /settings/display',
    'POST /settings/quiet',
    'POST /settings/name',
    'POST /settings/picture',
    'POST /settings/picture/remove',
  ],
  ...['accept', 'decline', 'withdraw', 'remove', 'block', 'unblock'].map(
    (action) => `POST /friends/:user/${action}`,
  ),
  ...['POST /friends/invitations', 'POST /friends/invitations/:id/withdraw'],
  ...['POST /admin/storage', 'POST /admin/storage/folder', 'POST /admin/storage/sweep'],
  'POST /admin/doctor',
  ...['POST /admin/people/:user/password', 'POST /admin/people/:user/remove'],
  ...['POST /admin/people/:user/files/delete', 'POST /join/:code/friend'],
  // Of one's own membership: notifications.test.ts.
  'POST /chats/:chat/notifications',
  // Nothing is kept of it; who hears of it is tested below.
  'POST /chats/:chat/typing',
  // Of one's own device; what is sent to it is tested in push/push.test.ts.
  ...['POST /push/subscription', 'POST /push/subscription/remove', 'POST /push/text', 'POST /push/test'],
  'POST /push/not-now',
  // Among the people of a group, which has no former friends: groups.test.ts.
  ...['POST /chats/new', 'POST /chats/:chat/people', 'POST /chats/:chat/title', 'POST /chats/:chat/leave'],
  ...['POST /chats/:chat/step-down', 'POST /chats/:chat/picture', 'POST /chats/:chat/picture/remove'],
  // Only who is in a call there: calls/people.test.ts.
  'POST /chats/:chat/call/people',
  ...['remove', 'admin'].map((action) => `POST /chats/:chat/people/:person/${action}`),
];
/** How one comes in; and what reads nothing of what it is sent, and changes nothing. */
const OPEN = ['POST /setup', 'POST /join/:code', 'POST /login', 'POST /share'];

/** Everything that is stored, but for when whom was last seen. */
function stored(): string {
  const database = openDatabase(join(house.dataDir, 'porchlight.db'));
  try {
    const tables = database
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
      .pluck()
      .all();
    return JSON.stringify(
      tables
        .filter((name) => name !== 'sessions')
        .map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]),
    );
  } finally {
    database.close();
  }
}

/** As somebody else would send it. */
const by = (options: InjectOptions, cookie: string, token: string): InjectOptions => ({
  ...options,
  headers: { ...options.headers, cookie, 'x-csrf-token': token },
  ...(typeof options.payload === 'string' && { payload: options.payload.replace(ben.token, token) }),
});

async function expectNothing(
  open: Record<string, Door>,
  statuses: number[],
  cookie = ben.cookie,
  token = ben.token,
) {
  for (const [name, door] of Object.entries(open)) {
    const before = stored();
    const options = await door();
    const multipart = Buffer.isBuffer(options.payload) && options.payload.includes('_csrf');
    const payload = multipart
      ? Buffer.from(String(options.payload?.toString('latin1')).replace(ben.token, token), 'latin1')
      : options.payload;
    const answer = await house.app.inject(
      by({ ...options, ...(payload !== undefined && { payload }) }, cookie, token),
    );
    expect([name, statuses.includes(answer.statusCode) ? 'refused' : answer.statusCode]).toEqual([
      name,
      'refused',
    ]);
    expect([name, stored()]).toEqual([name, before]);
  }
}

const ownDoors = (): Record<string, Door> =>
  Object.fromEntries(
    OWN.map((name) => {
      const places = { chat, message, file: screenshot, recording: recorder.id, call, user: ana.id, id: 1 };
      const url = filledIn(name.slice('POST '.length), places, '1');
      return [
        name,
        () => form('POST', url, { username: 'eve', message: `${message}`, days: '1', uses: '1' }),
      ];
    }),
  );

test('every door is on one of the lists', () => {
  const known = [...Object.keys(doors).map((name) => name.replace(/ with .*/, '')), ...OWN, ...OPEN];
  const all = doorsOf(house.app).flatMap(({ method, path }) =>
    method === 'GET' ? [] : [`${method} ${path}`],
  );
  expect(all.filter((door) => !known.includes(door))).toEqual([]);
  expect(known.filter((door) => !all.includes(door))).toEqual([]);
});

test('a friend may', async () => {
  for (const [name, door] of Object.entries(doors)) {
    const { statusCode } = await house.app.inject(await door());
    expect([name, statusCode < 400 || statusCode]).toEqual([name, true]);
  }
});

test('a former friend and somebody blocked put nothing before the other one', async () => {
  await ana.post(`/friends/${ben.id}/remove`);
  await expectNothing(doors, [403]);
  house.app.services.friends.befriend(ana.id, ben.id);
  await ana.post(`/friends/${ben.id}/block`);
  await expectNothing(doors, [403]);
  // No invitation leads around a block either.
  expect(house.app.services.friends.befriend(ana.id, ben.id)).toBe(false);
  // What is theirs they can take back.
  const gone = await ben.post(`/chats/${chat}/messages/${message}/delete`);
  expect(gone.statusCode).toBe(303);
  expect((await ben.post(`/files/${screenshot}/delete`)).statusCode).toBe(303);
});

test('for strangers none of it exists, and nobody without a session gets anywhere', async () => {
  await expectNothing(doors, [404], eve.cookie, eve.token);
  const nobody = ben.cookie.replace(/porchlight=[^;]+; /, '');
  await expectNothing({ ...doors, ...ownDoors() }, [303, 401], nobody);
});

test('a session that was ended opens nothing any more', async () => {
  house.app.services.sessions.endAll(ben.id);
  await expectNothing({ ...doors, ...ownDoors() }, [303, 401]);
});

/** Sends a request of which the last bytes are held back until something has happened. */
async function slowly(options: InjectOptions, begun: () => boolean, meanwhile: () => unknown) {
  await house.listen();
  const address = house.app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const payload = Buffer.from(
    typeof options.payload === 'string' || Buffer.isBuffer(options.payload) ? options.payload : '',
  );
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const sent = request({
    host: '127.0.0.1',
    port,
    method: options.method,
    path: String(options.url),
    headers: { ...headers, 'content-length': payload.length },
  });
  const answered = new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, location: response.headers.location });
    });
  });
  let hasCome = false;
  house.app.server.once('request', () => {
    hasCome = true;
  });
  // More than the end of a form that comes behind its file.
  const held = Math.min(150, payload.length / 2);
  sent.write(payload.subarray(0, -held));
  await eventually('it to have begun', () => hasCome && begun());
  await meanwhile();
  sent.end(payload.subarray(-held));
  return answered;
}

describe('what is under way when it ends', () => {
  const block = () => ana.post(`/friends/${ben.id}/block`);
  const signOut = () => house.app.services.sessions.endAll(ben.id);
  const files = () => house.app.services.files.all().length;

  test.each(['POST /chats/:chat with a file', 'POST /calls/:call/screenshots'])('%s', async (name) => {
    for (const [meanwhile, status] of [
      [block, 403],
      [signOut, name.includes('chats') ? 303 : 403],
    ] as const) {
      house.app.services.friends.unblock(ana.id, ben.id);
      house.app.services.friends.befriend(ana.id, ben.id);
      const count = files();
      const options = await doors[name]?.();
      const answer = await slowly(options ?? {}, () => files() > count, meanwhile);
      expect(answer.status).toBe(status);
      if (status === 303) expect(answer.location).toBe('/login');
      expect(files()).toBe(count);
      expect(house.app.services.chats.newestId(chat)).toBe(message);
    }
  });

  test.each([
    ['a block', block],
    ['the end of a session', signOut],
  ])('a chunk of a recording leaves nothing behind after %s', async (_name, meanwhile) => {
    const progress = () => {
      const own = house.app.services.recordings.own(ben.id, recorder.id);
      return own && house.app.services.recordings.progressOf(own.recording, own.file)?.offset;
    };
    const options = await doors['PATCH /recordings/upload/:recording']?.();
    const begun = () => (progress() ?? 0) > 11;
    const { status } = await slowly(options ?? {}, begun, meanwhile);
    expect(status).toBe(403);
    expect(progress()).toBe(11);
  });

  test('a text whose body came slowly', async () => {
    const options = await doors['POST /chats/:chat']?.();
    const { status, location } = await slowly(options ?? {}, () => true, signOut);
    expect([status, location]).toEqual([303, '/login']);
    expect(house.app.services.chats.newestId(chat)).toBe(message);
  });

  test('any form whose body came slowly', async () => {
    const options = form('POST', '/settings/name', { displayName: 'Somebody else' });
    const { status, location } = await slowly(options, () => true, signOut);
    expect([status, location]).toEqual([303, '/login']);
    expect(house.app.services.accounts.userById(ben.id)?.displayName).toBe('ben');
  });
});

describe('what is pushed', () => {
  test('neither reading, typing nor being there is shown to somebody blocked', async () => {
    await ana.post(`/friends/${ben.id}/block`);
    const bens = await openSocket(house, '/live', { cookie: ben.cookie });
    bens.socket.send(JSON.stringify({ chat: `${chat}`, rev: '0' }));
    await bens.until((html) => html.includes('said among friends'));
    const from = bens.received.length;
    await openSocket(house, '/live', { cookie: ana.cookie });
    await ana.get(`/chats/${chat}`);
    await ana.post(`/chats/${chat}/typing`);
    house.app.services.chats.typing(chat, ana.id);
    // What Ben does himself is brought to him after all that.
    await ben.post(`/chats/${chat}/messages/${message}/delete`);
    await bens.until((html) => html.includes(`m-${message}`), from);
    expect(bens.received.slice(from).join('')).not.toMatch(/id="(seen|typing|presence)|Seen|online/);
    // Nor on a page that is loaded.
    expect((await ben.get(`/chats/${chat}`)).body).not.toMatch(/id="seen"[^>]*>Seen|online/);
  });

  test('a socket of a session that ended elsewhere takes and brings nothing', async () => {
    const [phone, live] = [
      await openOldPhone(house, ben),
      await openSocket(house, '/live', { cookie: ben.cookie }),
    ];
    const database = openDatabase(join(house.dataDir, 'porchlight.db'));
    database.prepare('DELETE FROM sessions WHERE user_id = ?').run(ben.id);
    database.close();
    const before = stored();
    phone.say({
      type: 'ring',
      key: randomUUID(),
      chat,
      media: 'voice',
      offer: { type: 'offer', sdp: 'v=0' },
    });
    live.socket.send(JSON.stringify({ chat: `${chat}`, rev: '0' }));
    expect(await live.closed).toBe(4401);
    expect(await phone.closed).toBe(4401);
    expect(stored()).toBe(before);
    expect(live.received.join('')).not.toContain('said among friends');
  });
});
