/**
 * Stickers and smooth skin on faces of several kinds: where a sticker sits, whose face gets one, and that an empty room gets
 * none; that skin of every colour becomes smooth and keeps its colour.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { drawCamera } from '../helpers/drawn-camera.ts';
import { arrive, chatOf, createPair, signInClient } from '../helpers/people.ts';
import { eventually, pause } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find } from '../helpers/ui.ts';

/** Models are fetched and compiled by then, on a machine with other work. */
const PATIENCE_MS = 30_000;
const [WIDTH, HEIGHT] = [640, 360];

/** In each sheet portraits are beside each other, of this size. */
const [PORTRAIT_WIDTH, PORTRAIT_HEIGHT] = [200, 250];

const readSheet = (name: string) =>
  readFileSync(join(import.meta.dirname, `../material/${name}.webp`)).toString('base64');

const SHEETS = {
  /** From the Congressional Pictorial Directory (U.S. Government Publishing Office, public domain), in grey. */
  photographs: readSheet('faces'),
  /**
   * We found no photograph of a child or of a face in profile that everybody may use. So these are drawn, in colour,
   * from the man in `human_rig.blend` of MORSE 1.4 (Debian's morse-simulator-data: © LAAS-CNRS and ISAE-SUPAERO,
   * BSD-3-Clause), who was made with MakeHuman (its people are CC0): his mesh, smoothed, with the skin, eyes, hair and shirt
   * that are packed there, and with brows and pores, which he lacks; the head turned to the picture's right. For dark skin
   * the colours of his are multiplied by (0.25, 0.19, 0.15), in linear light. The child has his face with larger eyes and
   * skull, a smaller nose, a rounder and lower face, and a thin neck. The licence lies beside it.
   */
  drawn: readSheet('heads'),
};

/**
 * In its portrait: the tip of the nose, and how far the outer corners of the eyes are apart as seen from the front. Measured
 * by hand in photographs; in what was drawn it follows from the mesh.
 */
const FACES = {
  'of dark skin': { sheet: 'photographs', at: 0, x: 99, y: 123, eyes: 60 },
  'of dark skin, with glasses': { sheet: 'photographs', at: 1, x: 109, y: 129, eyes: 82 },
  'of light skin, with glasses, the head tilted': { sheet: 'photographs', at: 2, x: 75, y: 151, eyes: 75 },
  'with a beard and glasses, turned to the side': { sheet: 'photographs', at: 3, x: 123, y: 144, eyes: 70 },
  'drawn, of light skin': { sheet: 'drawn', at: 0, x: 100, y: 133, eyes: 74 },
  'drawn, of light skin, turned by 15°': { sheet: 'drawn', at: 1, x: 119, y: 132, eyes: 74 },
  'drawn, of light skin, turned by 30°': { sheet: 'drawn', at: 2, x: 135, y: 132, eyes: 74 },
  'drawn, of light skin, turned by 45°': { sheet: 'drawn', at: 3, x: 148, y: 132, eyes: 74 },
  'drawn, of light skin, turned by 60°': { sheet: 'drawn', at: 4, x: 157, y: 131, eyes: 74 },
  'drawn, of light skin, turned by 75°': { sheet: 'drawn', at: 5, x: 160, y: 131, eyes: 74 },
  'drawn, of light skin, in profile': { sheet: 'drawn', at: 6, x: 159, y: 130, eyes: 74 },
  'drawn, of dark skin': { sheet: 'drawn', at: 7, x: 100, y: 133, eyes: 74 },
  'drawn, of dark skin, turned by 45°': { sheet: 'drawn', at: 8, x: 148, y: 132, eyes: 74 },
  'drawn, of dark skin, in profile': { sheet: 'drawn', at: 9, x: 159, y: 130, eyes: 74 },
  'drawn, a child’s': { sheet: 'drawn', at: 10, x: 100, y: 125, eyes: 86 },
  'drawn, a child’s, turned by 45°': { sheet: 'drawn', at: 11, x: 141, y: 124, eyes: 86 },
  'drawn, a child’s, in profile': { sheet: 'drawn', at: 12, x: 150, y: 124, eyes: 86 },
} as const;

type Name = keyof typeof FACES;
const NAMES = Object.keys(FACES) as Name[];

/** A portrait in the camera's picture: its upper left corner, and how large it is drawn. */
interface Drawn {
  face: Name;
  left: number;
  top: number;
  scale: number;
  /** All of it is multiplied by this colour. */
  tint?: string;
  /** Whether it goes a little to and fro, as somebody does who sits still. */
  sways?: boolean;
}

