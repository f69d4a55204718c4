/** A screen that is shared in a call, as the other side sees it in both browsers. */
import type { ElementHandle, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../helpers/browsers.ts';
import { accept, arriveCalling, connected } from '../helpers/calls.ts';
import { participant, picturesChange } from '../helpers/media.ts';
import { arrive, chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, findAll, gone } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const browsers = useBrowsers({ chromium: { shell: true }, firefox: { engine: 'firefox' } });

let server: Server;
let anna: Person;
let ben: Person;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  chat = await chatOf(await signInClient(server, anna), ben);
});
afterEach(async () => {
  await server.start();
});
afterAll(async () => {
  await server.remove();
});

async function pageOf(engine: Engine): Promise<Page> {
  return browsers[engine].newPage();
}

/** Anna calls from Chromium, and Ben accepts. */
async function connect(engine: Engine): Promise<{ mine: Page; theirs: Page }> {
  const [mine, theirs] = [await pageOf('chromium'), await pageOf(engine)];
  await arrive(theirs, server, ben);
  await arriveCalling(mine, server, anna, chat);
  await accept(theirs);
  await connected(mine, theirs);
  return { mine, theirs };
}

const pressed = (page: Page, name: string) =>
  find(page, 'button', name).then((button) => button.evaluate((node) => node.ariaPressed));

const sizeOf = (tile: ElementHandle<Element>) =>
  tile.evaluate((node) => {
    const video = node.querySelector('video');
    return [video?.videoWidth ?? 0, video?.videoHeight ?? 0];
  });

/** The size of what a page sends as its screen. */
const screenSize = (page: Page) =>
  page.evaluate(() => {
    const { width = 0, height = 0 } = Reflect.get(window, 'shared')?.getVideoTracks()[0]?.getSettings() ?? {};
    return [width, height];
  });

/** Keeps the stream that the page is given, to know the truth about it and to end it as the browser would. */
const watchCapture = (page: Page) =>
  page.evaluate(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getDisplayMedia.bind(mediaDevices);
    mediaDevices.getDisplayMedia = async (options) => {
      const stream = await ask(options);
      Reflect.set(window, 'shared', stream);
      return stream;
    };
  });

test.each(['chromium', 'firefox'] as const)('a screen from Chromium is seen in %s', async (engine) => {
  const { mine, theirs } = await connect(engine);
  await picturesChange(theirs, 'Anna', 2);
  await watchCapture(mine);
  await click(mine, 'button', 'Share screen');

  const tile = await participant(theirs, "Anna's screen");
  await picturesChange(theirs, "Anna's screen", 3);
  const size = await screenSize(mine);
  await eventually(
    'the picture to have the size of the screen',
    async () => String(await sizeOf(tile)) === String(size),
    15_000,
    async () => `${await sizeOf(tile)}, not ${size}`,
  );
  expect(await pressed(mine, 'Share screen')).toBe('true');
  // Whoever shares sees what the others see.
  await picturesChange(mine, 'Your screen', 2);
  // The camera goes on beside it, and smaller.
  await picturesChange(theirs, 'Anna', 2);
  const widths = await Promise.all(
    ['Anna', "Anna's screen"].map(
      async (name) => (await (await participant(theirs, name)).boundingBox())?.width,
    ),
  );
  expect(widths[0]).toBeLessThan((widths[1] ?? 0) / 3);

  await click(mine, 'button', 'Stop sharing');
  await gone(theirs, 'group', "Anna's screen");
  await gone(mine, 'group', 'Your screen');
  expect(await pressed(mine, 'Share screen')).toBe('false');
  expect(await mine.evaluate(() => document.activeElement?.textContent.trim())).toBe('Share screen');

  // Again in the same call, and ended from the browser's own bar.
  await click(mine, 'button', 'Share screen');
  await find(theirs, 'group', "Anna's screen");
  await picturesChange(theirs, "Anna's screen", 2);
  await mine.evaluate(() => {
    for (const track of Reflect.get(window, 'shared').getVideoTracks()) {
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
  });
  await gone(theirs, 'group', "Anna's screen");
});

test('who says no to the picker reads nothing, and a failure is a sentence', async () => {
  const { mine } = await connect('chromium');
  const fail = (name: string, message = '') =>
    mine.evaluate(
      (error, words) => {
        navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException(words, error));
      },
      name,
      message,
    );
  await fail('NotReadableError');
  await click(mine, 'button', 'Share screen');
  await eventually('a sentence', async () =>
    (await mine.$eval('.call-notice', (box) => box.textContent)).includes('could not be shared'),
  );
  await fail('NotAllowedError');
  await click(mine, 'button', 'Share screen');
  await eventually(
    'no sentence',
    async () => (await mine.$eval('.call-notice', (box) => box.textContent)) === '',
  );
  // What the system forbids only the system's settings can allow.
  await fail('NotAllowedError', 'Permission denied by system');
  await click(mine, 'button', 'Share screen');
  await eventually('a sentence', async () =>
    (await mine.$eval('.call-notice', (box) => box.textContent)).includes('Screen & System Audio Recording'),
  );
  expect(await findAll(mine, 'group', "Ben's screen")).toEqual([]);
  expect(await pressed(mine, 'Share screen')).toBe('false');
});

