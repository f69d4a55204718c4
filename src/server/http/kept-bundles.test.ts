import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepBundles, markUsed, removeOld } from './kept-bundles.ts';

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

test('a build is kept beside the one before it, however long that one was in use', () => {
  const [installation, kept] = [join(folder, 'public'), join(folder, 'kept')];
  /** An installation that has this build alone runs from a moment on. */
  const start = (hash: string, at: number) => {
    rmSync(installation, { recursive: true, force: true });
    mkdirSync(installation);
    const name = `page-${hash}.js`;
    for (const copy of ['', '.gz', '.br']) writeFileSync(join(installation, name + copy), `${hash}${copy}`);
    writeFileSync(join(installation, 'manifest.json'), JSON.stringify({ 'page.js': name }));
    keepBundles(installation, kept, at);
    return readdirSync(kept)
      .filter((found) => found.endsWith('.js'))
      .sort();
  };
  expect(start('aaaaaaaaaa', NOW - 90 * DAY)).toEqual(['page-aaaaaaaaaa.js']);
  expect(start('bbbbbbbbbb', NOW)).toEqual(['page-aaaaaaaaaa.js', 'page-bbbbbbbbbb.js']);
  expect(readFileSync(join(kept, 'page-aaaaaaaaaa.js.gz'), 'utf8')).toBe('aaaaaaaaaa.gz');
  // Back to the first one, and much later to the second: what was left 31 days ago goes.
  expect(start('aaaaaaaaaa', NOW + DAY)).toEqual(['page-aaaaaaaaaa.js', 'page-bbbbbbbbbb.js']);
  expect(start('cccccccccc', NOW + 33 * DAY)).toEqual(['page-aaaaaaaaaa.js', 'page-cccccccccc.js']);
  // Nothing half copied lies about.
  expect(readdirSync(kept)).toHaveLength(7);
});
