/** Effects as the far side sees them: decoded pictures of a call whose sender has chosen some. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, arriveCalling, connected, hangUp } from '../helpers/calls.ts';
import { participant, picturesChange } from '../helpers/media.ts';
import { arrive, chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, gone } from '../helpers/ui.ts';

/** Models are fetched and compiled by then, on a machine with other work. */
const PATIENCE_MS = 30_000;

let server: Server;
let anna: Person;
let ben: Person;
let chat: string;
const browsers = new Map<Engine, OpenBrowser>();

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  chat = await chatOf(await signInClient(server, anna), ben);
  browsers.set('chromium', await openBrowser({ camera: 'busy', slowsHidden: true }));
  browsers.set('firefox', await openBrowser({ engine: 'firefox' }));
});
afterEach(async () => {
  for (const browser of browsers.values()) await browser.closePages();
});
afterAll(async () => {
  for (const browser of browsers.values()) await browser.close();
  await server.remove();
  // Neither a violation of the policy, nor a word of the runtime.
  expect([...browsers.values()].flatMap(({ problems }) => problems)).toEqual([]);
});

async function pageOf(engine: Engine): Promise<Page> {
  const browser = browsers.get(engine);
  if (!browser) throw new Error(`no ${engine}`);
  return browser.newPage();
}

/** What is to be seen of somebody: the colours of the four corners, and how much changes from pixel to pixel. */
interface Seen {
  corners: number[][];
  detail: number;
}

async function seenOf(page: Page, name: string): Promise<Seen> {
  const tile = await participant(page, name);
  return tile.evaluate((node) => {
    const [width, height] = [320, 180];
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    const video = node.querySelector('video');
    if (context === null || video === null) throw new Error('no picture');
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const corners = [
      [4, 4],
      [width - 5, 4],
      [4, height - 5],
      [width - 5, height - 5],
    ].map(([x = 0, y = 0]) => [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 3)]);
    let detail = 0;
    for (let at = 4; at < data.length; at += 4) detail += Math.abs((data[at + 1] ?? 0) - (data[at - 3] ?? 0));
    return { corners, detail: detail / (width * height) };
  });
}

const isGreen = ([red = 0, green = 0, blue = 0]: number[]) => green > 120 && red < 60 && blue < 120;
const isGrey = ([red = 0, green = 0, blue = 0]: number[]) =>
  Math.max(red, green, blue) - Math.min(red, green, blue) < 12;

const shows = (page: Page, name: string, what: string, is: (corner: number[]) => boolean) => {
  let last: Seen | undefined;
  return eventually(
    `${name} to have ${what} corners`,
    async () => {
      last = await seenOf(page, name);
      return last.corners.every(is);
    },
    PATIENCE_MS,
    () => JSON.stringify(last),
  );
};

const choose = async (page: Page, name: string): Promise<void> => {
  await click(await find(page, 'dialog', 'Effects', PATIENCE_MS), 'radio', name);
};

/** Whether the far side shows Anna's camera. */
const cameraIs = (page: Page, state: 'on' | 'off') =>
  eventually(`the camera to be ${state}`, async () => {
    const tile = await participant(page, 'Anna');
    return (await tile.evaluate((node) => node.getAttribute('data-camera'))) === state;
  });

describe.each(['chromium', 'firefox'] as const)('%s', (engine) => {
  test('what is chosen in a call is seen on both sides, and goes with one tap', async () => {
    const [mine, theirs] = [await pageOf(engine), await pageOf('chromium')];
    await arrive(theirs, server, ben);
    await arriveCalling(mine, server, anna, chat);
    await accept(theirs);
    await connected(mine, theirs);
    await picturesChange(theirs, 'Anna', 2);
    await click(mine, 'button', 'Effects');
    await choose(mine, 'Plain green');
    await shows(theirs, 'Anna', 'green', isGreen);
    await shows(mine, 'You', 'green', isGreen);
    await choose(mine, 'Black and white');
    await shows(theirs, 'Anna', 'grey', isGrey);
    await click(mine, 'button', 'No effects');
    await shows(theirs, 'Anna', 'colourful', (corner) => !isGrey(corner) && !isGreen(corner));
    await picturesChange(theirs, 'Anna', 2);
    await hangUp(mine, theirs);
    await gone(mine, 'dialog', 'Effects');
  });

  test('a camera that is switched off and on comes back with what was chosen', async () => {
    const [mine, theirs] = [await pageOf(engine), await pageOf('chromium')];
    await arrive(theirs, server, ben);
    await arriveCalling(mine, server, anna, chat);
    await accept(theirs);
    await connected(mine, theirs);
    await click(mine, 'button', 'Effects');
    await choose(mine, 'Plain green');
    await shows(theirs, 'Anna', 'green', isGreen);
    await click(mine, 'button', 'Camera');
    await cameraIs(theirs, 'off');
    await click(mine, 'button', 'Camera');
    await cameraIs(theirs, 'on');
    await shows(theirs, 'Anna', 'green', isGreen);
    await hangUp(mine, theirs);
  });
});

/** Keeps the detail of each picture that a page gets of others, from the first one on. */
const measureAll = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    const details: number[] = [];
    globalThis.pictureDetails = details;
    const context = new OffscreenCanvas(320, 180).getContext('2d', { willReadFrequently: true });
    document.addEventListener('DOMContentLoaded', () => {
      for (const video of document.querySelectorAll<HTMLVideoElement>('.tile:not(.self) video')) {
        const measure = () => {
          video.requestVideoFrameCallback(measure);
          context?.drawImage(video, 0, 0, 320, 180);
          const data = context?.getImageData(0, 0, 320, 180).data ?? [];
          let sum = 0;
          for (let at = 4; at < data.length; at += 4)
            sum += Math.abs((data[at + 1] ?? 0) - (data[at - 3] ?? 0));
          details.push(sum / (320 * 180));
        };
        video.requestVideoFrameCallback(measure);
      }
    });
  });

declare global {
  /** Of each picture that came from others, how much changes from pixel to pixel. */
  var pictureDetails: number[] | undefined;
}

const detailsOf = (page: Page) => page.evaluate(() => globalThis.pictureDetails ?? []);

test('with a background chosen before the call, not one picture shows the room', async () => {
  const [mine, theirs] = [await pageOf('chromium'), await pageOf('chromium')];
  await measureAll(theirs);
  await arrive(theirs, server, ben);
  await arrive(mine, server, anna);
  await mine.evaluate(() => localStorage.setItem('porchlight.effects', '{"background":"strong"}'));
  await arriveCalling(mine, server, anna, chat);
  await accept(theirs);
  await connected(mine, theirs);
  const hidden = await eventually(
    'thirty pictures',
    async () => {
      const details = await detailsOf(theirs);
      return details.length >= 30 && details;
    },
    PATIENCE_MS,
  );
  await click(mine, 'button', 'Effects');
  await find(mine, 'dialog', 'Effects', PATIENCE_MS);
  await click(mine, 'button', 'No effects');
  const seen = await eventually(
    'the room',
    async () => {
      const details = await detailsOf(theirs);
      const last = Math.max(...details.slice(-5));
      return last > 4 * Math.max(...hidden) && last;
    },
    PATIENCE_MS,
    async () => JSON.stringify((await detailsOf(theirs)).slice(-5)),
  );
  expect(Math.max(...hidden)).toBeLessThan(seen / 4);
  await hangUp(mine, theirs);
});
