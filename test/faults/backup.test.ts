/** Backups of a server that is busy are whole, and one that is killed stands in nobody's way. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { admin } from '../helpers/admin.ts';
import { type House, openHouse, openHouseOfFriends, type Person } from '../helpers/house.ts';
import { eventually } from '../helpers/poll.ts';
import { liveWebm, openRecorder, pastCall, patch, type Recorder, TUS } from '../helpers/recorder.ts';
import { serverEnvironment } from '../helpers/server.ts';
import { upload } from '../helpers/upload.ts';

const BACKUPS = 50;
/** One more than a pipe or a block holds, so that a chunk never ends where a read does. */
const CHUNK = 65_537;
const LONGEST = 8 * CHUNK;
const SILENCE = 3 * 60_000;

let root: string;
let house: House;
let ana: Person;
let ben: Person;
let chat: number;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'porchlight-backups-'));
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterEach(async () => {
  await house.close();
  rmSync(root, { recursive: true });
});

const NOISE = randomBytes(3 * LONGEST);

/** Bytes that nothing else has, and that say where in what they belong. */
const bytesOf = (seed: number, from: number, to: number): Buffer => {
  const start = (seed * 4_099) % LONGEST;
  return NOISE.subarray(start + from, start + to);
};

type Running = { recorder: Recorder; seed: number; sent: number };

/** What a family does meanwhile; everything it is told is done is remembered. */
function createLoad(call: string) {
  let seed = 0;
  const running: Running[] = [];
  const sent = new Map<string, number>();
  const deleted = new Set<string>();
  const seeds = new Map<string, number>();

  async function record(at: number): Promise<void> {
    const now = running[at];
    if (!now || now.sent >= LONGEST) {
      if (now) {
        // Before it is answered: it may be missing in a backup from now on.
        deleted.add(now.recorder.id);
        await ana.post(`/recordings/${now.recorder.id}/delete`);
      }
      const recorder = await openRecorder(house, ana, call);
      seeds.set(recorder.id, ++seed);
      running[at] = { recorder, seed, sent: 0 };
      return;
    }
    const to = now.sent + CHUNK;
    expect((await now.recorder.patch(now.sent, bytesOf(now.seed, now.sent, to))).statusCode).toBe(204);
    now.sent = to;
  }

  async function attach(): Promise<void> {
    const size = 1 + ((seed * 7919) % 20_000);
    const name = `${++seed}.bin`;
    const fields = { key: randomUUID(), body: '' };
    const answer = await upload(
      house,
      ben,
      `/chats/${chat}`,
      { name, bytes: bytesOf(seed, 0, size) },
      fields,
    );
    expect(answer.statusCode).toBe(303);
    const file = house.app.services.files.all().find((one) => one.name === name);
    if (file) sent.set(file.id, size);
    const [oldest] = sent.keys();
    if (sent.size < 8 || oldest === undefined) return;
    deleted.add(oldest);
    sent.delete(oldest);
    await ben.post(`/files/${oldest}/delete`, { back: '/settings' });
  }

  return {
    running,
    seeds,
    deleted,
    acknowledged: () => [...sent.keys()],
    /** Goes on until it is told to stop, once round at least. */
    begin(): () => Promise<void> {
      let stopped = false;
      const repeat = async (work: () => Promise<void>) => {
        do await work();
        while (!stopped);
      };
      const all = Promise.all([repeat(() => record(0)), repeat(() => record(1)), repeat(attach)]);
      // Awaited below; until then a failure must not count as one that nobody handles.
      all.catch(() => {});
      return async () => {
        stopped = true;
        await all;
      };
    },
  };
}

type Row = { id: string; name: string; kind: string; bytes: number; state: string };

const rowsIn = (folder: string): Row[] => {
  const database = new Sqlite(join(folder, 'porchlight.db'), { readonly: true });
  try {
    return database.prepare<[], Row>('SELECT id, name, kind, bytes, state FROM files').all();
  } finally {
    database.close();
  }
};

/** Sends on to a recording of a restored server, as the recorder's device would. */
async function goOn(restored: House, uploadUrl: string, from: number, bytes: Buffer): Promise<void> {
  const head = await restored.app.inject({
    ...{ method: 'HEAD', url: uploadUrl },
    headers: { ...TUS, cookie: ana.cookie },
  });
  expect([head.statusCode, head.headers['upload-offset']]).toEqual([200, String(from)]);
  expect((await patch(restored, ana, uploadUrl, from, bytes)).statusCode).toBe(204);
}