test('a screenshot has every pixel of the shared screen, and goes to the chat with one tap', async () => {
  const { mine, theirs } = await connect('chromium');
  await watchCapture(mine);
  await click(mine, 'button', 'Share screen');
  const tile = await participant(theirs, "Anna's screen");
  await eventually(
    'the whole screen',
    async () => String(await sizeOf(tile)) === String(await screenSize(mine)),
  );
  const [width, height] = await screenSize(mine);
  await click(theirs, 'button', 'Screenshot');
  const card = await find(theirs, 'group', "Screenshot: Anna's screen");
  const here = await card.$eval('img', (image) => [image.naturalWidth, image.naturalHeight]);
  expect(here).toEqual([width, height]);
  // On a phone as well it leaves the others to be seen.
  const { width: wide = 0, height: high = 0 } = (await card.boundingBox()) ?? {};
  expect(wide * high).toBeLessThan(0.2 * 360 * 740);
  expect(await card.$eval('a', (link) => link.download)).toMatch(/^\d{4}-\d\d-\d\d .* Anna's screen\.png$/);
  await click(card, 'button', 'Send to chat');
  await eventually('a word about it', async () =>
    (await card.evaluate((node) => node.textContent)).includes('Sent to the chat.'),
  );

  const client = await signInClient(server, anna);
  const file = await eventually('the picture in the chat', async () => {
    return /\/files\/[\w-]{10,}/.exec((await client.get(chat)).body)?.[0];
  });
  const bytes = await theirs.evaluate(async (address) => {
    const response = await fetch(address);
    return [
      response.headers.get('content-type'),
      ...new Uint8Array(await response.arrayBuffer()).slice(16, 24),
    ];
  }, file);
  const numbers = bytes.slice(1).map(Number);
  const [type] = bytes;
  expect(type).toBe('image/png');
  const ihdr = Buffer.from(numbers);
  expect([ihdr.readUInt32BE(0), ihdr.readUInt32BE(4)]).toEqual([width, height]);

  // Another person's picture from the same card, at the size of their camera.
  const camera = await participant(theirs, 'Anna');
  const sizes = await camera.evaluateHandle((tile) => {
    const video = tile.querySelector('video');
    if (!video) throw new Error('no picture');
    const seen = [[video.videoWidth, video.videoHeight]];
    // The browser fits it to the room there is on the way, at any moment.
    video.addEventListener('resize', () => seen.push([video.videoWidth, video.videoHeight]));
    return seen;
  });
  await click(card, 'button', 'Also capture: Anna');
  const other = await find(theirs, 'group', 'Screenshot: Anna');
  const taken = await other.$eval('img', (image) => [image.naturalWidth, image.naturalHeight]);
  expect(await sizes.jsonValue()).toContainEqual(taken);

  // Both go by themselves, once nobody points at them.
  await theirs.mouse.move(600, 300);
  await gone(theirs, 'group', 'Screenshot: Anna');
  await gone(theirs, 'group', "Screenshot: Anna's screen");

  // While the server is away a screen can be taken away and shared again.
  await server.kill9();
  await click(mine, 'button', 'Share screen');
  await gone(theirs, 'group', "Anna's screen");
  await click(mine, 'button', 'Share screen');
  await picturesChange(theirs, "Anna's screen", 2);

  // The one who shares takes their own screen; a sentence says that it can't be kept yet, and a tap tries again.
  await click(mine, 'button', 'Screenshot');
  const late = await find(mine, 'group', 'Screenshot: Your screen');
  await eventually('a sentence', async () =>
    (await late.evaluate((node) => node.textContent)).includes('has not reached the server'),
  );
  await server.start();
  await click(late, 'button', 'Send to chat');
  await eventually('the late one in the chat', async () =>
    (await late.evaluate((node) => node.textContent)).includes('Sent to the chat.'),
  );
});
