/** Files in chats, as people send and see them: with and without scripts, in both browsers. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HTTPRequest, Page } from 'puppeteer-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp } from '../helpers/calls.ts';
import { arrive, chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { requireProgram } from '../helpers/programs.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, fill, find, findAll, follow, gone, textOf, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const browsers = useBrowsers({ chromium: { shell: true }, firefox: { engine: 'firefox' } });

let server: Server;
let anna: Person;
let ben: Person;
let folder: string;

/** Puts bytes where a browser can choose them. */
function fileOf(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  folder = mkdtempSync(join(tmpdir(), 'porchlight-files-'));
});
afterEach(async () => {
  await server.start();
});
afterAll(async () => {
  await server.remove();
  rmSync(folder, { recursive: true });
});

async function newPage(engine: Engine, javascript = true): Promise<Page> {
  return browsers[engine].newPage({ javascript });
}

async function chatPage(engine: Engine, person: Person, friend: Person, javascript = true): Promise<Page> {
  const page = await newPage(engine, javascript);
  await arrive(page, server, person);
  await page.goto(`${server.origin}/chats`);
  // Not clicked: the list is shown anew whenever somebody comes or goes.
  const link = await find(page, 'link', friend.displayName);
  await page.goto(await link.evaluate((node) => (node instanceof HTMLAnchorElement ? node.href : '')));
  return page;
}

async function choose(page: Page, ...paths: string[]): Promise<void> {
  const field = await page.waitForSelector('input[type=file][aria-label]');
  if (!field) throw new Error('no file field');
  expect(await field.evaluate((node) => node.ariaLabel)).toBe('Attach');
  await field.uploadFile(...paths);
}

/** Two seconds of a moving picture with a tone: VP8 and Opus, which both browsers play. */
function video(): Buffer {
  const path = join(folder, 'clip.webm');
  const source = [
    '-f',
    'lavfi',
    '-i',
    'testsrc=size=320x180:rate=15',
    '-f',
    'lavfi',
    '-i',
    'sine=frequency=440',
  ];
  const coding = ['-t', '2', '-c:v', 'libvpx', '-c:a', 'libopus', '-y', path];
  execFileSync(requireProgram('ffmpeg'), ['-loglevel', 'error', ...source, ...coding]);
  return readFileSync(path);
}
const photo = () =>
  sharp({ create: { width: 1200, height: 800, channels: 3, background: '#b5652b' } })
    .jpeg()
    .toBuffer();

/** Whether a picture of the chat has come, and has the size that was kept free for it. */
const pictureSize = (page: Page) =>
  page.evaluate(() => {
    const [picture] = document.querySelectorAll<HTMLImageElement>('[role=log] img');
    return picture?.complete && picture.naturalWidth > 0
      ? { natural: picture.naturalWidth, shown: picture.width / picture.height }
      : undefined;
  });

/** Holds back what pictures look like. @returns lets them go */
async function holdPictures(page: Page): Promise<() => void> {
  const held: HTTPRequest[] = [];
  let isOver = false;
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (!isOver && request.url().endsWith('/preview')) held.push(request);
    else void request.continue();
  });
  return () => {
    isOver = true;
    for (const request of held) void request.continue();
  };
}
const newestBubble = (page: Page) =>
  page.$$eval('#messages > .message > .bubble', (bubbles) => {
    const { width = 0, height = 0 } = bubbles[bubbles.length - 1]?.getBoundingClientRect() ?? {};
    // Its attributes are whole numbers, which its shape need not be.
    return [Math.round(width), Math.round(height)];
  });

