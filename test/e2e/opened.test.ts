/** What opens over a page, or grows in it, can be pressed at every size: phones upright and sideways, tablets, large text. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { unreachable } from '../helpers/hit.ts';
import { chatOf, createPair, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, fill, find, gone } from '../helpers/ui.ts';

const SIZES = [
  [320, 568],
  [360, 740],
  [740, 360],
  [820, 1180],
] as const;
/** As Settings have it: normal, and the largest. */
const TEXTS = ['', '200'];

let server: Server;
let browser: OpenBrowser;
let folder: string;
let page: Page;

beforeAll(async () => {
  server = await startServer();
  const [anna, ben] = await createPair(server);
  const annas = await signInClient(server, anna);
  folder = mkdtempSync(join(tmpdir(), 'porchlight-files-'));
  browser = await openBrowser({ shell: true });
  page = await browser.newPage();
  await visit(page, annas, await chatOf(annas, ben));
});
afterAll(async () => {
  await browser.close();
  await server.remove();
  rmSync(folder, { recursive: true });
  expect(browser.problems).toEqual([]);
});

/** All that can be pressed inside of what `within` names, at every size; then the window is as it was. */
async function isFree(within: string): Promise<void> {
  for (const [width, height] of SIZES)
    for (const text of TEXTS) {
      await page.setViewport({ width, height });
      await page.evaluate((size) => {
        document.documentElement.setAttribute('data-text', size);
        // What was opened at this size of text would lie where it now has to.
        dispatchEvent(new Event('resize'));
      }, text);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      const out = await page.$$eval(`${within} :is(a, button)`, (controls) =>
        controls.flatMap((control) => {
          const { left, right } = control.getBoundingClientRect();
          return left < 0 || right > innerWidth ? [`${control.textContent}: ${left} to ${right}`] : [];
        }),
      );
      expect([wide, out], `${width} x ${height} ${text}`).toEqual([width, []]);
      expect(await page.$$(`${within} :is(a, button)`)).not.toEqual([]);
      expect(await unreachable(page, within), `${width} x ${height} ${text}`).toEqual([]);
    }
  await page.evaluate(() => document.documentElement.setAttribute('data-text', ''));
  await page.setViewport({ width: 1280, height: 800 });
}

async function choose(...names: string[]): Promise<void> {
  const picture = await sharp({ create: { width: 1200, height: 800, channels: 3, background: '#b5652b' } })
    .jpeg()
    .toBuffer();
  const paths = names.map((name) => join(folder, name));
  for (const path of paths) writeFileSync(path, picture);
  const field = await page.waitForSelector('input[type=file][aria-label]');
  if (!field) throw new Error('no file field');
  await field.uploadFile(...paths);
  for (const name of names) await find(page, 'button', `Remove ${name}`);
}

test('files that were chosen', async () => {
  const names = [
    'Hill.jpg',
    'Path.jpg',
    'A name that is too long for any phone, whichever way it is held.jpg',
  ];
  await choose(...names);
  await isFree('#composer');
  await click(page, 'button', 'Send');
  for (const name of names) await find(page, 'image', `Picture: ${name}`);
});

test('a picture over the page', async () => {
  await click(page, 'link', 'Picture: Path.jpg');
  await find(page, 'link', 'Next picture');
  await isFree('.viewer');
  await click(page, 'link', 'Close');
  await gone(page, 'dialog');
});

test('the menu of a message', async () => {
  await fill(page, 'Message', 'To be changed');
  await page.keyboard.press('Enter');
  await eventually('its row', async () => (await page.$$('.pending')).length === 0);
  for (const row of ['first', 'last']) {
    await (await find(page, 'log', 'Messages')).hover();
    await page.waitForSelector('[data-ready]');
    await page.$eval(
      `.message[data-own]:nth-${row === 'last' ? 'last-' : ''}child(1 of .message[data-own]) > .more`,
      (link) => {
        link.scrollIntoView({ block: 'center' });
        if (link instanceof HTMLElement) link.click();
      },
    );
    await find(page, 'menu', 'Message options');
    await isFree('.message-menu');
    await page.keyboard.press('Escape');
    await gone(page, 'menu');
  }
});

test('a text that could not be sent', async () => {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !/\/chats\/\d+$/.test(request.url())) return void request.continue();
    void request.respond({
      ...{ status: 403, headers: { porchlight: '1' } },
      body: 'You are no longer friends, so nothing can be sent here any more; what was written stays.',
    });
  });
  for (const text of ['Of no use', 'Neither is this']) {
    await fill(page, 'Message', text);
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      (words) =>
        [...document.querySelectorAll('.pending.unsent')].some((row) => row.textContent.includes(words)),
      {},
      text,
    );
  }
  await isFree('.pending');
});
