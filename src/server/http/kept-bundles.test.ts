import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { markUsed, removeOld } from './kept-bundles.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 25);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundles-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A bundle with its copies, in use until then. */
function bundle(name: string, usedAt: number): void {
  for (const copy of ['', '.gz', '.br']) writeFileSync(join(folder, name + copy), '');
  markUsed(folder, [name], usedAt);
}
const scripts = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .sort();

test('what was in use within a month stays, with its compressed copies', () => {
  writeFileSync(join(folder, 'manifest.json'), '{}');
  bundle('page-aaaaaaaaaa.js', NOW - 31 * DAY);
  bundle('page-bbbb-bbb_b.js', NOW - 29 * DAY);
  bundle('page-cccccccccc.js', NOW);
  removeOld(folder, NOW);
  expect(scripts()).toEqual(['page-bbbb-bbb_b.js', 'page-cccccccccc.js']);
  expect(readdirSync(folder)).toHaveLength(7);
});

test('what was in use until now stays, however long ago it was built', () => {
  bundle('page-aaaaaaaaaa.js', NOW - 90 * DAY);
  markUsed(folder, ['page-aaaaaaaaaa.js', 'page-removed-by-hand.js'], NOW);
  removeOld(folder, NOW);
  expect(scripts()).toEqual(['page-aaaaaaaaaa.js']);
});

test('of many builds in a row the last ten stay, of each bundle', () => {
  for (let build = 0; build < 15; build++) {
    bundle(`page-${String(build).padStart(10, '0')}.js`, NOW - (15 - build) * 1000);
    bundle(`keep-worker-${String(build).padStart(10, '0')}.js`, NOW - (15 - build) * 1000);
  }
  removeOld(folder, NOW);
  expect(scripts()).toHaveLength(20);
  expect(scripts()).toContain('page-0000000014.js');
  expect(scripts()).not.toContain('page-0000000004.js');
});
