/** A folder whose disk isn't there takes nothing with it, and a sweep never does much unasked. */
import { randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { openRecorder, pastCall, type Recorder } from '../../../test/helpers/recorder.ts';
import { upload } from '../../../test/helpers/upload.ts';
import { FOLDERS } from './folder-names.ts';
import { MARKER } from './folders.ts';

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let house: House;
let ana: Person;
let ben: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  // Files are swept from then on.
  await house.listen();
});
afterEach(() => house.close());

const folder = (name: string) => join(house.dataDir, name);
const visible = (name: string) =>
  readdirSync(folder(name))
    .filter((file) => !file.startsWith('.'))
    .sort();
const files = () => house.app.services.files;
const send = (person: Person, text = 'bytes') =>
  upload(
    house,
    person,
    `/chats/${chat}`,
    { name: 'a.bin', bytes: Buffer.from(text) },
    { key: randomUUID(), body: '' },
  );
/** One sweep that has nothing to wait for. */
const sweep = () => house.app.services.sweep.sweep();

/** Runs `change` on the database while no server does. */
async function whileClosed(change: (database: InstanceType<typeof Sqlite>) => void): Promise<void> {
  await house.app.close();
  const database = new Sqlite(join(house.dataDir, 'porchlight.db'));
  change(database);
  database.close();
  await house.restart();
}

/** Takes the disk away, as it looks at a start; the answer puts it back. */
const WAYS = {
  'is missing': (path: string) => rmSync(path, { recursive: true, force: true }),
  'is the empty place where it was mounted': (path: string) => {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
  },
  'belongs to another house': (path: string) => {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
    writeFileSync(join(path, MARKER), 'uploads AAAAAAAAAAAAAAAAAAAAAA\n');
    writeFileSync(join(path, 'AAAAAAAAAAAAAAAAAAAAAA'), 'theirs');
  },
};

describe.each(Object.entries(WAYS))('a folder that %s', (_what, takeAway) => {
  async function away(name: string): Promise<() => void> {
    const disk = `${folder(name)}-disk`;
    await house.app.close();
    renameSync(folder(name), disk);
    takeAway(folder(name));
    await house.restart();
    return () => {
      rmSync(folder(name), { recursive: true, force: true });
      renameSync(disk, folder(name));
    };
  }

  test('keeps its rows and bytes, refuses what needs it with a sentence, and is used again when it is back', async () => {
    await send(ana);
    await send(ben, 'more');
    const before = files().all();
    const bring = await away('uploads');
    const there = existsSync(folder('uploads')) ? readdirSync(folder('uploads')) : [];
    house.clock.advance(DAY + 2 * HOUR);
    await sweep();
    expect(files().all()).toEqual(before);

    const refused = await send(ana);
    expect(refused.statusCode).toBe(503);
    expect(refused.body).toContain('the disk they are kept on isn&#39;t connected');
    for (const way of ['', '/download']) {
      const answer = await ben.get(`/files/${before[0]?.id}${way}`);
      expect(answer.statusCode).toBe(503);
      expect(answer.body).toContain('Nothing is lost');
    }
    expect((await ana.get('/admin')).body).toContain('The folder “uploads” is missing.');
    expect((await ana.post(`/chats/${chat}`, { key: randomUUID(), body: 'Words go' })).statusCode).toBe(303);
    // Nothing may be written to where it was mounted: nobody would find it again.
    expect(existsSync(folder('uploads')) ? readdirSync(folder('uploads')) : []).toEqual(there);

    bring();
    house.clock.advance(MINUTE);
    await sweep();
    expect(files().all()).toEqual(before);
    expect((await ben.get(`/files/${before[0]?.id}`)).statusCode).toBe(200);
    expect((await send(ana)).statusCode).toBe(303);
    expect((await ana.get('/admin')).body).not.toContain('is missing.');
    expect(visible('uploads')).toHaveLength(3);
  });

  test('lets a recording go on when it is back, and makes no device drop what it has', async () => {
    const call = await pastCall(house, ana, ben);
    const recorder = await openRecorder(house, ana, call);
    const bytes = Buffer.alloc(5000, 7);
    await recorder.patch(0, bytes.subarray(0, 2000));
    const bring = await away('recordings');
    house.clock.advance(DAY + 2 * HOUR);
    await sweep();

    // 404 and 410 would make the device drop its bytes, and so would a list without this recording.
    expect((await recorder.head()).statusCode).toBe(503);
    const refused = await recorder.patch(2000, bytes.subarray(2000), 5000);
    expect([refused.statusCode, refused.json().error]).toEqual([503, 'folder-away']);
    expect((await ana.get('/recordings/pending')).statusCode).toBe(503);
    expect((await ana.get('/admin')).body).toContain('The folder “recordings” is missing.');

    bring();
    house.clock.advance(MINUTE);
    expect((await recorder.head()).headers['upload-offset']).toBe('2000');
    expect((await recorder.patch(2000, bytes.subarray(2000), 5000)).statusCode).toBe(204);
    await house.app.services.recordings.idle();
    expect(readFileSync(join(folder('recordings'), recorder.id))).toEqual(bytes);
  });
});

