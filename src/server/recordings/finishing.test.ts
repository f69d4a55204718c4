/** What becomes of a recording when its last byte has come, or doesn't come. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type House, openHouse, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import {
  hasCues,
  liveMp4,
  liveWebm,
  openRecorder,
  packetsIn,
  pastCall,
  probe,
  type Recorder,
} from '../../../test/helpers/recorder.ts';
import { MARKER } from '../files/folders.ts';
import { createMaker } from './playable.ts';

// Programs are started that take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const SILENCE = 2 * 60_000;
const DAY = 24 * 60 * 60_000;
const SECONDS = 6;
const live = liveWebm(SECONDS);

let house: House;
let ana: Person;
let ben: Person;
let call: string;
let recorder: Recorder;

beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
  ben = await house.person('ben');
  call = await pastCall(house, ana, ben);
  recorder = await openRecorder(house, ana, call);
  // Recordings are tidied from then on.
  await house.listen();
});
afterEach(() => house.close());

const path = (ending = '') => join(house.dataDir, 'recordings', recorder.id + ending);
const file = () => house.app.services.files.find(recorder.id);
const played = async () => (await ben.get(`/files/${recorder.id}`)).rawPayload;
const entries = () => {
  const chat = house.app.services.chats.directWith(ana.id, ben.id);
  return house.app.services.chats.history(chat).messages.filter(({ hasFile }) => hasFile);
};
const is = (state: string) => eventually(`it to be ${state}`, () => file()?.state === state, 40_000, file);
/** Lets the recorder be silent until the server takes it for gone. */
async function fallSilent(): Promise<void> {
  house.clock.advance(SILENCE);
  await eventually('the silence to be noticed', () => file()?.state !== 'receiving');
  await house.app.services.recordings.idle();
}

/** The process that works on this file, if there is one. */
const workerOn = (name: string): number | undefined =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .find((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes(name) && words.some((word) => word.includes('finish-worker'));
      } catch {
        return false;
      }
    });

describe('a whole recording', () => {
  test('has a duration and an index, and every packet', async () => {
    expect(probe(live).seconds).toBeUndefined();
    expect(hasCues(live)).toBe(false);
    await recorder.sendAll(live);
    await is('ready');
    const bytes = await played();
    expect(probe(bytes).seconds).toBeCloseTo(SECONDS, 0);
    expect(probe(bytes).tracks).toEqual(['audio', 'video']);
    expect(hasCues(bytes)).toBe(true);
    expect(packetsIn(bytes)).toBe(packetsIn(live));
    expect(file()).toMatchObject({ type: 'video/webm', width: 160, height: 120, bytes: bytes.length });
    expect(Math.abs((file()?.durationMs ?? 0) - SECONDS * 1000)).toBeLessThan(200);
  });

  test('leaves nothing else on disk, and a picture of itself', async () => {
    await recorder.sendAll(live);
    await is('ready');
    await house.app.services.recordings.idle();
    const names = readdirSync(join(house.dataDir, 'recordings'))
      .filter((name) => !name.startsWith('.'))
      .sort();
    expect(names).toEqual([recorder.id, `${recorder.id}.preview`]);
    const preview = await ben.get(`/files/${recorder.id}/preview`);
    expect(preview.headers['content-type']).toBe('image/jpeg');
  });

  test('stands in the chat, once', async () => {
    await recorder.sendAll(live);
    await is('ready');
    await eventually('it to be in the chat', () => entries().length === 1);
    expect(entries()).toMatchObject([{ authorId: ana.id, body: '' }]);
    expect(file()?.message).toBe(entries()[0]?.id);
    await house.restart();
    expect(entries()).toHaveLength(1);
  });

  test('of sound alone is sound', async () => {
    await recorder.sendAll(liveWebm(3, { sound: true }));
    await is('ready');
    expect(file()).toMatchObject({ type: 'audio/webm', width: undefined, hasPreview: false });
    expect(probe(await played()).seconds).toBeCloseTo(3, 0);
  });

  test('in MP4 is finished likewise, whatever was announced', async () => {
    const mp4 = liveMp4(4);
    await recorder.sendAll(mp4);
    await is('ready');
    const bytes = await played();
    expect(file()?.type).toBe('video/mp4');
    expect(probe(bytes).seconds).toBeCloseTo(4, 0);
    expect(packetsIn(bytes)).toBe(packetsIn(mp4));
  });

  test('can say its end apart from its bytes', async () => {
    await recorder.patch(0, live);
    const end = (length: number) =>
      house.app.inject({
        method: 'POST',
        url: `/recordings/${recorder.id}/finish`,
        headers: { cookie: ana.cookie, 'x-csrf-token': ana.token },
        payload: { length },
      });
    expect((await end(live.length + 1)).statusCode).toBe(409);
    expect((await end(live.length - 1)).statusCode).toBe(409);
    const answer = await end(live.length);
    expect([answer.statusCode, answer.json()]).toEqual([200, { state: 'finishing' }]);
    await is('ready');
  });
});

