/** What is finished when, and what may happen meanwhile: with what makes recordings playable in the test's hands. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fastify from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { type House, openHouse, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { openRecorder, pastCall } from '../../../test/helpers/recorder.ts';
import { createCommitQueue } from '../database/commit-queue.ts';
import { type Database, openDatabase } from '../database/database.ts';
import type { Files } from '../files/files.ts';
import { createFinishing, type Finishing } from './finishing.ts';
import type { Maker, Playable } from './playable.ts';
import { createRecordingStore, type RecordingStore } from './store.ts';

const FACTS: Playable = { type: 'video/webm', durationMs: 1000, width: 4, height: 3 };
const LATER = 10 * 60_000;

let house: House;
let ana: Person;
let database: Database;
let store: RecordingStore;
let clock: FakeClock;
let finished: string[];
/** What was asked to be made so far. */
let made: number;
let id: string;

beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
  const call = await pastCall(house, ana, await house.person('ben'));
  ({ id } = await openRecorder(house, ana, call));
  writeFileSync(path('.raw'), 'bytes');
  database = openDatabase(join(house.dataDir, 'porchlight.db'));
  store = createRecordingStore(database);
  clock = fakeClock();
  finished = [];
  made = 0;
});
afterEach(async () => {
  database.close();
  await house.close();
});

const path = (ending = '') => join(house.dataDir, 'recordings', id + ending);
const names = () => readdirSync(join(house.dataDir, 'recordings')).filter((name) => name.startsWith(id));
const state = () => house.app.services.files.find(id)?.state;

function open(make: Maker['make'], more: { files?: Files; stop?: () => void } = {}): Finishing {
  return createFinishing({
    store,
    files: more.files ?? house.app.services.files,
    queue: createCommitQueue(database),
    maker: {
      make(from, to) {
        made += 1;
        return make(from, to);
      },
      poster: async () => false,
      stop: more.stop ?? (() => {}),
    },
    clock,
    log: fastify().log,
    finished: async (recording) => void finished.push(recording),
  });
}
const write = async (_from: string, to: string): Promise<Playable> => {
  writeFileSync(to, 'playable');
  return FACTS;
};

test('a recording is whole when as many bytes have come as it was said to have', async () => {
  store.setLength(id, 6);
  const finishing = open(write);
  finishing.add(id);
  await finishing.idle();
  expect([state(), names()]).toEqual(['partial', [id, `${id}.raw`]]);
  store.setLength(id, 5);
  finishing.add(id);
  await finishing.idle();
  expect([state(), names(), readFileSync(path(), 'utf8')]).toEqual(['ready', [id], 'playable']);
  expect([store.find(id)?.finished, finished]).toEqual([5, [id, id]]);
});

test('what is added twice before its turn is finished once, and once more when it is added during it', async () => {
  const gate = Promise.withResolvers<void>();
  const finishing = open(async (from, to) => {
    await gate.promise;
    return write(from, to);
  });
  finishing.add(id);
  finishing.add(id);
  await eventually('it to begin', () => made === 1);
  finishing.add(id);
  finishing.add(id);
  gate.resolve();
  await finishing.idle();
  expect([made, finished]).toEqual([2, [id, id]]);
});

test('one that is deleted while it is made leaves nothing, and is not told of', async () => {
  const gate = Promise.withResolvers<void>();
  const finishing = open(async (from, to) => {
    await gate.promise;
    return write(from, to);
  });
  finishing.add(id);
  await eventually('it to begin', () => made === 1);
  await house.app.services.files.remove(id);
  gate.resolve();
  await finishing.idle();
  expect([names(), finished]).toEqual([[], []]);
});

test('one that is deleted as its row is written leaves nothing either', async () => {
  const { files } = house.app.services;
  const finishing = open(write, {
    files: {
      ...files,
      async complete(recording, facts) {
        await files.remove(recording);
        for (const ending of ['', '.preview', '.raw']) writeFileSync(path(ending), 'written since');
        return files.complete(recording, facts);
      },
    },
  });
  finishing.add(id);
  await finishing.idle();
  expect([names(), finished]).toEqual([[], []]);
});

test('what can’t be made now is tried again after ten minutes', async () => {
  const finishing = open(async (from, to) => {
    if (made === 1) throw new Error('no');
    return write(from, to);
  });
  finishing.add(id);
  await finishing.idle();
  clock.advance(LATER - 1);
  await finishing.idle();
  expect([made, finished]).toEqual([1, []]);
  clock.advance(1);
  await finishing.idle();
  expect([made, finished]).toEqual([2, [id]]);
  clock.advance(LATER);
  await finishing.idle();
  expect(made).toBe(2);
});

test('a server that stops leaves what it was making for its next start', async () => {
  const gate = Promise.withResolvers<void>();
  const finishing = open(
    async (_from, to) => {
      await gate.promise;
      writeFileSync(to, 'half');
      return undefined;
    },
    { stop: gate.resolve },
  );
  finishing.add(id);
  await eventually('it to begin', () => made === 1);
  finishing.add(id);
  await finishing.stop();
  finishing.add(id);
  await finishing.idle();
  expect([made, finished, state()]).toEqual([1, [], 'receiving']);
  expect(names()).toEqual([id, `${id}.raw`]);
  expect(readFileSync(path('.raw'), 'utf8')).toBe('bytes');
});

test('one of which nothing has come is removed', async () => {
  writeFileSync(path('.raw'), '');
  const finishing = open(write);
  finishing.add(id);
  await finishing.idle();
  expect([made, state(), names()]).toEqual([0, undefined, []]);
});

test('what nothing can play is kept as it came', async () => {
  const finishing = open(async () => undefined);
  finishing.add(id);
  await finishing.idle();
  expect([state(), readFileSync(path(), 'utf8'), finished]).toEqual(['failed', 'bytes', []]);
});
