/** What an update leaves of earlier builds. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { keepAssets, readAssets } from './assets.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

test('a bundle of an earlier build is served from the data folder, compressed and for a year', async () => {
  const folder = join(house.dataDir, '.bundles/build');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'page-0123456789.js'), 'plain');
  writeFileSync(join(folder, 'page-0123456789.js.gz'), 'compressed');
  const get = (encoding: string) =>
    house.app.inject({ url: '/static/build/page-0123456789.js', headers: { 'accept-encoding': encoding } });
  const [compressed, plain] = [await get('gzip'), await get('identity')];
  expect([compressed.statusCode, compressed.body]).toEqual([200, 'compressed']);
  expect(compressed.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-type': expect.stringContaining('javascript'),
    'cache-control': 'public, max-age=31536000, immutable',
  });
  expect([plain.statusCode, plain.body]).toEqual([200, 'plain']);
});

test('what no build has is not found', async () => {
  expect((await house.app.inject('/static/build/page-0123456789.js')).statusCode).toBe(404);
});

test('what this build serves is kept for the next one', async () => {
  keepAssets(house.dataDir, Date.now(), house.app.log);
  const address = readAssets()('page.js');
  const kept = join(house.dataDir, '.bundles', address.replace('/static/', ''));
  const { body } = await house.app.inject(address);
  for (const copy of ['', '.gz', '.br']) expect(existsSync(kept + copy)).toBe(true);
  expect(readFileSync(kept, 'utf8')).toBe(body);
});

test('the worker of effects may compile WebAssembly, and no other script', async () => {
  const policyOf = async (name: string) =>
    (await house.app.inject(readAssets()(name))).headers['content-security-policy'];
  expect(await policyOf('effects-worker.js')).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(await policyOf('effects.js')).toContain("script-src 'self';");
});
