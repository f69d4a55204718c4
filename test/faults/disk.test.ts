/** What is left of a server whose disk is full, may not be written, or whose database another program holds. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/server/database/database.ts';
import type { Client } from '../helpers/client.ts';
import { type House, openHouse, type Person as Resident } from '../helpers/house.ts';
import { addPastCall } from '../helpers/past-call.ts';
import { chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { type OldPhone, openOldPhone, unique } from '../helpers/phone.ts';
import { eventually } from '../helpers/poll.ts';
import { liveWebm, openRecorder, pastCall } from '../helpers/recorder.ts';
import { type Server, startServer } from '../helpers/server.ts';

const FULL = /The server(?:'|&#39;)s disk is full/;

/** Mounting takes root; whoever runs the tests otherwise has these left out, and is told so. */
const isRoot = process.getuid?.() === 0;

/** A small disk, and what opens on it: whatever asks for a temporary folder meanwhile gets one there. */
async function onSmallDisk<Opened>(size: string, open: () => Promise<Opened>) {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  const place = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  const opened = await open();
  if (place === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = place;
  const ballast = join(folder, 'ballast');
  return {
    opened,
    fill(): void {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize), { flag: 'a' });
      expect(statfsSync(folder).bavail).toBe(0);
    },
    empty: () => rmSync(ballast, { force: true }),
    readOnly: () => execFileSync('mount', ['-o', 'remount,ro', folder]),
    writable: () => execFileSync('mount', ['-o', 'remount,rw', folder]),
    leave(): void {
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
type SmallDisk = Omit<Awaited<ReturnType<typeof onSmallDisk>>, 'opened'>;

const tokenOf = (body: string) => /name="_csrf" value="([^"]*)"/.exec(body)?.[1] ?? '';
const post = async (client: Client, path: string, fields: Record<string, string> = {}) =>
  client.post(path, { _csrf: tokenOf((await client.get('/settings')).body), ...fields });

async function health(server: Server) {
  const answer = await fetch(`${server.origin}/healthz`);
  return [answer.status, await answer.json()];
}
const healthy = (server: Server) =>
  eventually('it to be healthy', async () => (await health(server))[0] === 200, 20_000, server.log);

/** As if everybody had last been seen long ago: the next request of each would note that, and prolong the session. */
function unseen(dataDir: string): void {
  const database = openDatabase(join(dataDir, 'porchlight.db'));
  const days = (count: number) => count * 24 * 60 * 60 * 1000;
  database
    .prepare('UPDATE sessions SET seen_at = seen_at - ?, expires_at = expires_at - ?')
    .run(days(1), days(100));
  database.close();
}

