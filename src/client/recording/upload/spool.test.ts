/** What is recorded and not yet on the server: kept, read and released in pieces. */
import { expect, test } from 'vitest';
import { type FileStore, openInMemory } from './file-store.ts';
import { beginSpool, type Label, reopenSpool } from './spool.ts';

const LABEL: Label = { key: 'k'.repeat(32), owner: 1, call: 'c', mode: 'everyone', mimeType: 'video/webm' };
const MB = 2 ** 20;
const chunk = (value: number) => new Uint8Array(MB).fill(value);
const pieces = async (folder: FileStore) => (await folder.names()).filter((name) => name !== 'label').sort();

/** All that lies between two places, however it is read. */
function readAll(spool: Awaited<ReturnType<typeof beginSpool>>, from: number): number[] {
  const values: number[] = [];
  for (let at = from; at < spool.end(); ) {
    const bytes = spool.read(at, 300_000);
    expect(bytes.length).toBeGreaterThan(0);
    for (let index = 0; index < bytes.length; index += 1)
      if ((at + index) % MB === 0) values.push(bytes[index] ?? -1);
    at += bytes.length;
  }
  return values;
}

test('what was added can be read from any place', async () => {
  const spool = await beginSpool(openInMemory(), LABEL);
  for (const value of [1, 2, 3, 4, 5, 6]) await spool.append(chunk(value));
  expect([spool.start(), spool.end()]).toEqual([0, 6 * MB]);
  expect(readAll(spool, 0)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(readAll(spool, 2 * MB)).toEqual([3, 4, 5, 6]);
});

test('an hour takes no more room than what has not arrived', async () => {
  const folder = openInMemory();
  const spool = await beginSpool(folder, LABEL);
  for (let value = 0; value < 100; value += 1) {
    await spool.append(chunk(value));
    await spool.release(spool.end() - MB);
    expect((await pieces(folder)).length).toBeLessThanOrEqual(2);
  }
  expect(spool.end()).toBe(100 * MB);
  expect(readAll(spool, spool.start()).at(-1)).toBe(99);
});

test('only what has arrived is released, and what has not can be read whole', async () => {
  const folder = openInMemory();
  const spool = await beginSpool(folder, LABEL);
  for (let value = 0; value < 12; value += 1) await spool.append(chunk(value));
  await spool.release(4 * MB - 1);
  expect([spool.start(), (await pieces(folder)).length]).toEqual([0, 3]);
  await spool.release(4 * MB);
  expect([spool.start(), (await pieces(folder)).length]).toEqual([4 * MB, 2]);
  await spool.release(6 * MB);
  expect(readAll(spool, 6 * MB)).toEqual([6, 7, 8, 9, 10, 11]);
  expect(readAll(spool, spool.start())).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
});

test('opened again it goes on where it was', async () => {
  const folder = openInMemory();
  const first = await beginSpool(folder, LABEL);
  for (const value of [1, 2, 3, 4, 5]) await first.append(chunk(value));
  await first.release(4.5 * MB);
  first.relabel({ uploadUrl: '/recordings/upload/x', arrived: true });
  first.close();
  const again = await reopenSpool(folder);
  if (!again) throw new Error('nothing there');
  expect(again.label()).toEqual({ ...LABEL, uploadUrl: '/recordings/upload/x', arrived: true });
  expect([again.start(), again.end()]).toEqual([4 * MB, 5 * MB]);
  await again.append(chunk(6));
  expect(readAll(again, 4 * MB)).toEqual([5, 6]);
});

test('a folder whose beginning was cut short is none', async () => {
  const folder = openInMemory();
  expect(await reopenSpool(folder)).toBeUndefined();
  const file = await folder.open('label');
  file.write(new TextEncoder().encode('{"key": "half'), { at: 0 });
  expect(await reopenSpool(folder)).toBeUndefined();
});

test('a full device leaves what there was, to its last byte', async () => {
  const memory = openInMemory();
  let room = 2.5 * MB;
  const folder: FileStore = {
    ...memory,
    async open(name) {
      const file = await memory.open(name);
      if (name === 'label') return file;
      return {
        ...file,
        write(bytes, place) {
          const part = bytes.slice(0, Math.max(room, 0));
          room -= bytes.length;
          return file.write(part, place);
        },
      };
    },
  };
  const spool = await beginSpool(folder, LABEL);
  await spool.append(chunk(1));
  await spool.append(chunk(2));
  await expect(spool.append(chunk(3))).rejects.toThrow('no room');
  expect(spool.end()).toBe(2 * MB);
  expect((await folder.open('000000000000000')).getSize()).toBe(2 * MB);
  expect(readAll(spool, 0)).toEqual([1, 2]);
});

test('what a private window answers to a write without room is no success', async () => {
  const memory = openInMemory();
  const folder: FileStore = {
    ...memory,
    open: async (name) => ({ ...(await memory.open(name)), write: () => 4_294_967_288 }),
  };
  await expect(beginSpool(folder, LABEL)).rejects.toThrow('no room');
});

test('the label of a full device can still be changed', async () => {
  const folder = openInMemory();
  const spool = await beginSpool(folder, LABEL);
  const before = (await folder.open('label')).getSize();
  spool.relabel({ uploadUrl: '/recordings/upload/x', arrived: true, length: 3_000_000_000 });
  expect((await folder.open('label')).getSize()).toBe(before);
  spool.close();
  expect((await reopenSpool(folder))?.label().length).toBe(3_000_000_000);
});

test('opened again it ends at the first hole', async () => {
  const folder = openInMemory();
  const first = await beginSpool(folder, LABEL);
  for (let value = 0; value < 10; value += 1) await first.append(chunk(value));
  first.close();
  (await folder.open('000000004194304')).truncate(2 * MB);
  const again = await reopenSpool(folder);
  expect([again?.start(), again?.end()]).toEqual([0, 6 * MB]);
});

test('a piece that cannot be removed now makes no hole', async () => {
  const memory = openInMemory();
  let isStuck = true;
  const folder: FileStore = {
    ...memory,
    async remove(name) {
      if (isStuck) throw new DOMException('in use', 'NoModificationAllowedError');
      return memory.remove(name);
    },
  };
  const spool = await beginSpool(folder, LABEL);
  for (let value = 0; value < 10; value += 1) await spool.append(chunk(value));
  await expect(spool.release(9 * MB)).rejects.toThrow('in use');
  expect(await pieces(folder)).toHaveLength(3);
  isStuck = false;
  await spool.release(9 * MB);
  expect(await pieces(folder)).toHaveLength(1);
  expect(readAll(spool, 8 * MB)).toEqual([8, 9]);
});

test('memory is not used up', async () => {
  const spool = await beginSpool(openInMemory(3 * MB), LABEL);
  await spool.append(chunk(1));
  await spool.append(chunk(2));
  await expect(spool.append(chunk(3))).rejects.toMatchObject({ name: 'QuotaExceededError' });
  expect(readAll(spool, 0)).toEqual([1, 2]);
});
