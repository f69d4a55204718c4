/** Keeping a recording on a device that fails, with a real server to send it to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, type Person } from '../../../../test/helpers/house.ts';
import { eventually } from '../../../../test/helpers/poll.ts';
import { newWish, pastCall } from '../../../../test/helpers/recorder.ts';
import { openRelay, type Relay } from '../../../../test/helpers/relay.ts';
import { type FileStore, openInMemory, type PieceFile } from './file-store.ts';
import { createKeep } from './keep.ts';
import type { FromKeepWorker, ToKeepWorker } from './keep-client.ts';
import { type Chunk, createRequests } from './requests.ts';
import type { Label } from './spool.ts';

let house: House;
let relay: Relay;
let ana: Person;
let label: Label;
let folder: FileStore;
let said: FromKeepWorker[];
let patches: Chunk[];
let isClosed: boolean;
let keep: (message: ToKeepWorker) => Promise<void>;

beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
  const call = await pastCall(house, ana, await house.person('ben'));
  const address = house.app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  relay = await openRelay(address.port);
  label = { ...newWish(), owner: ana.id, call };
  folder = openInMemory();
  [said, patches, isClosed] = [[], [], false];
  keep = createKeep({
    requests(headers) {
      const requests = createRequests(relay.origin, headers);
      return {
        ...requests,
        patch(chunk) {
          patches.push(chunk);
          return requests.patch(chunk);
        },
      };
    },
    disk: { open: async () => folder, remove: async () => undefined },
    say: (message) => said.push(message),
    close() {
      isClosed = true;
    },
  });
});
afterEach(async () => {
  await relay.close();
  await house.close();
});

const ALL = new Uint8Array(1_500_000);
for (let index = 0; index < ALL.length; index += 1) ALL[index] = index % 251;
const bytes = (count: number) => ALL.subarray(0, count);
const begin = () =>
  keep({ type: 'begin', label, headers: { cookie: ana.cookie, 'x-csrf-token': ana.token } });
const record = (from: number, to: number) => keep({ type: 'chunk', bytes: ALL.slice(from, to).buffer });
const heard = (type: FromKeepWorker['type']) => said.filter((message) => message.type === type);
const over = () =>
  eventually(
    'the end',
    () => isClosed,
    20_000,
    () => JSON.stringify(said.at(-1)),
  );
const recordings = () => house.app.services.files.ofCall(label.call);

/** What is on the server of the only recording. */
function received(): Buffer {
  const [file] = recordings();
  if (!file) throw new Error('no recording');
  return readFileSync(join(house.dataDir, 'recordings', `${file.id}.raw`));
}

/** Files whose writing or reading is another. */
function withFiles(change: (file: PieceFile) => Partial<PieceFile>): FileStore {
  const memory = openInMemory();
  return {
    ...memory,
    async open(name) {
      const file = await memory.open(name);
      return name === 'label' ? file : { ...file, ...change(file) };
    },
  };
}

test('what is recorded is said to be kept, and at the end how much it was', async () => {
  await begin();
  await record(0, 300_000);
  await record(300_000, 400_000);
  expect(heard('kept')).toHaveLength(2);
  await keep({ type: 'end' });
  await over();
  expect(said.at(-1)).toEqual({ type: 'over', bytes: 400_000 });
  expect(heard('failed')).toEqual([]);
});

test('where nothing was recorded, nothing is said to be saved', async () => {
  await begin();
  await keep({ type: 'end' });
  await over();
  expect(said.at(-1)).toEqual({ type: 'over', bytes: 0 });
  await house.app.services.recordings.idle();
  expect(recordings()).toEqual([]);
});

test('nothing recorded while the server is away waits for nobody', async () => {
  relay.cut();
  await begin();
  await keep({ type: 'end' });
  await over();
  expect(said.at(-1)).toEqual({ type: 'over', bytes: 0 });
});

/** As Chromium's private windows do when their storage is full: an error's number, taken for one without a sign. */
function fullAfter(room: number): FileStore {
  let left = room;
  return withFiles((file) => ({
    write(added, { at }) {
      const part = added.slice(0, Math.max(left, 0));
      left -= part.length;
      file.write(part, { at });
      return part.length === added.length ? part.length : 4_294_967_288;
    },
  }));
}

test('a full device that reports success ends the recording aloud, and what came before is saved', async () => {
  folder = fullAfter(750_000);
  await begin();
  for (let at = 0; at < 1_500_000; at += 300_000) await record(at, at + 300_000);
  expect(heard('failed')).toEqual([{ type: 'failed', why: 'full' }]);
  await keep({ type: 'end' });
  await over();
  expect(said.at(-1)).toEqual({ type: 'over', bytes: 600_000 });
  expect(received()).toEqual(Buffer.from(bytes(600_000)));
  expect(patches.length).toBeLessThan(10);
});

test.each([
  'while it is recorded',
  'when it has ended',
])('bytes that get lost %s end it there', async (when) => {
  let lost = false;
  folder = withFiles((file) => ({
    read: (into, { at }) => {
      const most = lost ? Math.max(500_000 - at, 0) : into.length;
      return file.read(into.subarray(0, most), { at });
    },
  }));
  await begin();
  await record(0, 300_000);
  await eventually('it to arrive', () => patches.length > 0 && received().length === 300_000);
  relay.cut();
  lost = true;
  await record(300_000, 900_000);
  if (when === 'when it has ended') await keep({ type: 'end' });
  relay.mend();
  await eventually('it to be said', () => heard('failed').length > 0, 10_000);
  if (when === 'while it is recorded') {
    // What was on its way to the disk is of no use any more.
    await record(900_000, 950_000);
    await keep({ type: 'end' });
  }
  await over();
  expect(heard('failed')).toEqual([{ type: 'failed', why: 'cut' }]);
  expect(said.at(-1)).toEqual({ type: 'over', bytes: 500_000 });
  expect(received()).toEqual(Buffer.from(bytes(500_000)));
  expect(patches.length).toBeLessThan(40);
});

test('a device that fails otherwise ends it as well', async () => {
  folder = withFiles((file) => ({
    write(added, place) {
      if (place.at > 0) throw new DOMException('The file is gone', 'InvalidStateError');
      return file.write(added, place);
    },
  }));
  await begin();
  await record(0, 100_000);
  await record(100_000, 200_000);
  await record(200_000, 300_000);
  expect(heard('failed')).toEqual([{ type: 'failed', why: 'broken' }]);
  await keep({ type: 'end' });
  await over();
  expect(said.at(-1)).toEqual({ type: 'over', bytes: 100_000 });
});