describe.skipIf(!isRoot)('a server on a full disk', () => {
  let server: Server;
  let disk: SmallDisk;
  let anna: Person;
  let ben: Person;
  let annas: Client;
  let bens: Client;
  let chat: string;
  let call: string;

  beforeAll(async () => {
    const { opened, ...rest } = await onSmallDisk('48m', startServer);
    [server, disk] = [opened, rest];
    [anna, ben] = await createPair(server);
    annas = await signInClient(server, anna);
    bens = await signInClient(server, ben);
    chat = await chatOf(annas, ben);
    call = addPastCall(server.dataDir, 'anna', 'ben');
  });
  afterEach(() => disk.empty());
  afterAll(async () => {
    await server.remove();
    disk.leave();
  });

  const say = (client: Client, body: string) => post(client, chat, { key: unique('key-of-message'), body });
  const shown = async (client: Client, body: string) => (await client.get(chat)).body.includes(body);
  const idOf = async (client: Client, body: string) => {
    const before = (await client.get(chat)).body.split(body)[0] ?? '';
    return [...before.matchAll(/id="m-(\d+)"/g)].at(-1)?.[1] ?? '';
  };
  /** What a script sends with the session of a client. */
  async function send(path: string, body: FormData | string, type?: string) {
    const headers = {
      cookie: [...annas.cookies()].map(([name, value]) => `${name}=${value}`).join('; '),
      'x-csrf-token': tokenOf((await annas.get('/settings')).body),
      ...(type && { 'content-type': type }),
    };
    return fetch(server.origin + path, { method: 'POST', body, headers });
  }

  test('lets everybody read, sign in and delete, refuses the rest with a sentence, and takes it again when there is room', async () => {
    await say(annas, 'to be deleted');
    await say(bens, 'to be read');
    const mine = await idOf(annas, 'to be deleted');
    unseen(server.dataDir);
    disk.fill();

    for (const path of ['/chats', chat, '/friends', '/settings', `${chat}/newer?after=0`])
      expect([path, (await annas.get(path)).status]).toEqual([path, 200]);
    const refused = await say(annas, 'too much');
    expect([refused.status, FULL.test(refused.body)]).toEqual([507, true]);
    expect(refused.body).toContain('too much</textarea>');
    expect(await health(server)).toEqual([503, { status: 'disk full' }]);

    const edited = await post(annas, `${chat}/messages/${mine}`, { body: 'changed' });
    expect([edited.status, edited.body.includes('changed</textarea>')]).toEqual([507, true]);
    for (const [path, fields] of [
      ['/friends', { username: 'nobody' }],
      ['/friends/invitations', { days: '7', uses: '1' }],
    ] as const)
      expect([path, (await post(annas, path, fields)).status]).toEqual([path, 507]);

    const form = new FormData();
    form.set('_csrf', tokenOf((await annas.get('/settings')).body));
    form.set('key', unique('key-of-message'));
    form.set('body', '');
    form.set('file', new Blob(['a note']), 'note.txt');
    const upload = await send(chat, form);
    expect([upload.status, FULL.test(await upload.text())]).toEqual([507, true]);
    const wish = { key: unique('key-of-recording'), mode: 'everyone', mimeType: 'video/webm' };
    const recording = await send(`/calls/${call}/recordings`, JSON.stringify(wish), 'application/json');
    expect([recording.status, await recording.json()]).toMatchObject([507, { error: 'disk-full' }]);

    const again = await signInClient(server, ben);
    expect((await again.get('/chats')).status).toBe(200);
    expect((await post(again, '/logout')).path).toBe('/login');
    expect((await post(annas, '/settings', { sound: 'on' })).status).toBe(200);
    expect((await post(annas, `${chat}/read`, { message: mine })).status).toBe(204);
    expect((await post(annas, `${chat}/messages/${mine}/delete`)).status).toBe(200);
    expect(await shown(annas, 'to be deleted')).toBe(false);

    disk.empty();
    await healthy(server);
    expect((await say(annas, 'room again')).status).toBe(200);
    expect(await shown(bens, 'room again')).toBe(true);
  });

  test('deletes more than the reserve takes', async () => {
    const long = 'x'.repeat(9_000);
    for (let count = 0; count < 60; count++) await say(annas, `${long} ${count}`);
    const { body } = await annas.get(chat);
    const ids = [...body.matchAll(/id="m-(\d+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(30);
    disk.fill();
    const statuses = [];
    for (const id of ids) statuses.push((await post(annas, `${chat}/messages/${id}/delete`)).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await shown(annas, long)).toBe(false);
  });

  test('can be started there', async () => {
    await healthy(server);
    disk.fill();
    await server.kill9();
    await server.start();
    expect((await annas.get(chat)).status).toBe(200);
    expect((await health(server))[0]).toBe(503);
    disk.empty();
    await healthy(server);
    expect((await say(annas, 'after the start')).status).toBe(200);
  });
});

describe.skipIf(!isRoot)('a call on a full disk', () => {
  let house: House;
  let disk: SmallDisk;
  let ana: Resident;
  let ben: Resident;
  let chat: number;
  let [anas, bens]: OldPhone[] = [];

  beforeEach(async () => {
    const { opened, ...rest } = await onSmallDisk('24m', openHouse);
    [house, disk] = [opened, rest];
    ana = await house.person('ana');
    ben = await house.person('ben');
    house.app.services.friends.befriend(ana.id, ben.id);
    chat = house.app.services.chats.directWith(ana.id, ben.id);
    anas = await openOldPhone(house, ana);
    bens = await openOldPhone(house, ben);
  });
  afterEach(async () => {
    await house.app.close();
    disk.leave();
  });

  /** Nothing at all is left, not even the reserve. */
  function exhaust(): void {
    house.app.services.writing.stop();
    rmSync(join(house.dataDir, '.reserve'), { force: true });
    disk.fill();
  }
  async function talking(phoneA = anas, phoneB = bens) {
    if (!phoneA || !phoneB) throw new Error('there are no phones');
    const { call } = await phoneA.rings(chat);
    await phoneB.hears('incoming');
    phoneB.say({ type: 'accept', call });
    await phoneB.hears('accepted');
    return { call, phoneA, phoneB };
  }
  const stateOf = (call: string) => house.app.services.calls.find(call)?.state;

  test('is rung, accepted, left and hung up by means of the reserve', async () => {
    disk.fill();
    const { call, phoneA, phoneB } = await talking();
    await phoneB.drop();
    expect(await phoneA.hears('peer')).toMatchObject({ connected: false });
    phoneA.say({ type: 'hang-up', call });
    expect(await phoneA.hears('ended')).toMatchObject({ reason: 'hung-up' });
  });

  test('goes on, also when a page closes; its end is written when there is room', async () => {
    const { call, phoneA, phoneB } = await talking();
    exhaust();
    house.clock.advance(60_000);
    await phoneB.drop();
    expect(await phoneA.hears('peer')).toMatchObject({ connected: false });
    await phoneA.drop();
    house.clock.advance(3 * 60_000);
    expect((await ana.get(`/chats/${chat}`)).statusCode).toBe(200);
    expect(stateOf(call)).toEqual({ name: 'active' });
    disk.empty();
    house.clock.advance(60_000);
    expect(stateOf(call)).toEqual({ name: 'ended', reason: 'hung-up' });
  });

  test('rings out when there is room again', async () => {
    const { call } = (await anas?.rings(chat)) ?? { call: '' };
    exhaust();
    house.clock.advance(2 * 60_000);
    expect(stateOf(call)).toEqual({ name: 'ringing' });
    disk.empty();
    house.clock.advance(60_000);
    expect(stateOf(call)).toEqual({ name: 'ended', reason: 'missed' });
    expect(await anas?.hears('ended')).toMatchObject({ reason: 'missed' });
  });

  test('has its recording finished that fell silent, when there is room again', async () => {
    const recorder = await openRecorder(house, ana, await pastCall(house, ana, ben));
    expect((await recorder.patch(0, liveWebm(4))).statusCode).toBe(204);
    exhaust();
    house.clock.advance(3 * 60_000);
    const state = () => house.app.services.files.find(recorder.id)?.state;
    expect(state()).toBe('receiving');
    disk.empty();
    const finished = () => {
      house.clock.advance(60_000);
      return state() === 'partial';
    };
    await eventually('the recording to be finished', finished, 30_000, state);
  });
});

describe.skipIf(!isRoot)('a data folder that may not be written', () => {
  test('stops the start with a sentence, and is started on when it may', async () => {
    const { opened: server, ...disk } = await onSmallDisk('24m', startServer);
    try {
      await server.stop();
      disk.readOnly();
      await expect(server.start()).rejects.toThrow(/on a read-only disk/);
      disk.writable();
      await server.start();
    } finally {
      disk.writable();
      await server.remove();
      disk.leave();
    }
  });

  /** What the kernel does to a card that has gone bad: it may only be read from then on. */
  test('from one moment to the next is read on, and says so', async ({ skip }) => {
    const place = mkdtempSync(join(tmpdir(), 'porchlight-card-'));
    const [image, folder] = [join(place, 'card.img'), join(place, 'card')];
    const card = () =>
      /^(\/dev\/loop\d+)$/m.exec(execFileSync('losetup', ['-nO', 'NAME', '-j', image]).toString());
    try {
      writeFileSync(image, Buffer.alloc(32 * 2 ** 20));
      mkdirSync(folder);
      execFileSync('mkfs.ext4', ['-q', image]);
      execFileSync('mount', ['-o', 'loop,errors=remount-ro', image, folder], { stdio: 'pipe' });
    } catch (error) {
      rmSync(place, { recursive: true });
      skip(`no file system in a file here: ${error}`);
    }
    const usual = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    const server = await startServer();
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
    try {
      const [anna, ben] = await createPair(server);
      const client = await signInClient(server, anna);
      const chat = await chatOf(client, ben);
      unseen(server.dataDir);
      const device = card()?.[1]?.replace('/dev/', '') ?? '';
      writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, 'as if it were broken');
      for (const path of ['/chats', chat, '/friends', '/settings'])
        expect([path, (await client.get(path)).status]).toEqual([path, 200]);
      const refused = await post(client, chat, { key: unique('key-of-message'), body: 'not taken' });
      expect([refused.status, refused.body.includes('not taken</textarea>')]).toEqual([503, true]);
      expect(refused.body).toMatch(/its data folder is read-only/);
      expect(await health(server)).toEqual([503, { status: 'data folder is read-only' }]);
    } finally {
      await server.kill9();
      execFileSync('umount', [folder]);
      await server.remove();
      rmSync(place, { recursive: true });
    }
  });
});

/** A program that holds a database for writing until its input ends. */
const HOLDER = `
  const database = new (require('better-sqlite3'))(process.argv[1]);
  database.exec('BEGIN IMMEDIATE');
  console.log('held');
  process.stdin.resume().on('end', () => { database.exec('ROLLBACK'); database.close(); });
`;

describe('a database that another program holds', () => {
  let house: House;
  let ana: Resident;
  let ben: Resident;
  let chat: number;

  beforeEach(async () => {
    house = await openHouse();
    ana = await house.person('ana');
    ben = await house.person('ben');
    house.app.services.friends.befriend(ana.id, ben.id);
    chat = house.app.services.chats.directWith(ana.id, ben.id);
  });
  afterEach(() => house.close());

  async function hold() {
    const program = spawn(process.execPath, ['-e', HOLDER, join(house.dataDir, 'porchlight.db')]);
    await once(program.stdout, 'data');
    const ended = once(program, 'exit');
    return async () => {
      program.stdin.end();
      await ended;
    };
  }

  test('keeps nobody from reading, and what is written meanwhile waits for it', async () => {
    const { call, anas } = await (async () => {
      const phones = [await openOldPhone(house, ana), await openOldPhone(house, ben)] as const;
      const { call } = await phones[0].rings(chat);
      await phones[1].hears('incoming');
      phones[1].say({ type: 'accept', call });
      await phones[1].hears('accepted');
      return { call, anas: phones[0], bens: phones[1] };
    })();
    const release = await hold();
    const order: string[] = [];
    const noted = <Answer>(name: string, answer: Promise<Answer>) => answer.finally(() => order.push(name));
    try {
      anas.say({ type: 'hang-up', call });
      const sent = noted(
        'sent',
        ana.post(`/chats/${chat}`, { key: unique('key-of-message'), body: 'Hello' }),
      );
      const asked = noted('asked', ben.post('/settings', { sound: 'on' }));
      const ended = noted('ended', anas.hears('ended'));
      // As many as it takes to be sure that none of them waits for a lock.
      for (let count = 0; count < 20; count++) {
        expect((await ben.get(`/chats/${chat}`)).statusCode).toBe(200);
        expect((await house.app.inject('/healthz')).statusCode).toBe(200);
      }
      order.push('read');
      await release();
      expect((await sent).statusCode).toBe(303);
      expect((await asked).statusCode).toBe(303);
      expect(await ended).toMatchObject({ reason: 'hung-up' });
      expect(order[0]).toBe('read');
    } finally {
      await release();
    }
  });
});