describe('a recorder that falls silent', () => {
  const half = live.subarray(0, Math.floor(live.length / 2));

  test('leaves what there is, playable and marked', async () => {
    await recorder.patch(0, half);
    house.clock.advance(SILENCE - 1);
    expect(file()?.state).toBe('receiving');
    house.clock.advance(1);
    await is('partial');
    const { seconds = 0 } = probe(await played());
    expect(seconds).toBeGreaterThan(SECONDS * 0.3);
    expect(seconds).toBeLessThan(SECONDS * 0.7);
    expect((await ben.get(`/calls/${call}`)).body).toContain('Incomplete: the connection was lost.');
    await eventually('it to be in the chat', () => entries().length === 1);
  });

  test('can bring the rest on its next visit, and then it is whole', async () => {
    await recorder.patch(0, half);
    await fallSilent();
    const pending = await ana.get('/recordings/pending');
    expect(pending.json()).toEqual({
      me: ana.id,
      message: expect.stringMatching(/^Sending/),
      recordings: [
        {
          id: recorder.id,
          call,
          uploadUrl: recorder.uploadUrl,
          state: 'partial',
          offset: half.length,
          length: null,
          createdAt: house.clock.now() - SILENCE,
        },
      ],
    });
    expect((await ben.get('/recordings/pending')).json().recordings).toEqual([]);
    await recorder.sendAll(live, half.length);
    expect(probe(await played()).seconds).toBeDefined();
    await is('ready');
    const bytes = await played();
    expect(packetsIn(bytes)).toBe(packetsIn(live));
    expect(existsSync(path('.raw'))).toBe(false);
    expect((await ana.get('/recordings/pending')).json().recordings).toEqual([]);
    expect(entries()).toHaveLength(1);
  });

  test('after bringing a part of the rest is waited for again', async () => {
    const [third, most] = [Math.floor(live.length / 3), Math.floor((live.length * 2) / 3)];
    await recorder.patch(0, live.subarray(0, third));
    await fallSilent();
    const before = file()?.durationMs ?? 0;
    await recorder.patch(third, live.subarray(third, most));
    house.clock.advance(SILENCE);
    await eventually('it to have grown', () => (file()?.durationMs ?? 0) > before);
    expect(file()?.state).toBe('partial');
  });

  test('is waited for across a restart', async () => {
    await recorder.patch(0, half);
    house.clock.advance(SILENCE - 1000);
    await house.restart();
    house.clock.advance(SILENCE - 1);
    expect(file()?.state).toBe('receiving');
    await recorder.patch(half.length, live.subarray(half.length), live.length);
    await is('ready');
  });

  test('without having sent anything leaves nothing', async () => {
    await fallSilent();
    expect(file()).toBeUndefined();
    expect(readdirSync(join(house.dataDir, 'recordings'))).toEqual([MARKER]);
  });

  test('for weeks is not waited for any longer, and what plays stays', async () => {
    await recorder.patch(0, half);
    await fallSilent();
    // The age of a file is the machine's time; the test's stands still near it.
    house.clock.advance(Math.max(0, Date.now() - house.clock.now()) + 15 * DAY);
    await eventually('the raw bytes to be gone', () => !existsSync(path('.raw')));
    expect((await recorder.head()).statusCode).toBe(410);
    expect((await recorder.patch(half.length, live.subarray(half.length))).statusCode).toBe(410);
    expect((await ana.get('/recordings/pending')).json().recordings).toEqual([]);
    expect(probe(await played()).seconds).toBeGreaterThan(1);
  });
});