test('fifty backups under load are whole when they are restored, and recordings go on in them', async () => {
  const call = await pastCall(house, ana, ben);
  // Silent since: one that can't be played, whose bytes have two names, and one that can.
  const failed = await openRecorder(house, ana, call);
  await failed.patch(0, bytesOf(999, 0, 3000));
  const film = liveWebm(2);
  const partial = await openRecorder(house, ana, call);
  await partial.patch(0, film);
  house.clock.advance(SILENCE);
  const stateOf = ({ id }: Recorder) => house.app.services.files.find(id)?.state;
  await eventually(
    'both to be finished',
    () => stateOf(failed) === 'failed' && stateOf(partial) === 'partial',
    60_000,
  );
  expect(statSync(join(house.dataDir, 'recordings', `${failed.id}.raw`)).nlink).toBe(2);

  const load = createLoad(call);
  await load.begin()();
  for (let count = 1; count <= BACKUPS; count += 1) {
    const archive = join(root, `${count}.tar`);
    const folder = join(root, String(count));
    const acknowledged = load.acknowledged();
    const stop = load.begin();
    const { code, said } = await admin(house.dataDir, ['backup', archive]);
    await stop();
    expect(code, said).toBe(0);
    expect((await admin(folder, ['restore', archive])).code).toBe(0);

    const rows = rowsIn(folder);
    const there = new Set(rows.map(({ id }) => id));
    for (const id of acknowledged)
      expect(there.has(id) || load.deleted.has(id), `${id} in ${count}`).toBe(true);
    for (const { id, name, kind, bytes } of rows) {
      if (kind !== 'attachment' || bytes === 0) continue;
      const path = join(folder, 'uploads', id);
      if (!existsSync(path)) {
        expect(load.deleted.has(id), `${id} in ${count}`).toBe(true);
        expect(said).toContain(id);
      } else expect(readFileSync(path).equals(bytesOf(Number.parseInt(name, 10), 0, bytes))).toBe(true);
    }
    const restored = await openHouse({ DATA_DIR: folder });
    try {
      for (const { id } of rows.filter(({ kind }) => kind === 'recording')) {
        const seed = load.seeds.get(id);
        if (seed === undefined) continue;
        const raw = join(folder, 'recordings', `${id}.raw`);
        // Deleted while it was written.
        if (!existsSync(raw)) {
          expect(load.deleted.has(id), `${id} in ${count}`).toBe(true);
          continue;
        }
        const { length } = readFileSync(raw);
        await goOn(restored, `/recordings/upload/${id}`, length, bytesOf(seed, length, length + 10));
        expect(readFileSync(raw).equals(bytesOf(seed, 0, length + 10))).toBe(true);
      }
      await goOn(restored, failed.uploadUrl, 3000, bytesOf(999, 3000, 3500));
      await goOn(restored, partial.uploadUrl, film.length, Buffer.alloc(100));
      expect(readFileSync(join(folder, 'recordings', `${failed.id}.raw`))).toEqual(bytesOf(999, 0, 3500));
    } finally {
      await restored.close();
    }
    rmSync(archive);
    rmSync(folder, { recursive: true });
  }
}, 180_000);

/** Starts a backup in a process of its own. */
const beginBackup = (archive: string): ChildProcess =>
  spawn(process.execPath, ['src/server/cli/main.ts', 'backup', archive], {
    env: serverEnvironment(house.dataDir, {}),
    stdio: 'ignore',
  });

test('a backup that is killed leaves nothing for good, and doesn’t stop the next one', async () => {
  // Long enough to be in the middle of: zeros that take no room here.
  const big = join(house.dataDir, 'uploads', 'A'.repeat(22));
  writeFileSync(big, '');
  truncateSync(big, 400 * 1024 * 1024);
  const archive = join(root, 'monday.tar');
  // The server's own are there in any case.
  const own = readdirSync(house.dataDir);
  const hidden = () =>
    readdirSync(house.dataDir).filter((name) => name.startsWith('.') && !own.includes(name));
  for (const _round of [1, 2]) {
    const process = beginBackup(archive);
    const ended = once(process, 'exit');
    await eventually(
      'the archive to be begun',
      () => existsSync(`${archive}.part.tar`) && statSync(`${archive}.part.tar`).size > 0,
    );
    process.kill('SIGKILL');
    await ended;
    expect(process.signalCode).toBe('SIGKILL');
    expect(existsSync(archive)).toBe(false);
    expect(hidden()).toHaveLength(1);
  }
  rmSync(big);
  const elsewhere = join(root, 'tuesday.tar');
  expect((await admin(house.dataDir, ['backup', elsewhere])).code).toBe(0);
  expect(hidden()).toEqual([]);
  expect(readdirSync(root)).toEqual(['tuesday.tar']);
  expect((await admin(house.dataDir, ['backup', archive])).code).toBe(0);
});

test('a backup that is still at work is left alone', async () => {
  const big = join(house.dataDir, 'uploads', 'A'.repeat(22));
  writeFileSync(big, '');
  truncateSync(big, 400 * 1024 * 1024);
  const archive = join(root, 'monday.tar');
  const process = beginBackup(archive);
  const ended = once(process, 'exit');
  await eventually('the archive to be begun', () => existsSync(`${archive}.part.tar`));
  process.kill('SIGSTOP');
  try {
    const { code, noted } = await admin(house.dataDir, ['backup', archive]);
    expect(code).toBe(1);
    expect(noted).toContain('is being written already');
    truncateSync(big, 0);
  } finally {
    process.kill('SIGCONT');
  }
  expect(await ended).toEqual([0, null]);
  expect(readdirSync(root)).toEqual(['monday.tar']);
});