test('a disk that comes back without its server being asked is finished with what was under way', async () => {
  const call = await pastCall(house, ana, ben);
  const recorder: Recorder = await openRecorder(house, ana, call);
  await recorder.patch(0, Buffer.alloc(100, 7));
  await house.app.close();
  renameSync(folder('recordings'), `${folder('recordings')}-disk`);
  await house.restart();
  house.clock.advance(10 * MINUTE);
  renameSync(`${folder('recordings')}-disk`, folder('recordings'));
  // Seen within a minute; two more without a word from the recorder.
  house.clock.advance(4 * MINUTE);
  await eventually('it to be finished', () => files().find(recorder.id)?.state === 'failed');
});

describe('an installation from before there were markers', () => {
  const forget = () =>
    whileClosed((database) => {
      database.exec('DELETE FROM folders');
      for (const name of FOLDERS) rmSync(join(folder(name), MARKER));
    });

  test('is known by its files', async () => {
    await send(ana);
    await forget();
    await send(ben);
    await sweep();
    expect(visible('uploads')).toHaveLength(2);
    expect(readdirSync(folder('uploads'))).toContain(MARKER);
    expect((await ana.get('/admin')).body).not.toContain('is missing.');
  });

  test('whose disk is away at the update loses nothing', async () => {
    await send(ana);
    const [file] = files().all();
    const disk = `${folder('uploads')}-disk`;
    await whileClosed((database) => {
      database.exec('DELETE FROM folders');
      rmSync(join(folder('uploads'), MARKER));
      renameSync(folder('uploads'), disk);
      mkdirSync(folder('uploads'));
    });
    house.clock.advance(2 * DAY);
    expect((await send(ana)).statusCode).toBe(503);
    rmSync(folder('uploads'), { recursive: true });
    renameSync(disk, folder('uploads'));
    house.clock.advance(MINUTE);
    expect((await ana.get(`/files/${file?.id}`)).body).toBe('bytes');
  });
});

test('a copy without hidden files is known by its files', async () => {
  await send(ana);
  rmSync(join(folder('uploads'), MARKER));
  await house.restart();
  expect((await send(ana)).statusCode).toBe(303);
  expect(readdirSync(folder('uploads'))).toContain(MARKER);
});

test('an empty disk is taken as soon as there is nothing to miss, and else when the owner says so', async () => {
  rmSync(folder('uploads'), { recursive: true });
  expect((await send(ana)).statusCode).toBe(303);
  rmSync(folder('uploads'), { recursive: true });
  expect((await send(ana)).statusCode).toBe(503);
  expect((await ben.post('/admin/storage/folder', { folder: 'uploads' })).statusCode).toBe(404);
  expect((await ana.post('/admin/storage/folder', { folder: '../other' })).statusCode).toBe(400);
  expect((await ana.post('/admin/storage/folder', { folder: 'uploads' })).statusCode).toBe(303);
  expect((await send(ana)).statusCode).toBe(303);
  expect(files().all()).toHaveLength(2);
});