test('a photo goes from Chromium to Firefox, keeps its place free, and one can write on meanwhile', async () => {
  const annas = await chatPage('chromium', anna, ben);
  const bens = await chatPage('firefox', ben, anna);
  const letGo = [await holdPictures(annas), await holdPictures(bens)];
  await fill(annas, 'Message', 'From the lake');
  await choose(annas, fileOf('See.jpg', await photo()));
  await eventually('the chosen file by name', async () => (await textOf(annas)).includes('See.jpg'));
  await annas.waitForSelector('#chosen .thumbnail canvas');
  await click(annas, 'button', 'Send');
  for (const page of [annas, bens]) await waitForText(page, 'log', 'Messages', /From the lake/);
  const empty = [await newestBubble(annas), await newestBubble(bens)];
  for (const go of letGo) go();
  await eventually('the picture', () => pictureSize(annas));
  const size = await eventually('the picture', () => pictureSize(bens));
  expect([await newestBubble(annas), await newestBubble(bens)]).toEqual(empty);
  expect(size.natural).toBe(640);
  expect(size.shown).toBeCloseTo(1.5, 1);
  await find(bens, 'image', 'Picture: See.jpg');
  await eventually('an empty box', async () => (await textOf(annas)).includes('See.jpg') === false);
  // The next message is words alone.
  await fill(annas, 'Message', 'Nice?');
  await annas.keyboard.press('Enter');
  await waitForText(bens, 'log', 'Messages', /Nice\?/);
  expect(await findAll(bens, 'image')).toHaveLength(1);

  // Opened, it lies over the chat, which stays as it is; Escape puts it away, as Back does.
  await choose(annas, fileOf('Boot.jpg', await photo()));
  await click(annas, 'button', 'Send');
  await find(bens, 'image', 'Picture: Boot.jpg');
  await fill(bens, 'Message', 'half a sentence');
  await (await find(bens, 'log', 'Messages')).hover();
  await bens.waitForSelector('[data-ready]');
  const address = () => bens.evaluate(() => location.pathname);
  const chat = await address();
  await click(bens, 'link', 'Picture: See.jpg');
  const dialog = await find(bens, 'dialog', 'Picture: See.jpg');
  await find(dialog, 'link', 'Download');
  expect(await findAll(dialog, 'link', 'Previous picture')).toEqual([]);
  await find(dialog, 'link', 'Next picture');
  await bens.keyboard.press('ArrowRight');
  const next = await find(bens, 'dialog', 'Picture: Boot.jpg');
  const loaded = () =>
    bens.evaluate(() => [...document.querySelectorAll<HTMLImageElement>('.viewer img')].at(-1)?.naturalWidth);
  await eventually('the whole picture', async () => (await loaded()) === 1200);
  expect(await findAll(next, 'link', 'Next picture')).toEqual([]);
  expect(await address()).toMatch(/\/pictures\//);
  await bens.keyboard.press('Escape');
  await gone(bens, 'dialog');
  expect(await address()).toBe(chat);
  const focused = await bens.evaluate(() => document.activeElement?.closest('a')?.querySelector('img')?.alt);
  expect(focused).toBe('Picture: See.jpg');
  expect(await (await find(bens, 'textbox', 'Message')).evaluate((box) => box.matches('[inert] *'))).toBe(
    false,
  );
  await waitForText(bens, 'log', 'Messages', /Nice\?/);
  expect(await bens.$eval('#body', (box) => box instanceof HTMLTextAreaElement && box.value)).toBe(
    'half a sentence',
  );

  // The same as a page, without any script.
  const plain = await chatPage('chromium', anna, ben, false);
  await follow(plain, 'link', 'Picture: Boot.jpg');
  await follow(plain, 'link', 'Previous picture');
  await find(plain, 'image', 'Picture: See.jpg');
  await find(plain, 'link', 'Download');
  await follow(plain, 'link', 'Close');
  expect(new URL(plain.url()).hash).toMatch(/^#m-\d+$/);
  await find(plain, 'log', 'Messages');
});

/** Anna's chat with Ben, in which these pictures stand. */
async function chatWithPictures(...names: string[]): Promise<Page> {
  const page = await chatPage('chromium', anna, ben);
  for (const name of names) {
    await choose(page, fileOf(name, await photo()));
    await click(page, 'button', 'Send');
    await find(page, 'image', `Picture: ${name}`);
  }
  return page;
}

const pathOf = (page: Page) => page.evaluate(() => location.pathname);

test('on a slow line a picture says that it comes, goes away before, and is the one that was asked for last', async () => {
  const page = await chatWithPictures('Hill.jpg', 'Path.jpg', 'Gate.jpg');
  const held: HTTPRequest[] = [];
  const over = new Set<HTTPRequest>();
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (/\/messages-[\w-]+\.js|\/pictures\//.test(request.url())) held.push(request);
    else void request.continue();
  });
  for (const end of ['requestfinished', 'requestfailed'] as const)
    page.on(end, (request) => over.add(request));
  const asked = () => eventually('it to be asked for', () => held.shift());
  await page.setCacheEnabled(false);
  await page.reload();
  const chat = await pathOf(page);
  const isWaiting = () => page.evaluate(() => document.documentElement.dataset.loading === 'true');

  // First the script is on its way, then what is known of the picture.
  await click(page, 'link', 'Picture: Path.jpg');
  await eventually('the line', isWaiting);
  await (await asked()).continue();
  const first = await find(page, 'dialog', 'Picture: Path.jpg');
  expect(await isWaiting()).toBe(true);
  await asked();
  await click(first, 'link', 'Close');
  await gone(page, 'dialog');
  expect([await pathOf(page), await isWaiting()]).toEqual([chat, false]);

  await click(page, 'link', 'Picture: Path.jpg');
  const dialog = await find(page, 'dialog', 'Picture: Path.jpg');
  await (await asked()).continue();
  await find(dialog, 'link', 'Next picture');
  expect(await isWaiting()).toBe(false);
  await page.keyboard.press('ArrowRight');
  const next = await asked();
  expect(await isWaiting()).toBe(true);
  await page.keyboard.press('ArrowLeft');
  const previous = await asked();
  await previous.continue();
  await find(page, 'dialog', 'Picture: Hill.jpg');
  // Nobody waits for it any more.
  await next.continue().catch(() => undefined);
  await eventually('the other to be over', () => over.has(next));
  await find(page, 'dialog', 'Picture: Hill.jpg');
  expect(previous.url()).toContain(await pathOf(page));

  // Pressed twice before the browser has gone back, it goes back once.
  await page.evaluate(() => {
    for (let presses = 0; presses < 2; presses++)
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  });
  await gone(page, 'dialog');
  await find(page, 'log', 'Messages');
  expect(await pathOf(page)).toBe(chat);
});

test('on a broken line a picture stays as far as it is known, says so, and comes by itself', async () => {
  const page = await chatWithPictures('Barn.jpg');
  let isCut = true;
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (isCut && request.url().includes('/pictures/')) void request.abort('connectionfailed');
    else void request.continue();
  });
  await click(page, 'link', 'Picture: Barn.jpg');
  const dialog = await find(page, 'dialog', 'Picture: Barn.jpg');
  await waitForText(dialog, 'alert', undefined, /^No connection\. Trying again…$/);
  await find(dialog, 'image', 'Picture: Barn.jpg');
  await find(dialog, 'link', 'Close');
  expect(await page.evaluate(() => document.documentElement.dataset.loading)).toBeUndefined();
  isCut = false;
  await find(dialog, 'link', 'Download');
  expect(await findAll(dialog, 'alert')).toEqual([]);
});

