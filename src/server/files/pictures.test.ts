/** Pictures that were made to do harm, and processes that can't be had: each costs one picture, and nobody else's. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFairQueue } from './fair-queue.ts';
import { createPictures, type Pictures } from './pictures.ts';

// Processes are started, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let pictures: Pictures;
let small: Buffer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-pictures-'));
  pictures = createPictures();
  small = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a52' } })
    .jpeg()
    .toBuffer();
});
afterEach(() => {
  pictures.stop();
  rmSync(folder, { recursive: true });
});

const job = (name: string) => ({ path: join(folder, name), preview: join(folder, `${name}.preview`) });
function picture(name: string, bytes = small) {
  writeFileSync(join(folder, name), bytes);
  return job(name);
}
const shown = { size: { width: 40, height: 30 } };

test('people take turns, whoever brings how many, and a failure is of one alone', async () => {
  const inTurn = createFairQueue();
  const order: string[] = [];
  const work = (owner: number, name: string) =>
    inTurn(owner, async () => {
      order.push(name);
      if (name === 'a2') throw new Error('broken');
      return name;
    }).catch((error: unknown) => (error instanceof Error ? error.message : ''));
  const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2'].map((name) => work(name.charCodeAt(0), name));
  expect(await Promise.all(all)).toEqual(['a1', 'broken', 'a3', 'a4', 'b1', 'c1', 'b2']);
  expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
});

test('a file that is larger than pictures are isn’t read at all', async () => {
  const bomb = picture('bomb');
  truncateSync(bomb.path, 51 * 1024 * 1024);
  expect(await pictures.prepare(1, bomb)).toBeUndefined();
  expect(readdirSync(folder)).toEqual(['bomb']);
  // With less behind it, it is taken, and nothing of that stays.
  truncateSync(bomb.path, 20 * 1024 * 1024);
  const facts = await pictures.prepare(1, bomb);
  expect(facts).toMatchObject(shown);
  expect(readFileSync(bomb.path)).toHaveLength(facts?.bytes ?? 0);
  expect(facts?.bytes).toBeLessThan(2_000);
});

test('one that takes too long is cut off, and the next is taken', async () => {
  pictures = createPictures({ patience: 2_000 });
  // Whoever opens it waits for ever.
  execFileSync('mkfifo', [job('endless').path]);
  const [endless, next] = await Promise.all([
    pictures.prepare(1, job('endless')),
    pictures.prepare(2, picture('next')),
  ]);
  expect(endless).toBeUndefined();
  expect(next).toMatchObject(shown);
});

test('one that takes too much memory is cut off, and the next is taken', async () => {
  pictures = createPictures({ patience: 50_000, memory: 180 * 1024 * 1024 });
  // 200 MB when it is unpacked; a GIF is, before anything else is done with it.
  const wide = sharp({ create: { width: 7_000, height: 7_000, channels: 3, background: '#a52' } });
  const bomb = picture('bomb', await wide.gif({ effort: 1, colours: 2 }).toBuffer());
  expect(await pictures.prepare(1, bomb)).toBeUndefined();
  expect(await pictures.prepare(1, picture('next'))).toMatchObject(shown);
});

test('where no process can be started only this one picture is without, and the next is shown', () => {
  const { path, preview } = picture('picture');
  const program = `
    import { closeSync, openSync } from 'node:fs';
    import { createPictures } from ${JSON.stringify(join(import.meta.dirname, 'pictures.ts'))};
    const pictures = createPictures();
    const job = ${JSON.stringify({ path, preview })};
    const held = [];
    try { for (;;) held.push(openSync('/dev/null')); } catch {}
    const first = await pictures.prepare(1, job);
    for (const file of held) closeSync(file);
    const second = await pictures.prepare(1, job);
    console.log(JSON.stringify([first ?? null, second ?? null]));
    process.exit();
  `;
  const output = execFileSync(
    '/bin/sh',
    ['-c', 'ulimit -n 60; exec "$0" --input-type=module -e "$1"', process.execPath, program],
    { encoding: 'utf8' },
  );
  expect(JSON.parse(output)).toEqual([null, expect.objectContaining(shown)]);
});
