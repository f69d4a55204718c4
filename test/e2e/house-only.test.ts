/** A server in the house only, as real browsers see it: those that were told to trust it, and those that weren't. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { houseAuthorityPath } from '../../src/server/tls/certificate-files.ts';
import { certify, readAuthority } from '../../src/server/tls/house-authority.ts';
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

/** What a device installs to trust the house. */
async function authorityFile(): Promise<string> {
  const path = join(folder, 'porchlight.crt');
  const answer = await fetch(`${door}/trust/porchlight.crt`);
  writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
  return path;
}

test.each<Engine>([
  'chromium',
  'firefox',
])('%s that was told to trust it is at home under each of its names, and no other is', async (engine) => {
  const certificate = await authorityFile();
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

/** A website of whoever stole the house's key, which has a certificate for any name. `asked`: the names by which pages were. */
async function openThief(): Promise<{ port: number; asked: string[] }> {
  const stolen = await readAuthority(readFileSync(houseAuthorityPath(house), 'utf8'));
  const made = new Map<string, string>();
  const asked: string[] = [];
  for (const name of [TV, BANK])
    made.set(name, await certify(stolen, { names: [name], addresses: [] }, Date.now()));
  const contextFor = (name: string) => {
    const pem = made.get(name) ?? made.get(TV);
    return createSecureContext({ key: pem, cert: pem });
  };
  const site = createServer(
    { SNICallback: (name, done) => done(null, contextFor(name)) },
    ({ headers }, response) => {
      asked.push(String(headers.host?.split(':')[0]));
      response.end('Welcome to the bank');
    },
  );
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    site.close();
    site.closeAllConnections();
  });
  const address = site.address();
  if (typeof address !== 'object' || !address) throw new Error('no site');
  return { port: address.port, asked };
}

const TV = 'tv.home.arpa';
const BANK = 'bank.example';

test.each<[Engine, RegExp]>([
  ['chromium', /ERR_CERT_INVALID/],
  ['firefox', /SEC_ERROR_CERT_NOT_IN_NAME_SPACE/],
])('%s that trusts the house refuses a bank by its key', async (engine, refusal) => {
  const { port, asked } = await openThief();
  browser = await openBrowser({
    ...{ engine, trusts: await authorityFile(), ownNames: [TV, BANK] },
    shell: engine === 'chromium',
  });
  const page = await browser.newPage();
  // The name of a machine in a house: here nothing but the name is another.
  await open(page, `https://${TV}:${port}/`);
  expect(await textOf(page)).toContain('Welcome to the bank');
  expect(await open(page, `https://${BANK}:${port}/`)).toMatch(refusal);
  expect(asked).not.toContain(BANK);
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
