/** Pages that were opened before an update, with a server that is replaced as a whole, as an image is. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { type Installation, install } from '../helpers/installed.ts';
import { chatOf, createPair, type Person, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { find } from '../helpers/ui.ts';

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
  await server.stop();
  const manifest = join(bundles(), 'manifest.json');
  const names: Record<string, string> = JSON.parse(readFileSync(manifest, 'utf8'));
  const old = names['attach.js'] ?? '';
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