interface Seen extends Omit<Drawn, 'face'> {
  sheet: keyof typeof SHEETS;
  /** Where the portrait begins in its sheet. */
  from: number;
}

declare global {
  interface Window {
    /** What the camera sees. */
    scene: Seen[];
  }
}

let server: Server;
let browser: OpenBrowser;
/** One for all tests: what is chosen stays chosen. */
let page: Page;
let panel: ElementHandle<Element>;
beforeAll(async () => {
  server = await startServer();
  const [anna, ben] = await createPair(server);
  browser = await openBrowser({ shell: true });
  page = await browser.newPage();
  await drawCamera(
    page,
    { width: WIDTH, height: HEIGHT, rate: 15 },
    async (context, { sheets, width, height }) => {
      const open = async (sheet: string) => {
        const bytes = Uint8Array.from(atob(sheet), (character) => character.charCodeAt(0));
        return createImageBitmap(new Blob([bytes], { type: 'image/webp' }));
      };
      const images = { photographs: await open(sheets.photographs), drawn: await open(sheets.drawn) };
      window.scene = [];
      return () => {
        context.fillStyle = '#8a8f94';
        context.fillRect(0, 0, context.canvas.width, context.canvas.height);
        const sway = 2 * Math.sin(performance.now() / 500);
        for (const { sheet, from, left, top, scale, tint, sways } of window.scene) {
          const place = [sways ? left + sway : left, top, width * scale, height * scale] as const;
          context.drawImage(images[sheet], from, 0, width, height, ...place);
          if (tint === undefined) continue;
          context.globalCompositeOperation = 'multiply';
          context.fillStyle = tint;
          context.fillRect(...place);
          context.globalCompositeOperation = 'source-over';
        }
      };
    },
    { sheets: SHEETS, width: PORTRAIT_WIDTH, height: PORTRAIT_HEIGHT },
  );
  const chat = await chatOf(await signInClient(server, anna), ben);
  await arrive(page, server, anna, `${chat}/call?media=video`);
  await click(page, 'button', 'Effects');
  panel = await find(page, 'dialog', 'Effects', PATIENCE_MS);
  await click(panel, 'button', 'Preview');
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
    drawn.map(({ face, ...where }) => {
      const { sheet, at } = FACES[face];
      return { sheet, from: PORTRAIT_WIDTH * at, ...where };
    }),
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
          const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
          // Redder than any lips.
          if (red - Math.max(green, blue) < 100) continue;
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

/** How far the red nose is from the one in the portrait, as a part of the distance of the eyes. */
async function offOf({ face, left, top, scale }: Drawn): Promise<number> {
  const { x, y, eyes } = FACES[face];
  const red = await redNose();
  if (!red) return Number.POSITIVE_INFINITY;
  return Math.hypot(red.x - left - x * scale, red.y - top - y * scale) / (eyes * scale);
}

/** The models' tip of a nose isn't quite ours. */
const MOST_OFF = 0.15;

/** Waits until the nose sits on this face, and looks whether it stays. */
async function sitsOn(drawn: Drawn): Promise<void> {
  let last: number | undefined;
  await eventually(
    `a nose on the face ${drawn.face}`,
    async () => {
      last = await offOf(drawn);
      return last < MOST_OFF;
    },
    PATIENCE_MS,
    () => last,
  );
  for (let look = 0; look < 5; look += 1) {
    await pause(100);
    expect(await offOf(drawn), drawn.face).toBeLessThan(MOST_OFF);
  }
}

const nobody = () =>
  eventually('the nose to be gone', async () => (await redNose()) === undefined, PATIENCE_MS);

/** Waits until the nose is gone, and looks whether it stays away. */
async function staysAway(): Promise<void> {
  await nobody();
  for (let look = 0; look < 10; look += 1) {
    expect(await redNose()).toBeUndefined();
    await pause(100);
  }
}

/** As large as somebody who sits before the screen. */
const near = (face: Name): Drawn => ({ face, left: 180, top: 10, scale: 1.35 });
/** As small as a child at the other end of a table. */
const far = (face: Name): Drawn => ({ face, left: 260, top: 120, scale: 0.6 });

describe('a red nose', () => {
  beforeAll(() => click(panel, 'radio', 'Red nose'));

  /** All but those that are turned too far. */
  const wearing = NAMES.filter((name) => !/(15|30|75)°|profile/.test(name));

  test.each(wearing)('a face %s has it on the nose, near and far away', async (face) => {
    await show(near(face));
    await sitsOn(near(face));
    await show(far(face));
    await sitsOn(far(face));
  });

  test('a head that turns keeps it up to 60°, has none in profile, and has it again once it turns back', async () => {
    const turns: Name[] = [
      'drawn, of light skin',
      'drawn, of light skin, turned by 15°',
      'drawn, of light skin, turned by 30°',
      'drawn, of light skin, turned by 45°',
      'drawn, of light skin, turned by 60°',
    ];
    await show();
    await nobody();
    for (const face of turns) {
      await show({ ...near(face), sways: true });
      await sitsOn(near(face));
    }
    // Between these two a face may be seen or not, but it is nowhere else.
    const between = near('drawn, of light skin, turned by 75°');
    await show({ ...between, sways: true });
    for (let look = 0; look < 10; look += 1) {
      const off = await offOf(between);
      expect(off === Number.POSITIVE_INFINITY ? 0 : off).toBeLessThan(0.3);
      await pause(100);
    }
    await show({ ...near('drawn, of light skin, in profile'), sways: true });
    await staysAway();
    for (const face of turns.reverse()) {
      await show({ ...near(face), sways: true });
      await sitsOn(near(face));
    }
  });

  test.each(NAMES.filter((name) => name.endsWith('in profile')))('a face %s has none', async (face) => {
    for (const drawn of [near(face), far(face)]) {
      await show(near('drawn, of light skin'));
      await sitsOn(near('drawn, of light skin'));
      await show({ ...drawn, sways: true });
      await staysAway();
    }
  });

  test('of two people the larger face has it, and only that', async () => {
    const large: Drawn = { face: 'of dark skin', left: 40, top: 10, scale: 1.35 };
    const small: Drawn = {
      face: 'of light skin, with glasses, the head tilted',
      left: 420,
      top: 60,
      scale: 0.8,
    };
    await show();
    await nobody();
    await show(large, small);
    await sitsOn(large);
  });

  test('where nobody is there is none, and whoever comes has it', async () => {
    await show();
    await staysAway();
    await show(near('of dark skin'));
    await sitsOn(near('of dark skin'));
  });
});

/** A place in a portrait, in its pixels. */
type Place = readonly [x: number, y: number];

/** Around a place: the mean of red, green and blue, and how much brightness differs from that of the pixels around. */
interface Look {
  colour: number[];
  roughness: number;
}

/** What is to be seen of these places in the preview. */
const looksOf = ({ left, top, scale }: Drawn, places: readonly Place[]): Promise<Look[]> =>
  page.$eval(
    '#call-effects video',
    (video, width, height, middles) => {
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      if (context === null || !(video instanceof HTMLVideoElement)) throw new Error('no picture');
      context.drawImage(video, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      const colourAt = (x: number, y: number) => [
        ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3),
      ];
      const brightnessAt = (x: number, y: number) => {
        const [red = 0, green = 0, blue = 0] = colourAt(x, y);
        return 0.299 * red + 0.587 * green + 0.114 * blue;
      };
      const square = (middle: readonly [number, number], reach: number) =>
        Array.from({ length: (2 * reach + 1) ** 2 }, (_, at) => [
          middle[0] - reach + (at % (2 * reach + 1)),
          middle[1] - reach + Math.floor(at / (2 * reach + 1)),
        ]) as [number, number][];
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      return middles.map((middle) => {
        const around = square(middle, 9);
        return {
          colour: [0, 1, 2].map((part) => mean(around.map(([x, y]) => colourAt(x, y)[part] ?? 0))),
          roughness: mean(
            around.map((place) =>
              Math.abs(brightnessAt(...place) - mean(square(place, 4).map(([x, y]) => brightnessAt(x, y)))),
            ),
          ),
        };
      });
    },
    WIDTH,
    HEIGHT,
    places.map(([x, y]) => [Math.round(left + x * scale), Math.round(top + y * scale)] as const),
  );

/** What the camera sees where nobody is. */
const isEmpty = ({ colour: [red = 0, green = 0, blue = 0] }: Look) =>
  Math.max(Math.abs(red - 0x8a), Math.abs(green - 0x8f), Math.abs(blue - 0x94)) < 4;

/** Shows the face, and waits until the preview has it. */
async function looksOnceShown(drawn: Drawn, places: readonly Place[]): Promise<Look[]> {
  await show();
  await eventually('an empty room', async () => (await looksOf(drawn, places)).every(isEmpty), PATIENCE_MS);
  await show(drawn);
  await eventually(drawn.face, async () => !(await looksOf(drawn, places)).some(isEmpty), PATIENCE_MS);
  return looksOf(drawn, places);
}

const roughnessOf = (looks: Look[]) => looks.map(({ roughness }) => roughness);

/** How much each place has of what it had. */
const sharesOf = (after: Look[], before: Look[]) =>
  after.map(({ roughness }, index) => roughness / (before[index]?.roughness ?? 0));

/** By how much red, green or blue of any place is brighter or darker, of 255. */
const changeOf = (after: Look[], before: Look[]) =>
  Math.max(
    ...after.flatMap(({ colour }, index) =>
      colour.map((value, part) => Math.abs(value - (before[index]?.colour[part] ?? 0))),
    ),
  );

/** What rounding, and video's one colour for four pixels, change of themselves. */
const SAME_COLOUR = 4;

describe('beauty', () => {
  // With something chosen that leaves cheeks, eyes and mouth free, so that all pictures go the same way.
  beforeAll(() => click(panel, 'radio', 'Hat'));

  const choose = async (amount: 'none' | 'all') => {
    const slider = await find(panel, 'slider', 'Beauty');
    await slider.focus();
    await page.keyboard.press(amount === 'none' ? 'Home' : 'End');
  };

  /** Cheeks, and what isn't skin: eyes and the mouth. */
  interface Places {
    skin: readonly Place[];
    other: readonly Place[];
  }
  const FRONT: Places = {
    skin: [
      [70, 130],
      [130, 130],
    ],
    other: [
      [74, 100],
      [126, 100],
      [100, 161],
    ],
  };
  const TURNED: Places = {
    skin: [[107, 130]],
    other: [
      [111, 100],
      [143, 159],
    ],
  };
  const CHILD: Places = {
    skin: [
      [65, 126],
      [135, 126],
    ],
    other: [
      [72, 100],
      [128, 100],
      [100, 151],
    ],
  };
  const PHOTOGRAPH: Places = {
    skin: [
      [67, 125],
      [133, 125],
    ],
    other: [
      [80, 102],
      [119, 104],
      [98, 147],
    ],
  };

  test.each<{ face: Name; tint?: string; places: Places; left: number }>([
    { face: 'drawn, of light skin', places: FRONT, left: 0.65 },
    { face: 'drawn, of light skin, turned by 45°', places: TURNED, left: 0.65 },
    { face: 'drawn, of dark skin', places: FRONT, left: 0.7 },
    { face: 'drawn, of dark skin, turned by 45°', places: TURNED, left: 0.7 },
    { face: 'drawn, a child’s', places: CHILD, left: 0.65 },
    // The photograph is grey, so it is coloured here; it is too small to have pores.
    { face: 'of dark skin', tint: '#a56d4f', places: PHOTOGRAPH, left: 0.85 },
  ])('skin of a face $face becomes smooth and keeps its colour; eyes and mouth stay', async (wanted) => {
    const { face, tint, places, left } = wanted;
    const drawn: Drawn = { ...near(face), ...(tint && { tint }) };
    await choose('none');
    const skinBefore = await looksOnceShown(drawn, places.skin);
    const otherBefore = await looksOf(drawn, places.other);
    await choose('all');
    await eventually(
      'smooth skin',
      async () => Math.max(...sharesOf(await looksOf(drawn, places.skin), skinBefore)) < left,
      PATIENCE_MS,
      async () => `${roughnessOf(await looksOf(drawn, places.skin))}, and before ${roughnessOf(skinBefore)}`,
    );
    const other = await looksOf(drawn, places.other);
    expect(changeOf(await looksOf(drawn, places.skin), skinBefore)).toBeLessThan(SAME_COLOUR);
    expect(Math.min(...sharesOf(other, otherBefore))).toBeGreaterThan(0.85);
    expect(changeOf(other, otherBefore)).toBeLessThan(SAME_COLOUR);
  });

  test('a face in profile stays as it is, and is smooth again once it turns back', async () => {
    const [front, profile] = [near('drawn, of light skin'), near('drawn, of light skin, in profile')];
    const cheek: Place[] = [[136, 129]];
    await choose('none');
    const frontBefore = await looksOnceShown(front, FRONT.skin);
    const before = await looksOnceShown(profile, cheek);
    await choose('all');
    for (let turn = 0; turn < 2; turn += 1) {
      await show(front);
      await eventually(
        'smooth skin',
        async () => Math.max(...sharesOf(await looksOf(front, FRONT.skin), frontBefore)) < 0.65,
        PATIENCE_MS,
      );
      await show(profile);
      await eventually(
        'the profile to be shown as it is',
        async () => changeOf(await looksOf(profile, cheek), before) < 1,
        PATIENCE_MS,
      );
      for (let look = 0; look < 10; look += 1) {
        const after = await looksOf(profile, cheek);
        expect(Math.min(...sharesOf(after, before))).toBeGreaterThan(0.95);
        expect(changeOf(after, before)).toBeLessThan(1);
        await pause(100);
      }
    }
  });
});