test('a sound has a button and a bar that fingers hit', async () => {
  const annas = await chatPage('chromium', anna, ben);
  const path = join(folder, 'hum.ogg');
  const source = ['-f', 'lavfi', '-i', 'sine=frequency=440', '-t', '30', '-c:a', 'libopus', '-y', path];
  execFileSync(requireProgram('ffmpeg'), ['-loglevel', 'error', ...source]);
  await choose(annas, path);
  await click(annas, 'button', 'Send');
  // The row comes twice, with the answer and by the socket; once it plays, its controls stay.
  const { width, height } = await eventually('a place of the button', async () =>
    (await find(annas, 'button', 'Play')).boundingBox(),
  );
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
  await click(annas, 'button', 'Play');
  const sound = await find(annas, 'group', 'hum.ogg');
  await find(sound, 'button', 'Pause');
  const bar = await find(sound, 'slider', 'Position');
  expect((await bar.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await eventually(
    'the bar to move',
    async () => Number(await bar.evaluate((node) => node instanceof HTMLInputElement && node.value)) > 0,
  );
  await bar.focus();
  await annas.keyboard.press('End');
  await find(sound, 'button', 'Play');
  expect(await bar.evaluate((node) => node.getAttribute('aria-valuetext'))).toBe('0:30 / 0:30');
});

test.each([
  'chromium',
  'firefox',
] as const)('in %s a sent video plays under its sandbox, and goes on when words are put to it', async (engine) => {
  const annas = await chatPage(engine, anna, ben);
  const videos = () => annas.$$eval('[role=log] video', ({ length }) => length);
  // The other browser’s clip stands in the chat already.
  const before = await videos();
  await choose(annas, fileOf('clip.webm', video()));
  await find(annas, 'button', 'Remove clip.webm');
  await click(annas, 'button', 'Send');
  await eventually('the video', async () => (await videos()) > before);
  // Its picture changes the row once more, and what begins to play right before that is begun anew.
  await eventually('its picture', () =>
    annas.evaluate(() => [...document.querySelectorAll('video')].at(-1)?.hasAttribute('poster')),
  );
  const frames = () =>
    annas.evaluate(async () => {
      const element = [...document.querySelectorAll('video')].at(-1);
      if (element?.videoWidth !== 320) return 0;
      const { totalVideoFrames, droppedVideoFrames } = element.getVideoPlaybackQuality();
      return totalVideoFrames - droppedVideoFrames;
    });
  await annas.evaluate(async () => {
    const element = [...document.querySelectorAll('video')].at(-1);
    Object.assign(element ?? {}, { muted: true, loop: true });
    await element?.play();
  });
  await eventually('a frame of the video', async () => (await frames()) > 3);

  const client = await signInClient(server, anna);
  const message = await annas.evaluate(
    () => [...document.querySelectorAll('video')].at(-1)?.closest('li')?.id.slice(2) ?? '',
  );
  const path = `${new URL(annas.url()).pathname}/messages/${message}/edit`;
  await client.submit(path, 'Save', { body: `The cat in ${engine}` });
  await waitForText(annas, 'log', 'Messages', new RegExp(`The cat in ${engine}`));
  const shown = await frames();
  expect(shown).toBeGreaterThan(3);
  await eventually('further frames', async () => (await frames()) > shown + 3);
});

/** The picture that stands for the last video of a chat until it is played. */
const posterOf = (page: Page) =>
  page.evaluate(async () => {
    const address = [...document.querySelectorAll<HTMLVideoElement>('[role=log] video')].at(-1)?.poster;
    if (!address) return undefined;
    const picture = Object.assign(new Image(), { src: address });
    await picture.decode();
    const context = document.createElement('canvas').getContext('2d');
    // In the yellow bar of the pattern.
    context?.drawImage(picture, -180, -40);
    const [red = 0, green = 0, blue = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
    const isYellow = red > 200 && green > 200 && blue < 80;
    return { width: picture.naturalWidth, height: picture.naturalHeight, isYellow };
  });

test.each([
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const)('a video sent from %s gets a picture on the page of the other one', async (engine, other) => {
  const annas = await chatPage(engine, anna, ben);
  const bens = await newPage(other);
  await arrive(bens, server, ben, new URL(annas.url()).pathname);
  // All of them: a picture of an earlier one may be on its way still.
  const before = await bens.$$eval('[role=log] video', ({ length }) => length);
  await choose(annas, fileOf(`${engine}.webm`, video()));
  await find(annas, 'button', `Remove ${engine}.webm`);
  await click(annas, 'button', 'Send');
  await eventually('the picture', () =>
    bens.$$eval('[role=log] video[poster]', (videos, before) => videos.length > before, before),
  );
  expect(await posterOf(bens)).toEqual({ width: 320, height: 180, isYellow: true });
});

test('a file that can’t be taken says so where it stands, and can be let go', async () => {
  const annas = await chatPage('chromium', anna, ben);
  await fill(annas, 'Message', 'Here it comes');
  await choose(annas, fileOf('empty.txt', Buffer.alloc(0)));
  await find(annas, 'button', 'Remove empty.txt');
  await click(annas, 'button', 'Send');
  await eventually('the sentence', async () => (await textOf(annas)).includes('This file is empty.'));
  await click(annas, 'button', 'Cancel');
  await gone(annas, 'button', 'Cancel');
  const box = await find(annas, 'textbox', 'Message');
  expect(await box.evaluate((node) => node instanceof HTMLTextAreaElement && node.value)).toBe(
    'Here it comes',
  );
});

test('while the server is away an upload waits, and is sent once when it is back', async () => {
  const annas = await chatPage('chromium', anna, ben);
  await fill(annas, 'Message', 'Patience');
  await choose(annas, fileOf('list.txt', Buffer.from('milk, bread')));
  await find(annas, 'button', 'Remove list.txt');
  await server.kill9();
  await click(annas, 'button', 'Send');
  await eventually('the sentence', async () => (await textOf(annas)).includes('the connection was lost'));
  await server.start();
  // By itself.
  await waitForText(annas, 'log', 'Messages', /Patience/);
  // The row may come before the answer to what sent it.
  await gone(annas, 'form', 'list.txt');
  const texts = (await textOf(annas)).match(/list\.txt/g);
  expect(texts).toHaveLength(1);
});

test('dropped and pasted pictures are taken like chosen ones', async () => {
  const annas = await chatPage('chromium', anna, ben);
  const box = await find(annas, 'textbox', 'Message');
  await box.focus();
  const send = (type: 'paste' | 'drop', name: string) =>
    annas.evaluate(
      ({ type, name }) => {
        const data = new DataTransfer();
        for (const file of [name, `more-${name}`]) data.items.add(new File([`${file} text`], file));
        const init = { bubbles: true, cancelable: true };
        const event =
          type === 'paste'
            ? new ClipboardEvent('paste', { ...init, clipboardData: data })
            : new DragEvent('drop', { ...init, dataTransfer: data });
        document.querySelector('textarea')?.dispatchEvent(event);
      },
      { type, name },
    );
  for (const type of ['paste', 'drop'] as const) {
    await eventually(`the ${type}ped file`, async () => {
      await send(type, `${type}.txt`);
      return (await textOf(annas)).includes(`more-${type}.txt`);
    });
    await click(annas, 'button', 'Send');
    await waitForText(annas, 'log', 'Messages', new RegExp(`more-${type}\\.txt`));
  }
});

test.each([
  'chromium',
  'firefox',
] as const)('in %s an upload goes on after a call was accepted, without a question', async (engine) => {
  const annas = await chatPage(engine, anna, ben);
  const questions: string[] = [];
  annas.on('dialog', (dialog) => {
    questions.push(dialog.message());
    void dialog.accept();
  });
  const bens = await newPage('chromium');
  await arrive(bens, server, ben, new URL(annas.url()).pathname);
  const [sent, chosen] = [`${engine}-sent.txt`, `${engine}-chosen.txt`];
  await fill(annas, 'Message', `Goes with ${sent}`);
  await choose(annas, ...filesOf(sent));
  await find(annas, 'button', `Remove ${sent}`);
  const holding = await hold(annas);
  await click(annas, 'button', 'Send');
  await holding.wait('files');
  await choose(annas, ...filesOf(chosen));
  await find(annas, 'button', `Remove ${chosen}`);
  await annas.waitForSelector('.sending[data-kept]');

  await dial(bens, 'voice');
  holding.end();
  await accept(annas);
  await connected(annas, bens);
  await hangUp(bens, annas);
  await follow(bens, 'link', 'Back to chat');
  const names = new RegExp(`${engine}-\\w+\\.txt`, 'g');
  await waitForText(bens, 'log', 'Messages', new RegExp(`Goes with ${sent}`));
  // What was only chosen still waits in the composer.
  await follow(annas, 'link', 'Back to chat');
  await find(annas, 'button', `Remove ${chosen}`);
  await click(annas, 'button', 'Send');
  await waitForText(bens, 'log', 'Messages', new RegExp(chosen));
  expect(await shown(bens, names)).toEqual([sent, sent, chosen]);
  expect(questions).toEqual([]);
  await eventually('nothing to be kept', async () => {
    await annas.reload();
    return annas.evaluate(() => localStorage.getItem('porchlight.files') === null);
  });
});

test('an upload that was left can be cancelled on any page, and is gone when its person signs out', async () => {
  const annas = await chatPage('chromium', anna, ben);
  await fill(annas, 'Message', 'Not today');
  await choose(annas, ...filesOf('left.txt'));
  await find(annas, 'button', 'Remove left.txt');
  await server.kill9();
  await click(annas, 'button', 'Send');
  await annas.waitForSelector('.sending[data-kept]:not([aria-busy])');
  // Left there, the chat would send it as soon as the server is back.
  await annas.goto('about:blank');
  await server.start();
  const holding = await hold(annas);
  await annas.goto(`${server.origin}/settings`, { waitUntil: 'domcontentloaded' });
  await holding.wait('files');
  const row = await find(annas, 'form', 'left.txt');
  await find(row, 'progressbar', 'Sending the file');
  holding.end();
  await click(row, 'button', 'Cancel');
  await gone(annas, 'form', 'left.txt');
  await annas.goto(`${server.origin}/chats`);
  await follow(annas, 'link', ben.displayName);
  const box = await find(annas, 'textbox', 'Message');
  expect(await box.evaluate((node) => node instanceof HTMLTextAreaElement && node.value)).toBe('Not today');
  expect(await shown(annas, /left\.txt/g)).toEqual([]);

  await choose(annas, ...filesOf('secret.txt'));
  await find(annas, 'button', 'Remove secret.txt');
  const kept = () => annas.evaluate(async () => (await indexedDB.databases()).length);
  await eventually('it to be kept', async () => (await kept()) === 1);
  await follow(annas, 'button', 'Sign out');
  await eventually('nothing to be kept', async () => (await kept()) === 0);
});

test('of what is dropped the files are taken, and a folder is refused with a sentence', async () => {
  const annas = await chatPage('chromium', anna, ben);
  const inside = join(folder, 'Holiday');
  mkdirSync(inside);
  const files = [fileOf('beside.txt', Buffer.from('beside it')), inside];
  const session = await annas.createCDPSession();
  const data = { items: [], files, dragOperationsMask: 1 };
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x: 200, y: 300, data });
  await drag('dragEnter');
  // The script that takes the drop comes while it is dragged.
  await annas.waitForSelector('#chosen');
  await drag('dragOver');
  await drag('drop');
  await waitForText(annas, 'alert', undefined, /A folder can't be sent/);
  await click(annas, 'button', 'Send');
  await waitForText(annas, 'log', 'Messages', /beside\.txt/);
  expect(await textOf(annas)).not.toMatch(/Holiday|A folder can't be sent/);
});

const filesOf = (...names: string[]) => names.map((name) => fileOf(name, Buffer.from(`${name} text`)));
/** The names of the files that stand in the chat, among these. */
const shown = async (page: Page, wanted: RegExp) =>
  (await (await find(page, 'log', 'Messages')).evaluate((node) => node.textContent)).match(wanted) ?? [];
/** Holds back the files that a page sends, and their script, before a byte has left it. */
async function hold(page: Page) {
  const held = new Map<'script' | 'files', HTTPRequest>();
  let isOver = false;
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const isForm = request.method() === 'POST' && /\/chats\/\d+$/.test(request.url());
    const what = isForm ? 'files' : request.url().includes('/attach-') ? 'script' : undefined;
    if (what && !isOver && !held.has(what)) held.set(what, request);
    else void request.continue();
  });
  return {
    wait: (what: 'script' | 'files') => eventually(`the ${what} on their way`, () => held.has(what)),
    letGo: (what: 'script' | 'files') => held.get(what)?.continue(),
    /** Whatever comes from now on passes; what is held is held for good. */
    end: () => {
      isOver = true;
    },
  };
}

test.each(['chromium', 'firefox'] as const)('several files in %s go in their order', async (engine) => {
  const annas = await chatPage(engine, anna, ben);
  const large = fileOf(`${engine}-1.bin`, Buffer.alloc(3_000_000, 1));
  await choose(annas, large, ...filesOf(`${engine}-2.txt`, `${engine}-3.txt`));
  // Chosen once more, they are added to those, as soon as the script is there: without it a browser replaces them.
  await find(annas, 'button', `Remove ${engine}-3.txt`);
  await choose(annas, ...filesOf(`${engine}-4.txt`));
  for (const place of ['1.bin', '2.txt', '3.txt', '4.txt'])
    await find(annas, 'button', `Remove ${engine}-${place}`);
  await click(annas, 'button', `Remove ${engine}-3.txt`);
  await gone(annas, 'button', `Remove ${engine}-3.txt`);
  await fill(annas, 'Message', `Three by ${engine}`);
  await annas.keyboard.press('Enter');
  const names = new RegExp(`${engine}-\\d\\.\\w{3}|Three by ${engine}`, 'g');
  await eventually('all in the chat', async () => (await shown(annas, names)).length >= 4);
  expect(await shown(annas, names)).toEqual([
    `${engine}-1.bin`,
    `Three by ${engine}`,
    `${engine}-2.txt`,
    `${engine}-4.txt`,
  ]);
  await gone(annas, 'button', 'Cancel');
});

test('of several on their way one is cancelled, and the others arrive', async () => {
  const annas = await chatPage('chromium', anna, ben);
  await fill(annas, 'Message', 'For the first');
  await choose(annas, ...filesOf('x1.bin', 'x2.txt', 'x3.txt', 'x4.txt'));
  await find(annas, 'button', 'Remove x4.txt');
  const holding = await hold(annas);
  await click(annas, 'button', 'Send');
  await holding.wait('files');
  const rows = await eventually('four rows', async () => {
    const found = await findAll(annas, 'form');
    const names = await Promise.all(found.map((row) => row.evaluate((node) => node.ariaLabel)));
    const named = found.filter((_, place) => names[place]);
    return names.filter(Boolean).join() === 'x1.bin,x2.txt,x3.txt,x4.txt' && named;
  });
  for (const row of rows) await find(row, 'progressbar', 'Sending the file');
  // Of one that waits it is empty, and looks so.
  const bar = await rows[3]?.$('progress');
  const look = async () =>
    (
      await sharp(await bar?.screenshot())
        .greyscale()
        .stats()
    ).channels[0]?.mean ?? 0;
  const emptyBar = await look();
  await bar?.evaluate((node) => {
    node.value = node.max;
  });
  expect(emptyBar - (await look())).toBeGreaterThan(80);
  // One that waits, and the one under way, whose text comes back.
  holding.end();
  for (const place of [2, 0]) {
    const row = rows[place];
    if (row) await click(row, 'button', 'Cancel');
  }
  const names = /x\d\.\w{3}|For the first/g;
  await eventually(
    'the others in the chat',
    async () => (await shown(annas, names)).join() === 'x2.txt,x4.txt',
  );
  await gone(annas, 'button', 'Cancel');
  const box = await find(annas, 'textbox', 'Message');
  expect(await box.evaluate((node) => node instanceof HTMLTextAreaElement && node.value)).toBe(
    'For the first',
  );
});

test('one that is refused stops none, and while the server is away all wait', async () => {
  const annas = await chatPage('chromium', anna, ben);
  await choose(annas, ...filesOf('y1.txt'), fileOf('y2.txt', Buffer.alloc(0)), ...filesOf('y3.txt'));
  await find(annas, 'button', 'Remove y3.txt');
  await click(annas, 'button', 'Send');
  const names = /y\d\.txt/g;
  await eventually('two in the chat', async () => (await shown(annas, names)).join() === 'y1.txt,y3.txt');
  const row = await find(annas, 'form', 'y2.txt');
  expect(await row.evaluate((node) => node.textContent)).toContain('This file is empty.');
  await click(row, 'button', 'Cancel');
  await server.kill9();
  await choose(annas, ...filesOf('y4.txt', 'y5.txt'));
  await click(annas, 'button', 'Send');
  await eventually('the sentence', async () => (await textOf(annas)).includes('the connection was lost'));
  expect(await findAll(annas, 'button', 'Send again')).toHaveLength(1);
  await server.start();
  await eventually(
    'all in the chat',
    async () => (await shown(annas, names)).join() === 'y1.txt,y3.txt,y4.txt,y5.txt',
  );
});

test('whoever is quicker than the script sends once', async () => {
  const annas = await chatPage('chromium', anna, ben);
  const holding = await hold(annas);
  await choose(annas, ...filesOf('q1.txt', 'q2.txt'));
  await holding.wait('script');
  await click(annas, 'button', 'Send');
  await holding.wait('files');
  await holding.letGo('script');
  // As text: vitest would put an import of its own here.
  await annas.evaluate(`import(document.querySelector('#composer').dataset.attach).then(() => undefined)`);
  // What is chosen from now on, even before there is an answer, goes by the script, and alone.
  await choose(annas, ...filesOf('q3.txt'));
  await holding.letGo('files');
  const names = /q\d\.txt/g;
  await eventually('both in the chat', async () => (await shown(annas, names)).join() === 'q1.txt,q2.txt');
  holding.end();
  for (const [name, all] of [
    ['q3.txt', 'q1.txt,q2.txt,q3.txt'],
    ['q4.txt', 'q1.txt,q2.txt,q3.txt,q4.txt'],
  ] as const) {
    if (name !== 'q3.txt') await choose(annas, ...filesOf(name));
    await find(annas, 'button', `Remove ${name}`);
    expect(await findAll(annas, 'button', 'Remove q1.txt')).toEqual([]);
    await click(annas, 'button', 'Send');
    await eventually(`${name} in the chat`, async () => (await shown(annas, names)).join() === all);
  }
});

test('what is chosen before the page has any script is shown as soon as it has', async () => {
  const annas = await newPage('chromium');
  await arrive(annas, server, anna);
  let script: HTTPRequest | undefined;
  await annas.setRequestInterception(true);
  annas.on('request', (request) => {
    if (/\/page-[\w-]+\.js$/.test(request.url())) script = request;
    else void request.continue();
  });
  const chat = await chatOf(await signInClient(server, anna), ben);
  await annas.setCacheEnabled(false);
  const isOpen = annas.goto(`${server.origin}${chat}`);
  await choose(annas, ...filesOf('early.txt'));
  await (await eventually('the script to be asked for', () => script)).continue();
  await isOpen;
  // No key and no tap since.
  await find(annas, 'button', 'Remove early.txt');
});

test('without scripts several files go up in one form, and a bad one says so', async () => {
  const annas = await chatPage('chromium', anna, ben, false);
  await fill(annas, 'Message', 'Plain three');
  await choose(annas, ...filesOf('z1.txt'), fileOf('z2.txt', Buffer.alloc(0)), ...filesOf('z3.txt'));
  await follow(annas, 'button', 'Send');
  await find(annas, 'alert');
  expect(await textOf(annas)).toContain('z2.txt: This file is empty. Choose another one.');
  expect(await shown(annas, /z\d\.txt|Plain three/g)).toEqual(['z1.txt', 'Plain three', 'z3.txt']);
});

test('without scripts a file goes up, is shown and comes down', async () => {
  const annas = await chatPage('chromium', anna, ben, false);
  await choose(annas, fileOf('Plain.jpg', await photo()));
  await fill(annas, 'Message', 'No scripts here');
  await follow(annas, 'button', 'Send');
  await waitForText(annas, 'log', 'Messages', /No scripts here/);
  await find(annas, 'image', 'Picture: Plain.jpg');
  await choose(annas, fileOf('Notes.zip', Buffer.from('PK\x03\x04')));
  await follow(annas, 'button', 'Send');
  const links = await findAll(annas, 'link', 'Download');
  expect(await links.at(-1)?.evaluate((node) => node.getAttribute('href'))).toMatch(
    /^\/files\/.*\/download$/,
  );
});
