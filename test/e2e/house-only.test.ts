/** A server in the house only, as real browsers see it: those that were told to trust it, and those that weren't. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from '../helpers/axe.ts';
import { type Engine, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { fakeClock } from '../helpers/clock.ts';
import { type House, openHouse } from '../helpers/house.ts';
import { textOf } from '../helpers/ui.ts';

let folder: string;
let house: House;
let door: string;
let browser: OpenBrowser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-house-'));
  // Browsers have the machine's clock.
  house = await openHouse({ TLS: 'lan', HTTP_PORT: '0' }, fakeClock(Date.now()));
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  await house.app.services.tls.open('127.0.0.1');
  const address = house.app.services.tls.doorAddress();
  if (typeof address !== 'object' || !address) throw new Error('no door');
  door = `http://localhost:${address.port}`;
});
afterEach(() => browser.close());
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

const open = (page: Page, path: string) => page.goto(path).catch((error: unknown) => String(error));

test.each<Engine>([
  'chromium',
  'firefox',
])('%s that was told to trust it is at home under each of its names, and no other is', async (engine) => {
  const certificate = join(folder, 'porchlight.crt');
  const answer = await fetch(`${door}/trust/porchlight.crt`);
  writeFileSync(certificate, Buffer.from(await answer.arrayBuffer()));
  const { port } = new URL(house.app.services.tls.houseOrigin() ?? '');
  const login = (host: string) => `https://${host}:${port}/login`;
  browser = await openBrowser({ engine, trusts: certificate });
  const page = await browser.newPage();
  for (const host of ['localhost', '127.0.0.1']) {
    await open(page, login(host));
    expect(await page.evaluate(() => [isSecureContext, location.pathname]), host).toEqual([true, '/login']);
    expect(await textOf(page)).toContain('Sign in');
  }
  await browser.close();
  browser = await openBrowser({ engine, shell: engine === 'chromium' });
  expect(await open(await browser.newPage(), login('localhost'))).toMatch(
    /CERT|cert|SEC_ERROR|UNKNOWN_ISSUER/,
  );
});

test('the page that says how is whole on a phone, and open to everybody', async () => {
  browser = await openBrowser({ shell: true });
  const page = await browser.newPage({ width: 320, height: 640 });
  await page.goto(door);
  expect(new URL(page.url()).pathname).toBe('/trust');
  for (const details of await page.$$('details'))
    await details.evaluate((node) => node.toggleAttribute('open', true));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  expect(await violations(page)).toEqual([]);
  expect(browser.problems).toEqual([]);
});
