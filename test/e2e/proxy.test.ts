/** A house behind nginx, set up as others set up theirs. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { type House, openHouseOfFriends, PASSWORD, type Person } from '../helpers/house.ts';
import { outboxLoaded } from '../helpers/outbox.ts';
import { arrive } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { freePort, type ProxyOptions, type RunningProxy, startProxy } from '../helpers/proxy.ts';
import { click, fill, textOf, waitForText } from '../helpers/ui.ts';

let browser: OpenBrowser;
let folder: string;
let house: House;
let proxy: RunningProxy;
let ben: Person;
let chat: string;

beforeAll(async () => {
  browser = await openBrowser({ shell: true });
  folder = mkdtempSync(join(tmpdir(), 'porchlight-proxied-'));
});
afterEach(async () => {
  await browser.closePages();
  await proxy.close();
  await house.close();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
  // What the proxy refuses is what these tests are about.
  expect(browser.problems.filter((problem) => !problem.includes('Failed to load resource'))).toEqual([]);
});

/** Opens the house of ana and ben behind a proxy, and ana's page of their chat. */
async function behind(options: Partial<ProxyOptions>): Promise<Page> {
  const port = await freePort();
  const opened = await openHouseOfFriends({ PUBLIC_URL: `http://localhost:${port}` });
  ({ house, ben } = opened);
  chat = `/chats/${opened.chat}`;
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  const address = house.app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  proxy = await startProxy({ to: address.port, port, ...options });
  const page = await browser.newPage();
  await arrive(page, proxy, { username: 'ana', displayName: 'ana', password: PASSWORD }, chat);
  return page;
}

const send = (body: string) => ben.post(chat, { key: randomBytes(16).toString('hex'), body });
const said = (page: Page, text: RegExp) => waitForText(page, 'log', 'Messages', text);
/** What is sent from a page stands there before it has arrived. */
const arrived = (text: string) =>
  eventually('it to arrive', async () => (await ben.get(chat)).body.includes(text));

test('a proxy that leaves the port out of Host passes forms and sockets', async () => {
  const page = await behind({ host: '$host' });
  await fill(page, 'Message', 'Soup is ready');
  await page.keyboard.press('Enter');
  await arrived('Soup is ready');
  await send('On my way');
  await said(page, /On my way/);
});

test.each([
  'chosen',
  'sent by the form itself',
])('what a proxy finds too large, %s, is said to be so, and its page is not put into ours', async (way) => {
  const page = await behind({ largest: 20_000 });
  if (way !== 'chosen') {
    // As before the script has loaded that sends files beside the text.
    await page.setRequestInterception(true);
    page.on('request', (request) =>
      /attach/.test(request.url()) ? void request.abort() : void request.continue(),
    );
  }
  const path = join(folder, 'photo.bin');
  writeFileSync(path, randomBytes(60_000));
  const field = await page.waitForSelector('input[type=file]');
  if (!field) throw new Error('no file field');
  await field.uploadFile(path);
  if (way === 'chosen')
    await eventually('the chosen file by name', async () => (await textOf(page)).includes('photo.bin'));
  await click(page, 'button', 'Send');
  await eventually('a sentence about the proxy', async () => (await textOf(page)).includes("proxy's limit"));
  expect(await textOf(page)).not.toMatch(/nginx|Request Entity/);
  // Without that script the field holds the file still, as a form's does.
  if (way !== 'chosen') return;
  await fill(page, 'Message', 'Too large, then');
  await page.keyboard.press('Enter');
  await arrived('Too large, then');
});

test('while the server behind a proxy is away nothing of its page is shown, and the text waits', async () => {
  const page = await behind({});
  await fill(page, 'Message', 'Anybody there?');
  await outboxLoaded(page);
  const port = new URL(proxy.origin).port;
  await proxy.close();
  proxy = await startProxy({ port: Number(port), to: await freePort() });
  await page.keyboard.press('Enter');
  await waitForText(page, 'alert', undefined, /Not sent\.[\s\S]*answered in its place \(502\)/);
  expect(await textOf(page)).not.toContain('nginx');
  await said(page, /Anybody there\?/);
  await click(page, 'button', 'Edit');
  expect(await page.$eval('#body', (box) => (box instanceof HTMLTextAreaElement ? box.value : ''))).toBe(
    'Anybody there?',
  );
});

test('through a proxy that passes no sockets on news come all the same, and it is said', async () => {
  const page = await behind({ upgrades: false });
  await eventually('the reason', async () => (await textOf(page)).includes('WebSockets'), 30_000);
  await send('By asking');
  await said(page, /By asking/);
  await fill(page, 'Message', 'It works');
  await page.keyboard.press('Enter');
  await arrived('It works');
});
