/** What lies where on the call page, at every size: all that can be pressed is free, and what is open can be put away. */
import type { ElementHandle, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accept, connected, dial, says } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { closeEach, WAYS_OUT } from '../helpers/closing.ts';
import { faint, unreachable } from '../helpers/hit.ts';
import { participant, picturesChange, takeSmallPictures } from '../helpers/media.ts';
import { chatOf, createPair, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, follow, gone, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

// Each size is laid out beside pictures that move, so they move seldom. Nothing is heard: whoever speaks while muted is told so.
const hears = new Float32Array(48_000);
const browsers = useBrowsers({ chromium: { shell: true, cameras: 3, frameRate: 3, hears } });

let server: Server;
let anna: Client;
let ben: Client;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  const pair = await createPair(server);
  anna = await signInClient(server, pair[0]);
  ben = await signInClient(server, pair[1]);
  chat = await chatOf(anna, pair[1]);
});

afterAll(async () => {
  await server.remove();
});

const open = async (client: Client, path: string): Promise<Page> => {
  const page = await browsers.chromium.newPage({ width: 800, height: 600 });
  await takeSmallPictures(page);
  await visit(page, client, path);
  return page;
};

/** What opens something, but for what a closed panel holds. */
const shownSummaries = async (page: Page) => {
  const summaries = await page.$$('main.call summary');
  const shown = await Promise.all(summaries.map((summary) => summary.isVisible()));
  return summaries.filter((_, at) => shown[at]);
};

test('what is open over a call goes by Escape and by a tap beside it, and the focus returns', async () => {
  const mine = await open(anna, chat);
  const theirs = await open(ben, '/chats');
  await dial(mine, 'video');
  await accept(theirs);
  await connected(mine, theirs);
  await picturesChange(mine, 'Ben', 1);
  // The devices, and what to record.
  await closeEach(mine, 'a call', 'main.call');
  expect(await shownSummaries(mine)).toHaveLength(2);

  /** Puts it away while its focus is on its button. */
  const leave = async (box: ElementHandle, inside: string, [way, out]: (typeof WAYS_OUT)[number]) => {
    await (await find(box, 'button', inside)).focus();
    // A card stays for somebody who is in it with the keyboard.
    await mine.keyboard.press('Shift');
    // Until it is kept, a tap beside it leaves it as well.
    await eventually('it to be done', () => box.evaluate((node) => node.ariaBusy === null));
    await out(mine);
    // By itself it would take longer.
    await eventually(`${way} to close it`, async () => !(await box.isVisible()), 5000);
  };
  const returned = (button: ElementHandle) =>
    eventually('the focus to return', () => button.evaluate((node) => node === document.activeElement));

  const people = await find(mine, 'button', 'People');
  const screenshot = await find(mine, 'button', 'Screenshot');
  for (const way of WAYS_OUT) {
    await people.press('Enter');
    await leave(await find(mine, 'region', 'People'), 'Close', way);
    await returned(people);
    await screenshot.press('Enter');
    await leave(await find(mine, 'group', 'Screenshot: Ben'), 'OK', way);
    await returned(screenshot);
  }
  const record = await find(mine, 'button', 'Record');
  for (const way of WAYS_OUT) {
    await record.press('Enter');
    await waitForText(mine, 'main', undefined, /You are recording/);
    await record.press('Enter');
    await waitForText(mine, 'group', 'Recording', /The recording is saved|Nothing was recorded/);
    await leave(await find(mine, 'group', 'Recording'), 'OK', way);
    await returned(record);
  }
});

/** Phones upright and sideways, with a text twice as large as well, tablets, and where one's own picture once lay over Hang up. */
const PHONES = [
  { width: 360, height: 740, text: '' },
  { width: 360, height: 740, text: '200%' },
  { width: 740, height: 360, text: '' },
  { width: 740, height: 360, text: '200%' },
];
const SIZES = [
  ...PHONES,
  { width: 320, height: 568, text: '' },
  { width: 704, height: 900, text: '' },
  { width: 820, height: 1180, text: '' },
  { width: 835, height: 600, text: '' },
  { width: 1440, height: 900, text: '' },
];

const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'];

/** Every word can be read, and every control be pressed, at every size and whatever corner the small pictures are in. */
const isUsable = async (page: Page, state: string, { sizes = SIZES, within = 'body' } = {}) => {
  // Without a call there is no picture behind it.
  if (await page.$('.stage:not([hidden])')) expect(await faint(page, 'main.call'), state).toEqual([]);
  // Where nothing lies in a corner, all corners are alike.
  const isCornered = await page.$eval('.stage', (stage) =>
    [...stage.querySelectorAll('[data-place="small"]')].some(
      (tile) => tile.getBoundingClientRect().width > 1,
    ),
  );
  for (const { width, height, text } of sizes) {
    await page.setViewport({ width, height });
    for (const corner of isCornered ? CORNERS : CORNERS.slice(0, 1)) {
      await page.$eval(
        '.stage',
        (stage, where, size) => {
          if (stage instanceof HTMLElement) stage.dataset.corner = where;
          document.documentElement.style.fontSize = size;
        },
        corner,
        text,
      );
      expect(await unreachable(page, within), `${state}, ${width} x ${height} ${text} ${corner}`).toEqual([]);
    }
  }
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '';
  });
};

