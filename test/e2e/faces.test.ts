/** Stickers on faces of several kinds: where they sit, whose face gets one, and that an empty room gets none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { drawCamera } from '../helpers/drawn-camera.ts';
import { arrive, chatOf, createPair, signInClient } from '../helpers/people.ts';
import { eventually, pause } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find } from '../helpers/ui.ts';

/** Models are fetched and compiled by then, on a machine with other work. */
const PATIENCE_MS = 30_000;
const [WIDTH, HEIGHT] = [640, 360];

/**
 * Portraits of the Congressional Pictorial Directory (U.S. Government Publishing Office, public domain), beside each other,
 * 200 × 250 each.
 */
const PORTRAITS = readFileSync(join(import.meta.dirname, '../material/faces.webp')).toString('base64');

/** In its portrait, measured by hand: the tip of the nose, and how far the outer corners of the eyes are apart. */
const FACES = {
  'of dark skin': { at: 0, x: 99, y: 123, eyes: 60 },
  'of dark skin, with glasses': { at: 1, x: 109, y: 129, eyes: 82 },
  'of light skin, with glasses, the head tilted': { at: 2, x: 75, y: 151, eyes: 75 },
  'with a beard and glasses, turned to the side': { at: 3, x: 123, y: 144, eyes: 70 },
} as const;

type Name = keyof typeof FACES;

/** A portrait in the camera's picture: its upper left corner, and how large it is drawn. */
interface Drawn {
  face: Name;
  left: number;
  top: number;
  scale: number;
}

declare global {
  interface Window {
    /** What the camera sees. */
    scene: { from: number; left: number; top: number; scale: number }[];
  }
}

let server: Server;
let browser: OpenBrowser;
/** One for all tests: what is chosen stays chosen. */
let page: Page;
beforeAll(async () => {
  server = await startServer();
  const [anna, ben] = await createPair(server);
  browser = await openBrowser({ shell: true });
  page = await browser.newPage();
  await drawCamera(
    page,
    { width: WIDTH, height: HEIGHT, rate: 15 },
    async (context, portraits) => {
      const bytes = Uint8Array.from(atob(portraits), (character) => character.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/webp' }));
      window.scene = [];
      return () => {
        context.fillStyle = '#8a8f94';
        context.fillRect(0, 0, context.canvas.width, context.canvas.height);
        for (const { from, left, top, scale } of window.scene)
          context.drawImage(image, from, 0, 200, 250, left, top, 200 * scale, 250 * scale);
      };
    },
    PORTRAITS,
  );
  const chat = await chatOf(await signInClient(server, anna), ben);
  await arrive(page, server, anna, `${chat}/call?media=video`);
  await click(page, 'button', 'Effects');
  const panel = await find(page, 'dialog', 'Effects', PATIENCE_MS);
  await click(panel, 'button', 'Preview');
  await click(panel, 'radio', 'Red nose');
});
afterAll(async () => {
  await browser.close();
  await server.remove();
  expect(browser.problems).toEqual([]);
});

const show = (...drawn: Drawn[]) =>
  page.evaluate(
    (scene) => {
      window.scene = scene;
    },
    drawn.map(({ face, ...where }) => ({ from: 200 * FACES[face].at, ...where })),
  );

/** The middle of all that is red in the preview, in pixels of the camera; undefined where nothing is. */
const redNose = () =>
  page.$eval(
    '#call-effects video',
    (video, width, height) => {
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      if (context === null || !(video instanceof HTMLVideoElement)) throw new Error('no picture');
      context.drawImage(video, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      let [left, top, right, bottom, count] = [width, height, 0, 0, 0];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const at = 4 * (y * width + x);
          // The portraits are grey.
          if ((data[at] ?? 0) - (data[at + 1] ?? 0) < 60) continue;
          [left, top, right, bottom] = [
            Math.min(left, x),
            Math.min(top, y),
            Math.max(right, x),
            Math.max(bottom, y),
          ];
          count += 1;
        }
      return count > 15 ? { x: (left + right) / 2, y: (top + bottom) / 2 } : undefined;
    },
    WIDTH,
    HEIGHT,
  );

/** Waits until the nose sits on this face, and looks whether it stays. The models' tip of a nose isn't quite ours. */
async function sitsOn({ face, left, top, scale }: Drawn): Promise<void> {
  const { x, y, eyes } = FACES[face];
  const off = async () => {
    const red = await redNose();
    if (!red) return Number.POSITIVE_INFINITY;
    return Math.hypot(red.x - left - x * scale, red.y - top - y * scale) / (eyes * scale);
  };
  let last: number | undefined;
  await eventually(
    `a nose on the face ${face}`,
    async () => {
      last = await off();
      return last < 0.15;
    },
    PATIENCE_MS,
    () => last,
  );
  for (let look = 0; look < 5; look += 1) {
    await pause(100);
    expect(await off(), face).toBeLessThan(0.15);
  }
}

const nobody = () =>
  eventually('the nose to be gone', async () => (await redNose()) === undefined, PATIENCE_MS);

test.each(Object.keys(FACES) as Name[])('a face %s has it on the nose, near and far away', async (face) => {
  const near = { face, left: 180, top: 10, scale: 1.35 };
  await show(near);
  await sitsOn(near);
  // As small as a child's at the other end of a table.
  const far = { face, left: 260, top: 120, scale: 0.6 };
  await show(far);
  await sitsOn(far);
});

test('of two people the larger face has it, and only that', async () => {
  const near: Drawn = { face: 'of dark skin', left: 40, top: 10, scale: 1.35 };
  const far: Drawn = { face: 'of light skin, with glasses, the head tilted', left: 420, top: 60, scale: 0.8 };
  await show();
  await nobody();
  await show(near, far);
  await sitsOn(near);
});

test('where nobody is there is none, and whoever comes has it', async () => {
  await show();
  await nobody();
  for (let look = 0; look < 10; look += 1) {
    expect(await redNose()).toBeUndefined();
    await pause(100);
  }
  const face: Drawn = { face: 'of dark skin', left: 180, top: 10, scale: 1.35 };
  await show(face);
  await sitsOn(face);
});
