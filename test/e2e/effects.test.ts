/** Effects as the far side sees them: decoded pictures of a call whose sender has chosen some. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../helpers/browsers.ts';
import { accept, arriveCalling, connected, hangUp } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { drawCamera } from '../helpers/drawn-camera.ts';
import { GEOMETRY, showFace } from '../helpers/face-camera.ts';
import { participant, picturesChange, pitchHeard, takeSoundAsItIs, watchPictures } from '../helpers/media.ts';
import { arrive, chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { recordedFor, recordingOf, SMALL, saveRecording, startRecording } from '../helpers/recording.ts';
import { probeRecording } from '../helpers/recording-probe.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, gone } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

/** Models are fetched and compiled by then, on a machine with other work. */
const PATIENCE_MS = 30_000;

const browsers = useBrowsers({
  chromium: { camera: 'busy', slowsHidden: true },
  firefox: { engine: 'firefox' },
});

let server: Server;
let anna: Person;
let ben: Person;
let client: Client;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  client = await signInClient(server, anna);
  chat = await chatOf(client, ben);
});
afterAll(async () => {
  await server.remove();
});

/**
 * Firefox's own camera shows one colour after the other, and some of them the model takes for somebody: a wall of boards, as a
 * room has where nobody is.
 */
const showWall = (page: Page) =>
  drawCamera(
    page,
    { width: 640, height: 360, rate: 20 },
    (context) => {
      const { width, height } = context.canvas;
      let frame = 0;
      return () => {
        context.fillStyle = '#9a7b5a';
        context.fillRect(0, 0, width, height);
        context.fillStyle = '#7d6046';
        // As seen by a camera that moves: each picture is another one.
        frame += 2;
        for (let x = -(frame % 40); x < width; x += 40) context.fillRect(x, 0, 6, height);
      };
    },
    undefined,
  );

async function pageOf(engine: Engine): Promise<Page> {
  return browsers[engine].newPage();
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

/** Where a red nose is seen from the mark beside the face, in pixels of the camera, and where the mark is: over some seconds. */
async function noseOf(page: Page): Promise<{ x: number; y: number; mark: number }[]> {
  const tile = await participant(page, 'Anna');
  return tile.evaluate(
    async (node, { width, height, nose, eyes }, patience) => {
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      const video = node.querySelector('video');
      if (context === null || video === null) throw new Error('no picture');
      /** The middle of all within a box that is of a colour. */
      const middleOf = (
        { data }: ImageData,
        [left, top, right, bottom]: [number, number, number, number],
        is: (red: number, green: number, blue: number) => boolean,
      ) => {
        let [x0, y0, x1, y1, count] = [right, bottom, left, top, 0];
        for (let y = Math.max(0, top); y < Math.min(height, bottom); y++)
          for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
            const at = 4 * (y * width + x);
            if (!is(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)) continue;
            [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)];
            count += 1;
          }
        return count > 40 ? { x: (x0 + x1) / 2, y: (y0 + y1) / 2 } : undefined;
      };
      const found: { x: number; y: number; mark: number }[] = [];
      const end = performance.now() + patience;
      while (found.length < 40 && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        context.drawImage(video, 0, 0, width, height);
        const picture = context.getImageData(0, 0, width, height);
        const mark = middleOf(picture, [0, 0, width, height], (r, g, b) => b > 150 && r < 80 && g < 80);
        if (!mark) continue;
        const [x, y, reach] = [
          Math.round(mark.x + nose.x),
          Math.round(mark.y + nose.y),
          Math.round(eyes * 0.6),
        ];
        const red = middleOf(
          picture,
          [x - reach, y - reach, x + reach, y + reach],
          (r, g, b) => r > 130 && g < 80 && b < 90,
        );
        if (red) found.push({ x: red.x - mark.x, y: red.y - mark.y, mark: mark.x });
      }
      if (found.length < 40) throw new Error(`a nose was seen in ${found.length} pictures only`);
      return found;
    },
    GEOMETRY,
    PATIENCE_MS,
  );
}

/** How much changes from pixel to pixel: in the face, and in the room at the picture's right, of several pictures. */
async function sharpnessOf(page: Page): Promise<{ face: number; room: number }> {
  const tile = await participant(page, 'Anna');
  return tile.evaluate(async (node) => {
    const [width, height] = [640, 360];
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    const video = node.querySelector('video');
    if (context === null || video === null) throw new Error('no picture');
    let [face, room] = [0, 0];
    for (let picture = 0; picture < 10; picture++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      context.drawImage(video, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      const detail = (left: number, top: number, right: number, bottom: number) => {
        let sum = 0;
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++)
            sum += Math.abs((data[4 * (y * width + x) + 1] ?? 0) - (data[4 * (y * width + x) - 3] ?? 0));
        return sum / ((right - left) * (bottom - top));
      };
      face += detail(260, 100, 380, 200) / 10;
      // The rocket.
      room += detail(470, 40, 620, 300) / 10;
    }
    return { face, room };
  });
}