/** No word of a label is broken where phones have their controls, however many there are. */
const labelsAreWhole = async (page: Page) => {
  for (const width of [360, 390])
    for (const isGroup of [false, true]) {
      await page.setViewport({ width, height: 740 });
      const broken = await page.$eval(
        '.toolbar',
        (toolbar, shown) => {
          const layout = toolbar.querySelector<HTMLElement>('[data-do="layout"]');
          const was = layout?.hidden ?? true;
          if (layout) layout.hidden = !shown;
          const words = [...toolbar.querySelectorAll('button > span')].flatMap(({ firstChild: text }) =>
            [...(text?.textContent ?? '').matchAll(/\S+/g)].filter(({ 0: word, index }) => {
              const range = document.createRange();
              if (!text) return false;
              range.setStart(text, index);
              range.setEnd(text, index + word.length);
              return range.getClientRects().length > 1;
            }),
          );
          if (layout) layout.hidden = was;
          return words.map(([word]) => word);
        },
        isGroup,
      );
      expect(broken, `${width} px, ${isGroup ? 'in a group' : 'of two'}`).toEqual([]);
    }
};

/** Hang up is where a thumb looks for it without looking: in the middle of a phone, whether or not the browser records. */
const hangsUpInTheMiddle = async (page: Page, state: string) => {
  for (const width of [320, 360, 390])
    for (const records of [false, true]) {
      await page.setViewport({ width, height: 740 });
      const off = await page.$eval(
        '.toolbar',
        (toolbar, shown) => {
          toolbar.querySelector('.record')?.toggleAttribute('hidden', !shown);
          const box = toolbar.querySelector('[data-do="hang-up"]')?.getBoundingClientRect();
          return box ? box.left + box.width / 2 - innerWidth / 2 : Number.NaN;
        },
        records,
      );
      expect(Math.abs(off), `${state} at ${width} px, ${records ? 'with' : 'without'} Record`).toBeLessThan(
        4,
      );
    }
};