describe('a broken recording', () => {
  test('without a head is kept as it came', async () => {
    const noise = Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 256));
    await recorder.patch(0, noise, noise.length);
    await is('failed');
    const answer = await ben.get(`/files/${recorder.id}/download`);
    expect(answer.rawPayload).toEqual(noise);
    expect(answer.headers['content-disposition']).toMatch(/^attachment/);
    const named = await ben.get(`/recordings/${recorder.id}/download`);
    expect(named.headers['content-disposition']).toMatch(/\.webm"$/);
    const page = await ben.get(`/calls/${call}`);
    expect(page.body).toContain('This recording can&#39;t be played.');
    expect(page.body).not.toContain('<video');
    expect(entries()).toEqual([]);
  });

  test('with a hole plays on behind it', async () => {
    const [from, to] = [Math.floor(live.length * 0.4), Math.floor(live.length * 0.5)];
    const holed = Buffer.concat([live.subarray(0, from), live.subarray(to)]);
    await recorder.sendAll(holed);
    await is('ready');
    expect(file()?.durationMs).toBeGreaterThan(SECONDS * 900);
  });

  test('in which a worker finds nothing to play is none', async () => {
    const maze = Buffer.concat([live.subarray(0, 300), Buffer.alloc(200_000, 0x42)]);
    writeFileSync(path('.maze'), maze);
    const maker = createMaker(2_000);
    const facts = await maker.make(path('.maze'), path('.made'));
    expect(facts === undefined || facts.durationMs < 1000).toBe(true);
  });

  test('on which a worker stands still is given up', async () => {
    writeFileSync(path('.stuck'), live);
    const making = createMaker(2_000).make(path('.stuck'), path('.made'));
    const worker = await eventually('the worker', () => workerOn(path('.stuck')));
    onTestFinished(() => {
      if (workerOn(path('.stuck')) === worker) process.kill(worker, 'SIGKILL');
    });
    process.kill(worker, 'SIGSTOP');
    // Nothing but being killed ends a process that is stopped.
    await making;
    expect(workerOn(path('.stuck'))).toBeUndefined();
  });
});

describe('a server that stops', () => {
  test('while it finishes does so at its next start', async () => {
    await recorder.patch(0, live, live.length);
    expect(file()?.state).toBe('finishing');
    await house.restart();
    await is('ready');
    expect(packetsIn(await played())).toBe(packetsIn(live));
  });

  test('between finishing a recording and posting it does so at its next start, once', async () => {
    await recorder.patch(0, live, live.length);
    await is('ready');
    await eventually('it to be in the chat', () => entries().length === 1);
    await house.app.services.recordings.idle();
    const database = new Sqlite(join(house.dataDir, 'porchlight.db'));
    database.exec(`UPDATE files SET message_id = NULL; UPDATE recordings SET posted = 0;
      DELETE FROM messages WHERE has_file = 1`);
    database.close();
    expect(entries()).toEqual([]);
    await house.restart();
    await eventually('it to be in the chat after all', () => entries().length === 1);
    expect(file()?.message).toBe(entries()[0]?.id);
    await house.restart();
    expect(entries()).toHaveLength(1);
  });

  test('before the half of a recording that fell silent is posted does so as well', async () => {
    await recorder.patch(0, live.subarray(0, Math.floor(live.length / 2)));
    await fallSilent();
    await eventually('it to be in the chat', () => entries().length === 1);
    const database = new Sqlite(join(house.dataDir, 'porchlight.db'));
    database.exec(`UPDATE files SET message_id = NULL; UPDATE recordings SET posted = 0;
      DELETE FROM messages WHERE has_file = 1`);
    database.close();
    await house.restart();
    await eventually('it to be in the chat after all', () => entries().length === 1);
  });

  test('between the two files and the row begins anew', async () => {
    await recorder.patch(0, live, live.length);
    await is('ready');
    await house.app.services.recordings.idle();
    // As if it had been killed after the rename: the copy lies there, and nobody knows.
    writeFileSync(path('.raw'), live);
    writeFileSync(path('.made'), live.subarray(0, 1000));
    const database = new Sqlite(join(house.dataDir, 'porchlight.db'));
    database.exec(`UPDATE files SET state = 'finishing'; UPDATE recordings SET finished = NULL`);
    database.close();
    await house.restart();
    await is('ready');
    expect(packetsIn(await played())).toBe(packetsIn(live));
  });
});