test('a database that was lost doesn’t take the files with it', async () => {
  await send(ana);
  await house.app.close();
  for (const ending of ['', '-wal', '-shm'])
    rmSync(join(house.dataDir, `porchlight.db${ending}`), { force: true });
  await house.restart();
  house.clock.advance(DAY + 2 * HOUR);
  await sweep();
  expect(visible('uploads')).toHaveLength(1);
});

describe('bytes without a row', () => {
  test('are put aside for a day, and hidden or foreign things are left alone', async () => {
    await send(ana);
    const [good = ''] = visible('uploads');
    writeFileSync(join(folder('uploads'), 'stray'), 'who knows');
    writeFileSync(join(folder('uploads'), '.hidden'), '');
    mkdirSync(join(folder('uploads'), 'lost+found'));
    await sweep();
    expect(visible('uploads')).toEqual([good, 'lost+found'].sort());
    const aside = () => readdirSync(join(folder('uploads'), '.strays'), { recursive: true }).map(String);
    expect(aside()).toHaveLength(2);
    expect(aside().some((name) => name.endsWith('/stray'))).toBe(true);
    house.clock.advance(DAY - MINUTE);
    await sweep();
    expect(aside()).toHaveLength(2);
    house.clock.advance(MINUTE);
    await sweep();
    expect(aside()).toEqual([]);
    expect(readdirSync(folder('uploads'))).toContain('.hidden');
  });

  test('that are many stay until the owner says so, once', async () => {
    await send(ana);
    for (let index = 0; index <= 20; index += 1) writeFileSync(join(folder('uploads'), `stray${index}`), 'x');
    await sweep();
    house.clock.advance(DAY + 2 * HOUR);
    await sweep();
    expect(visible('uploads')).toHaveLength(22);
    const page = (await ana.get('/admin')).body;
    expect(page).toContain('Tidying up “uploads” would remove a lot at once');
    expect(page).toContain('21 files on the disk belong to no chat or call.');
    expect((await ben.post('/admin/storage/sweep', { folder: 'uploads' })).statusCode).toBe(404);
    expect((await ana.post('/admin/storage/sweep', { folder: 'uploads' })).statusCode).toBe(303);
    expect(visible('uploads')).toHaveLength(1);
    expect((await ana.get('/admin')).body).not.toContain('Tidying up');
  });
});

describe('rows without bytes', () => {
  test('go when they were so for a day, and not if the bytes are back by then', async () => {
    for (const text of ['one', 'two', 'three', 'four']) await send(ana, text);
    const [first = '', second = ''] = visible('uploads');
    cpSync(join(folder('uploads'), second), join(house.dataDir, 'kept'));
    for (const name of [first, second]) rmSync(join(folder('uploads'), name));
    house.clock.advance(2 * HOUR);
    await sweep();
    house.clock.advance(DAY / 2);
    cpSync(join(house.dataDir, 'kept'), join(folder('uploads'), second));
    await sweep();
    expect(files().all()).toHaveLength(4);
    house.clock.advance(DAY / 2);
    await sweep();
    expect(files().find(first)).toBeUndefined();
    expect(files().all()).toHaveLength(3);
    expect(visible('uploads')).toContain(second);
  });

  test('that are most of a folder stay until the owner says so', async () => {
    for (const text of ['one', 'two', 'three']) await send(ana, text);
    const names = visible('uploads');
    for (const name of names.slice(1)) rmSync(join(folder('uploads'), name));
    house.clock.advance(DAY + 2 * HOUR);
    await sweep();
    house.clock.advance(DAY + 2 * HOUR);
    await sweep();
    expect(files().all()).toHaveLength(3);
    expect((await ana.get('/admin')).body).toContain('2 files are missing on the disk.');
    await ana.post('/admin/storage/sweep', { folder: 'uploads' });
    expect(files().all()).toHaveLength(1);
  });

  test('of a recording go no sooner at a start', async () => {
    const call = await pastCall(house, ana, ben);
    const recorder = await openRecorder(house, ana, call);
    await recorder.patch(0, Buffer.alloc(100, 7));
    rmSync(join(folder('recordings'), `${recorder.id}.raw`));
    await house.restart();
    expect(files().find(recorder.id)?.state).toBe('receiving');
  });
});