const boxOf = async (page: Page, name: string) => {
  const box = await (await participant(page, name)).boundingBox();
  if (!box) throw new Error(`${name} has no box`);
  return { ...box, x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

/** px between Ben's small picture and the side of the room that it lies at, in a window so wide. */
const gapBeside = async (page: Page, width: number, corner: string) => {
  await page.setViewport({ width, height: 740 });
  return page.$eval(
    '.stage',
    (stage, where) => {
      if (stage instanceof HTMLElement) stage.dataset.corner = where;
      const [tile, room] = ['second', 'large'].map((place) =>
        stage.querySelector(`.tile[data-place="${place}"]`)?.getBoundingClientRect(),
      );
      if (!tile || !room) return Number.NaN;
      return where.endsWith('left') ? tile.left - room.left : room.right - tile.right;
    },
    corner,
  );
};

/** In which corner of the room around the large picture somebody's picture lies. */
const cornerOf = async (page: Page, name: string) => {
  const { x, y } = await boxOf(page, name);
  const room = await (await page.$('.tile[data-place="large"]'))?.boundingBox();
  if (!room) throw new Error('no large picture');
  return `${y < room.y + room.height / 2 ? 'top' : 'bottom'} ${x < room.x + room.width / 2 ? 'left' : 'right'}`;
};

/** The id of the camera that one's own picture comes from. */
const cameraOf = (page: Page) =>
  page.$eval('.tile.self video', (video) => {
    const stream = video instanceof HTMLVideoElement && video.srcObject;
    const track = stream instanceof MediaStream ? stream.getVideoTracks()[0] : undefined;
    return track?.getSettings().deviceId;
  });

const isLarger = async (page: Page, name: string, other: string) =>
  (await boxOf(page, name)).width > (await boxOf(page, other)).width;

const SWAP = 'Swap with the large video';

// Some three hundred layouts, each beside pictures that move.
const LONG = { timeout: 240_000 };
test(
  "every control of a call is free at every size, and one's own picture goes where it is wanted",
  LONG,
  async () => {
    const mine = await open(anna, `${chat}/call?media=voice`);
    await mine.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    const theirs = await open(ben, '/chats');
    await find(mine, 'button', 'Call');
    await isUsable(mine, 'the question', { sizes: PHONES });
    await click(mine, 'button', 'Call');
    await accept(theirs);
    await connected(mine, theirs);
    await isUsable(mine, 'a voice call');
    await hangsUpInTheMiddle(mine, 'a voice call');
    await labelsAreWhole(mine);
    await click(mine, 'button', 'People');
    await find(mine, 'region', 'People');
    await hangsUpInTheMiddle(mine, 'with People');
    await click(mine, 'button', 'Close');
    // Nobody sees themselves where nobody is seen.
    expect((await boxOf(mine, 'You')).width).toBeLessThanOrEqual(1);
    // So nothing keeps a place for them in the corner.
    await click(theirs, 'button', 'Share screen');
    await find(mine, 'group', "Ben's screen");
    for (const width of [360, 1440])
      for (const corner of CORNERS) expect(await gapBeside(mine, width, corner)).toBeLessThan(20);
    await click(theirs, 'button', 'Stop sharing');
    await gone(mine, 'group', "Ben's screen");

    await click(theirs, 'button', 'Camera');
    await click(mine, 'button', 'Camera');
    await picturesChange(mine, 'You', 1);
    await picturesChange(mine, 'Ben', 1);
    const before = await cameraOf(mine);
    await click(mine, 'button', 'Flip camera');
    await eventually('another camera', async () => ![before, undefined].includes(await cameraOf(mine)));
    await isUsable(mine, 'a video call');

    // By keyboard through all corners, and dragged across.
    await mine.setViewport({ width: 360, height: 740 });
    const swap = await find(mine, 'button', SWAP);
    for (const [key, corner] of [
      ['ArrowUp', 'top right'],
      ['ArrowLeft', 'top left'],
      ['ArrowDown', 'bottom left'],
      ['ArrowRight', 'bottom right'],
      ['ArrowUp', 'top right'],
    ] as const) {
      await swap.press(key);
      expect(await cornerOf(mine, 'You')).toBe(corner);
    }
    const { x, y } = await boxOf(mine, 'You');
    await mine.mouse.move(x, y);
    await mine.mouse.down();
    await mine.mouse.move(120, 420, { steps: 5 });
    await mine.mouse.up();
    expect(await cornerOf(mine, 'You')).toBe('bottom left');
    expect(await isLarger(mine, 'Ben', 'You')).toBe(true);

    await swap.press('Enter');
    expect(await isLarger(mine, 'You', 'Ben')).toBe(true);
    expect(await mine.evaluate(() => document.activeElement?.closest('[role=group]')?.ariaLabel)).toBe('Ben');
    await isUsable(mine, 'oneself large');

    await click(theirs, 'button', 'Share screen');
    await picturesChange(mine, "Ben's screen", 1);
    for (const name of ['Ben', 'You']) expect(await isLarger(mine, "Ben's screen", name)).toBe(true);
    await click(mine, 'button', 'Share screen');
    await picturesChange(theirs, "Anna's screen", 1);
    await isUsable(mine, 'two shared screens');
    await click(mine, 'button', 'Share screen');

    // All that can be said and shown at once.
    await click(mine, 'button', 'Record');
    await waitForText(mine, 'main', undefined, /You are recording/);
    await mine.evaluate(() => {
      navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException('', 'NotReadableError'));
    });
    await click(mine, 'button', 'Share screen');
    await waitForText(mine, 'main', undefined, /could not be shared/);
    await click(mine, 'button', 'Screenshot');
    await find(mine, 'group', "Screenshot: Ben's screen");
    await isUsable(mine, 'notices and cards');
    // What is opened may lie over a picture, but not over the controls.
    for (const summary of await shownSummaries(mine)) {
      await summary.click();
      await isUsable(mine, 'something open', { within: 'details[open], .toolbar' });
      await summary.click();
    }
    // A notice that is put away gives the focus back.
    const screenshot = await find(mine, 'button', 'Screenshot');
    await screenshot.focus();
    await (await mine.waitForSelector('.call-notice button[data-close]'))?.press('Enter');
    expect(await screenshot.evaluate((node) => node === document.activeElement)).toBe(true);

    await click(mine, 'button', 'Hang up');
    await says(mine, /Call ended/);
    await isUsable(mine, 'the end', { sizes: PHONES });
    // The corner is remembered, what was large isn't.
    await mine.setViewport({ width: 360, height: 740 });
    await follow(mine, 'link', 'Call again');
    await says(mine, /Ringing…/);
    await click(mine, 'button', 'Camera');
    await picturesChange(mine, 'You', 1);
    expect(await cornerOf(mine, 'You')).toBe('bottom left');
    expect(await isLarger(mine, 'Ben', 'You')).toBe(true);
    await isUsable(mine, 'calling', { sizes: PHONES });
  },
);
