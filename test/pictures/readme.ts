/**
 * The README's pictures, made anew: the demo's family in its chats and in calls, with drawings for cameras. For names in
 * Chinese it takes a font that has them.
 *
 *     node test/pictures/readme.ts
 */
import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import sharp from 'sharp';
import { GROUP, PASSWORD, PEOPLE } from '../../src/server/demo/family.ts';
import { populateDemo } from '../../src/server/demo/populate.ts';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { says } from '../helpers/calls.ts';
import { drawCamera } from '../helpers/drawn-camera.ts';
import { showFace } from '../helpers/face-camera.ts';
import { picturesChange } from '../helpers/media.ts';
import { signInClient, visit } from '../helpers/people.ts';
import { pause } from '../helpers/poll.ts';
import { recordedFor, startRecording } from '../helpers/recording.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, follow } from '../helpers/ui.ts';
import { type Drawn, draw } from './people.ts';

const FOLDER = join(import.meta.dirname, '../../docs/screenshots');
const SIZE = { width: 1200, height: 760 };
const SILENCE = new Float32Array(48_000);

const browsers: OpenBrowser[] = [];

/** A server with the demo's family. */
async function openDemo(): Promise<Server> {
  const server = await startServer();
  await server.stop();
  rmSync(server.dataDir, { recursive: true });
  await mkdir(server.dataDir);
  await populateDemo(server.dataDir, Date.now());
  await server.start();
  return server;
}

const nameOf = (who: Drawn) => PEOPLE.find(({ username }) => username === who)?.displayName ?? who;

/** The camera shows a drawing that sways. */
async function showDrawing(page: Page, who: Drawn): Promise<void> {
  const picture = (
    await sharp(Buffer.from(draw(who)))
      .webp({ quality: 90 })
      .toBuffer()
  ).toString('base64');
  await drawCamera(
    page,
    { width: 1280, height: 720, rate: 12 },
    async (context, drawing) => {
      const bytes = Uint8Array.from(atob(drawing), (character) => character.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/webp' }));
      return () => {
        const sway = 10 * Math.sin(performance.now() / 900);
        context.drawImage(image, sway - 12, -8, 1304, 736);
      };
    },
    picture,
  );
}

/** Somebody's page, signed in; `speaks` has a microphone that hears something. */
async function open(server: Server, who: Drawn, camera: Drawn | 'face', speaks = false): Promise<Page> {
  const browser = await openBrowser({ shell: true, frameRate: 12, ...(!speaks && { hears: SILENCE }) });
  browsers.push(browser);
  const page = await browser.newPage(SIZE);
  await (camera === 'face' ? showFace(page) : showDrawing(page, camera));
  const person = { username: who, displayName: nameOf(who), password: PASSWORD };
  await visit(page, await signInClient(server, person), '/chats');
  return page;
}

/** With a palette, which halves what a README weighs and can hardly be seen. */
const shoot = async (page: Page, name: string) =>
  sharp(await page.screenshot())
    .png({ palette: true, quality: 90 })
    .toFile(join(FOLDER, `${name}.png`));

/** Opens a chat of the list by its name. */
async function openChat(page: Page, server: Server, name: string): Promise<void> {
  await page.goto(`${server.origin}/chats`);
  const address = await page.$$eval(
    'a[href^="/chats/"]',
    (links, wanted) => links.find((link) => link.textContent.includes(wanted))?.getAttribute('href'),
    name,
  );
  if (!address) throw new Error(`there is no chat "${name}"`);
  await page.goto(server.origin + address);
}

async function shootPages(server: Server): Promise<void> {
  const page = await open(server, 'anna', 'anna');
  await openChat(page, server, GROUP.title);
  await (await find(page, 'textbox', 'Message')).focus();
  await shoot(page, 'chat');
  await page.goto(`${server.origin}/friends`);
  await follow(page, 'button', 'Create invitation');
  // As high as all of it.
  await page.setViewport({ ...SIZE, height: await page.evaluate(() => document.body.scrollHeight) });
  await page.evaluate(() => scrollTo(0, 0));
  await shoot(page, 'friends');
}

async function shootGroupCall(server: Server): Promise<void> {
  const anna = await open(server, 'anna', 'anna');
  const others = [];
  for (const who of ['grandma', 'tom', 'leo'] as const)
    others.push({ who, page: await open(server, who, who, who === 'leo') });
  await openChat(anna, server, GROUP.title);
  await follow(anna, 'link', 'Video call');
  for (const { page } of others) {
    const link = await page.waitForSelector('.ring a', { timeout: 20_000 });
    await Promise.all([page.waitForNavigation(), link?.click()]);
  }
  await Promise.all(others.map(({ who }) => picturesChange(anna, nameOf(who), 3)));
  // Until they have agreed on how large each is to be sent.
  await pause(8000);
  await shoot(anna, 'group-call');
}

async function shootCall(
  server: Server,
  camera: 'anna' | 'face',
  then: (page: Page) => Promise<void>,
): Promise<void> {
  const anna = await open(server, 'anna', camera);
  const grandma = await open(server, 'grandma', 'grandma', true);
  await openChat(anna, server, nameOf('grandma'));
  await follow(anna, 'link', 'Video call');
  const link = await grandma.waitForSelector('.ring a', { timeout: 20_000 });
  await Promise.all([grandma.waitForNavigation(), link?.click()]);
  await says(anna, /Connected/);
  await picturesChange(anna, nameOf('grandma'), 3);
  await pause(5000);
  await then(anna);
}

async function closeAll(): Promise<void> {
  for (const browser of browsers.splice(0)) await browser.close();
}

const server = await openDemo();
try {
  await shootPages(server);
  await closeAll();
  await shootGroupCall(server);
  await closeAll();
  await shootCall(server, 'anna', async (page) => {
    await recordedFor(2, await startRecording(page));
    await shoot(page, 'call');
  });
  await closeAll();
  await shootCall(server, 'face', async (page) => {
    await click(page, 'button', 'Effects');
    const panel = await find(page, 'dialog', 'Effects', 20_000);
    await click(panel, 'radio', 'Hills');
    await click(panel, 'radio', 'Hat');
    await pause(8000);
    await (await find(panel, 'radio', 'Strong blur')).evaluate((choice) =>
      choice.scrollIntoView({ block: 'center' }),
    );
    await shoot(page, 'effects');
  });
} finally {
  await closeAll();
  await server.remove();
}