describe.each(['chromium', 'firefox'] as const)('%s', (engine) => {
  test('what is chosen in a call is seen on both sides, and goes with one tap', async () => {
    const [mine, theirs] = [await pageOf(engine), await pageOf('chromium')];
    if (engine === 'firefox') await showWall(mine);
    await arrive(theirs, server, ben);
    await arriveCalling(mine, server, anna, chat);
    await accept(theirs);
    await connected(mine, theirs);
    await picturesChange(theirs, 'Anna', 2);
    await click(mine, 'button', 'Effects');
    await choose(mine, 'Plain green');
    await shows(theirs, 'Anna', 'green', isGreen);
    await shows(mine, 'You', 'green', isGreen);
    const call = new URL(mine.url()).pathname;
    await recordedFor(3, await startRecording(mine));
    await saveRecording(mine);
    await choose(mine, 'Black and white');
    await shows(theirs, 'Anna', 'grey', isGrey);
    await click(mine, 'button', 'No effects');
    // Of Chromium's camera the picture is grey, and full of detail.
    await eventually(
      'the room',
      async () => {
        const { corners, detail } = await seenOf(theirs, 'Anna');
        return detail > 5 || corners.every((corner) => !isGrey(corner) && !isGreen(corner));
      },
      PATIENCE_MS,
    );
    await picturesChange(theirs, 'Anna', 2);
    if (engine === 'firefox') await shows(mine, 'You', 'colourful', (corner) => !isGreen(corner));
    await hangUp(mine, theirs);
    await gone(mine, 'dialog', 'Effects');
    // A recording has what was sent, from its first picture on.
    const recording = probeRecording(await recordingOf(server, client, call));
    onTestFinished(recording.close);
    const pictures = await recording.pictures(SMALL);
    expect(pictures.length).toBeGreaterThan(5);
    expect(pictures.filter(({ red, green, blue }) => !isGreen([red, green, blue]))).toEqual([]);
  });

  test('a sticker sits on the face and moves with it, and a blurred room leaves the face as it is', async () => {
    const [mine, theirs] = [await pageOf(engine), await pageOf('chromium')];
    await showFace(mine);
    await arrive(theirs, server, ben);
    await arriveCalling(mine, server, anna, chat);
    await accept(theirs);
    await connected(mine, theirs);
    await picturesChange(theirs, 'Anna', 2);
    const plain = await sharpnessOf(theirs);
    await click(mine, 'button', 'Effects');
    await choose(mine, 'Red nose');
    const found = await noseOf(theirs);
    const { nose, eyes } = GEOMETRY;
    const middle = (values: number[]) =>
      values.sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
    // Where a model has the tip of a nose, and where we have measured it, are a little apart; it stays there.
    const [right, down] = [middle(found.map(({ x }) => x)), middle(found.map(({ y }) => y))];
    const off = [right - nose.x, down - nose.y].map((pixels) => (pixels / eyes).toFixed(3));
    expect(Math.hypot(right - nose.x, down - nose.y), String(off)).toBeLessThan(0.1 * eyes);
    const errors = found
      .map(({ x, y }) => Math.hypot(x - right, y - down) / eyes)
      .sort((one, other) => one - other);
    const told = `${off}; ${errors.map((error) => error.toFixed(3)).join(' ')}`;
    expect(errors[Math.floor(errors.length * 0.8)], told).toBeLessThan(0.04);
    // It was followed, and not found in one place.
    expect(
      Math.max(...found.map(({ mark }) => mark)) - Math.min(...found.map(({ mark }) => mark)),
    ).toBeGreaterThan(30);

    await click(mine, 'button', 'No effects');
    await choose(mine, 'Strong blur');
    await eventually(
      'the room to be blurred, and not the face',
      async () => {
        const blurred = await sharpnessOf(theirs);
        return blurred.room < plain.room / 2 && blurred.face > plain.face * 0.7;
      },
      PATIENCE_MS,
      async () => JSON.stringify({ plain, now: await sharpnessOf(theirs) }),
    );
    await hangUp(mine, theirs);
  });

  test('a camera that is switched off and on comes back with what was chosen, which goes on in a hidden tab', async () => {
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

    // Behind another tab.
    const other = await mine.browserContext().newPage();
    await other.bringToFront();
    await eventually('a hidden tab', () => mine.evaluate(() => document.visibilityState === 'hidden'));
    const watch = await watchPictures(theirs, 'Anna');
    await eventually('pictures out of it', async () => (await watch.pictures()) > 40, PATIENCE_MS);
    await watch.stop();
    await shows(theirs, 'Anna', 'green', isGreen);
    await other.close();
    await mine.bringToFront();
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

/** Holds back the script of effects. @returns lets it come */
async function holdEffects(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const isHeld = /\/effects-[\w-]+\.js$/.test(request.url());
    void (isHeld ? promise : Promise.resolve()).then(() => request.continue());
  });
  return resolve;
}

const detailsOf = (page: Page) => page.evaluate(() => globalThis.pictureDetails ?? []);

test('with a background chosen before the call, not one picture shows the room', async () => {
  const [mine, theirs] = [await pageOf('chromium'), await pageOf('chromium')];
  await measureAll(theirs);
  await takeSoundAsItIs(mine);
  await arrive(theirs, server, ben);
  await arrive(mine, server, anna);
  await mine.evaluate(() => localStorage.setItem('porchlight.effects', '{"background":"strong"}'));
  const letCome = await holdEffects(mine);
  await arriveCalling(mine, server, anna, chat);
  await accept(theirs);
  await connected(mine, theirs);
  // Where a voice has come, a picture would have as well.
  await pitchHeard(theirs, 'Anna', 440);
  expect(await detailsOf(theirs)).toEqual([]);
  letCome();
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
