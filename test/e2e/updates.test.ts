/** Pages that were opened before an update, with a server that is replaced as a whole, as an image is. */
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Engine, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { type Installation, install } from '../helpers/installed.ts';
import { chatOf, createPair, type Person, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { find, waitForText } from '../helpers/ui.ts';

let browser: OpenBrowser;
let installed: Installation;
let server: Server;
let anna: Person;
let ben: Person;

beforeAll(async () => {
  browser = await openBrowser({ shell: true });
});
beforeEach(async () => {
  installed = install();
  server = await startServer({}, installed);
  [anna, ben] = await createPair(server);
});
afterEach(async () => {
  await browser.closePages();
  await server.remove();
  installed.remove();
});
afterAll(() => browser.close());

const bundles = () => join(installed.folder, 'public/build');

/** Replaces the installation by one whose script for files has another name, and starts it. */
async function update(): Promise<void> {
  const manifest = join(bundles(), 'manifest.json');
  const names: Record<string, string> = JSON.parse(readFileSync(manifest, 'utf8'));
  const old = names['attach.js'] ?? '';
  // A server keeps them once its start is over.
  await eventually('the bundles to be kept', () => existsSync(join(server.dataDir, '.bundles/build', old)));
  await server.stop();
  const fresh = 'attach-0000000000.js';
  expect(old).toMatch(/^attach-/);
  for (const copy of ['', '.gz', '.br'])
    renameSync(join(bundles(), old + copy), join(bundles(), fresh + copy));
  writeFileSync(manifest, JSON.stringify({ ...names, 'attach.js': fresh }));
  expect(readdirSync(bundles())).not.toContain(old);
  await server.start();
}

async function openChat(language: string): Promise<Page> {
  const page = await browser.newPage();
  const client = await signInClient(server, anna, language);
  await page.setExtraHTTPHeaders({ 'accept-language': language });
  await visit(page, client, await chatOf(client, ben));
  return page;
}

/** Begins to write, which is when a chat's page loads the script for files. @returns the answer's status */
async function loadAttach(page: Page): Promise<number> {
  const answer = page.waitForResponse((response) => response.url().includes('/static/build/attach-'));
  await page.type('#body', 'H');
  return (await answer).status();
}

test('a page that was open through an update still finds what it loads late', async () => {
  const page = await openChat('en');
  await update();
  expect(await loadAttach(page)).toBe(200);
  await find(page, 'textbox', 'Message');
  expect(await page.$eval('#notices', (notices) => notices.textContent)).toBe('');
});

test.each([
  ['en', 'Porchlight was updated while this page was open. Reload the page.'],
  ['zh-CN', '此页面打开期间 Porchlight 已更新，请重新加载页面。'],
])('a page that is too old for that says so (%s)', async (language, words) => {
  const page = await openChat(language);
  await update();
  rmSync(join(server.dataDir, '.bundles'), { recursive: true });
  expect(await loadAttach(page)).toBe(404);
  const says = () => page.$eval('#notices', (notices, text) => notices.textContent?.includes(text), words);
  await eventually('the notice', says);
});

/** Replaces the installation by one whose service worker is another, which says so when it is asked. */
async function updateWorker(): Promise<void> {
  await server.stop();
  const names: Record<string, string> = JSON.parse(readFileSync(join(bundles(), 'manifest.json'), 'utf8'));
  const says =
    "self.addEventListener('message', (event) => event.ports[0].postMessage('of the new version'));";
  appendFileSync(join(bundles(), names['service-worker.js'] ?? ''), says);
  await server.start();
}

/** What the worker in control of a page says; the one of the old version says nothing. */
const askWorker = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<unknown>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data);
        navigator.serviceWorker.controller?.postMessage('', [port2]);
        setTimeout(resolve, 500);
      }),
  );

test.each<Engine>([
  'chromium',
  'firefox',
])('a service worker gives way to that of the new version under the pages that are open (%s)', async (engine) => {
  const own = engine === 'chromium' ? browser : await openBrowser({ engine });
  if (own !== browser) onTestFinished(() => own.close());
  const page = await own.newPage();
  await visit(page, await signInClient(server, anna), '/share');
  await eventually('the worker', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
  await eventually('its page', () => page.evaluate(async () => Boolean(await caches.match('/offline'))));
  expect(await askWorker(page)).toBeUndefined();
  await updateWorker();
  await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  await eventually('the new one', async () => (await askWorker(page)) === 'of the new version');
  const others = await page.evaluate(async () => {
    const { installing, waiting } = await navigator.serviceWorker.ready;
    return [installing, waiting];
  });
  expect(others).toEqual([null, null]);
  // It does what the old one did.
  await server.stop();
  // Firefox's automation would take it for a failure of its own.
  await page.evaluate(() => location.assign('/friends'));
  await waitForText(page, 'main', undefined, /No connection/);
  await server.start();
});
