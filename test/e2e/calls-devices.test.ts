/** Cameras, microphones and speakers: remembered, changed, and taken away by the system. The browsers' fake ones. */
import type { ElementHandle, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Engine, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, connected, dial, says } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { closeEach, WAYS_OUT } from '../helpers/closing.ts';
import { faint, unreachable } from '../helpers/hit.ts';
import { participant, picturesChange, takeSmallPictures } from '../helpers/media.ts';
import { chatOf, createPair, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, follow, gone, textOf, waitForText } from '../helpers/ui.ts';

let server: Server;
const browsers = new Map<Engine, OpenBrowser>();
let anna: Client;
let ben: Client;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  // Nothing is heard here: whoever speaks while muted is told so, and this is about other things that are told.
  const hears = new Float32Array(48_000);
  browsers.set('chromium', await openBrowser({ cameras: 3, frameRate: 10, hears }));
  browsers.set('firefox', await openBrowser({ engine: 'firefox' }));
  const pair = await createPair(server);
  anna = await signInClient(server, pair[0]);
  ben = await signInClient(server, pair[1]);
  chat = await chatOf(anna, pair[1]);
});

afterEach(async () => {
  for (const browser of browsers.values()) await browser.closePages();
});

afterAll(async () => {
  for (const browser of browsers.values()) await browser.close();
  await server.remove();
  expect([...browsers.values()].flatMap(({ problems }) => problems)).toEqual([]);
});

const open = async (client: Client, path: string, engine: Engine = 'chromium'): Promise<Page> => {
  const browser = browsers.get(engine);
  if (!browser) throw new Error(`no ${engine}`);
  const page = await browser.newPage({ width: 800, height: 600 });
  await takeSmallPictures(page);
  await visit(page, client, path);
  return page;
};

const KINDS = { Camera: 'videoinput', Microphone: 'audioinput', Speaker: 'audiooutput' } as const;
type Device = keyof typeof KINDS;

/** The ids a select box offers, once there are `most` or more. */
const offered = (page: Page, device: Device, most: number) =>
  eventually(`${most} of ${device}`, async () => {
    const ids = await page.$$eval(`[data-device="${KINDS[device]}"] option`, (options) =>
      options.map((option) => (option instanceof HTMLOptionElement ? option.value : '')),
    );
    return ids.length >= most && ids;
  });

const choose = async (page: Page, device: Device, id: string) => {
  await page.select(`[data-device="${KINDS[device]}"]`, id);
};

/** What the page uses now: of one's own picture, of the sent sound, of the other side's sound. */
const used = async (page: Page) =>
  page.evaluate(() => {
    const video = document.querySelector('.tile.self video');
    const output = document.querySelector('.tile:not(.self) audio');
    const own =
      video instanceof HTMLVideoElement && video.srcObject instanceof MediaStream && video.srcObject;
    const idOf = (track: MediaStreamTrack | undefined) => track?.getSettings().deviceId;
    return {
      Camera: own ? idOf(own.getVideoTracks()[0]) : undefined,
      Microphone: own ? idOf(own.getAudioTracks()[0]) : undefined,
      Speaker: output instanceof HTMLAudioElement ? output.sinkId : undefined,
    };
  });

const uses = (page: Page, wanted: Partial<Record<Device, string | undefined>>) =>
  eventually(
    `the page to use ${JSON.stringify(wanted)}`,
    async () => {
      const now = await used(page);
      return Object.entries(wanted).every(([device, id]) =>
        Object.entries(now).some(([d, i]) => d === device && i === id),
      );
    },
    15_000,
    async () => JSON.stringify(await used(page)),
  );

test('what was chosen in one call is used in the next, known by its label if need be, and missed by nobody', async () => {
  const page = await open(anna, chat);
  // Whoever remembers devices has told the browser to remember the permission as well.
  await page.browserContext().overridePermissions(server.origin, ['camera', 'microphone']);
  await dial(page, 'video');
  const last = async (device: Device, most: number) => (await offered(page, device, most)).at(-1) ?? '';
  const wanted = {
    Camera: await last('Camera', 3),
    Microphone: await last('Microphone', 2),
    Speaker: await last('Speaker', 2),
  };
  const first = await used(page);
  expect(wanted.Camera).not.toBe(first.Camera);
  for (const device of ['Camera', 'Microphone', 'Speaker'] as const)
    await choose(page, device, wanted[device]);
  await uses(page, wanted);
  const again = async () => {
    await click(page, 'button', 'Hang up');
    await says(page, /Call ended/);
    await follow(page, 'link', 'Call again');
    await says(page, /Ringing…/);
  };

  await again();
  await uses(page, wanted);

  const change = (change: { id?: string; label?: string }) =>
    page.evaluate((changed) => {
      const known = JSON.parse(localStorage.getItem('porchlight.devices') ?? '{}');
      for (const kind of Object.keys(known)) known[kind] = { ...known[kind], ...changed };
      localStorage.setItem('porchlight.devices', JSON.stringify(known));
    }, change);
  await change({ id: 'of-yesterday' });
  await again();
  await uses(page, wanted);

  await change({ id: 'of-yesterday', label: 'Sold' });
  await again();
  await uses(page, { Camera: first.Camera, Microphone: first.Microphone, Speaker: '' });
  expect(await page.$eval('.call-notice', (box) => box.textContent)).toBe('');
});

/** As many telephones do: one camera at a time, and `broken` never. */
const oneCameraAtATime = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const cameras: MediaStreamTrack[] = [];
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const isTaken = cameras.some(({ readyState }) => readyState === 'live');
      const broken: unknown = Reflect.get(window, 'brokenCamera');
      const isBroken = broken !== undefined && JSON.stringify(constraints).includes(String(broken));
      if (constraints?.video && (isTaken || isBroken))
        throw new DOMException('Could not start video source', 'NotReadableError');
      const stream = await real(constraints);
      cameras.push(...stream.getVideoTracks());
      for (const track of stream.getAudioTracks()) Reflect.set(window, 'microphone', track);
      return stream;
    };
  });

test('changes cameras where one may be open at a time, goes back where that fails, and what the system takes comes back', async () => {
  const mine = await open(anna, chat);
  await oneCameraAtATime(mine);
  const theirs = await open(ben, '/chats');
  await dial(mine, 'video');
  await accept(theirs);
  await connected(mine, theirs);
  const cameras = await offered(mine, 'Camera', 3);
  const before = (await used(mine)).Camera;
  // Chromium's second fake camera sees depth, which isn't shown.
  const other = cameras[2] ?? '';
  expect(other).not.toBe(before);
  await click(mine, 'button', 'Microphone');
  await waitForText(theirs, 'group', 'Anna', /muted/);

  await choose(mine, 'Camera', other);
  await uses(mine, { Camera: other });
  await picturesChange(theirs, 'Anna');
  expect(await mine.$eval('.call-notice', (box) => box.textContent)).toBe('');

  await mine.evaluate((id) => Reflect.set(window, 'brokenCamera', id), before);
  await choose(mine, 'Camera', before ?? '');
  await eventually('a sentence', async () =>
    (await textOf(mine)).includes("That camera couldn't be opened. The previous one is still in use."),
  );
  await uses(mine, { Camera: other });
  await picturesChange(theirs, 'Anna');

  // A shared screen is no camera: it stays while one is changed.
  await mine.evaluate(() => Reflect.deleteProperty(window, 'brokenCamera'));
  await click(mine, 'button', 'Share screen');
  await picturesChange(theirs, "Anna's screen", 1);
  await choose(mine, 'Camera', before ?? '');
  await uses(mine, { Camera: before });
  await picturesChange(theirs, 'Anna');
  await participant(theirs, "Anna's screen");
  await click(mine, 'button', 'Share screen');
  await gone(theirs, 'group', "Anna's screen");

  // Another microphone is as silent as the one before.
  const microphones = await offered(mine, 'Microphone', 2);
  await choose(mine, 'Microphone', microphones.at(-1) ?? '');
  await uses(mine, { Microphone: microphones.at(-1) });
  const isSilent = () => mine.evaluate(() => Reflect.get(window, 'microphone').enabled === false);
  expect(await isSilent()).toBe(true);

  // A telephone call takes the microphone while it is muted: there is nothing to tell.
  const system = (muted: boolean) =>
    mine.evaluate((isMuted) => {
      const track = Reflect.get(window, 'microphone');
      Object.defineProperty(track, 'muted', { value: isMuted, configurable: true });
      track.dispatchEvent(new Event(isMuted ? 'mute' : 'unmute'));
    }, muted);
  const saysHeld = async () =>
    (await textOf(mine)).includes("so you can't be heard. It will come back by itself.");
  await system(true);
  expect(await saysHeld()).toBe(false);
  await system(false);
  expect(await isSilent()).toBe(true);
  await waitForText(theirs, 'group', 'Anna', /muted/);

  await click(mine, 'button', 'Microphone');
  await waitForText(theirs, 'group', 'Anna', /^(?!.*muted)/s);
  await system(true);
  await waitForText(theirs, 'group', 'Anna', /interrupted for a moment/);
  await eventually('a sentence', saysHeld);
  const button = await find(mine, 'button', 'Microphone');
  expect(await button.evaluate((node) => node.getAttribute('aria-pressed'))).toBe('true');
  await system(false);
  await waitForText(theirs, 'group', 'Anna', /^(?!.*interrupted)/s);
  await eventually('no sentence', async () => !(await saysHeld()));
  expect(await isSilent()).toBe(false);
  await participant(theirs, 'Anna');
});

/** A question that stands there until the test answers it; headless browsers answer at once. */
const unanswered = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let questions = 0;
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      questions += 1;
      Reflect.set(window, 'questions', questions);
      if (sessionStorage.getItem('allowed') === null)
        await new Promise((resolve) => Reflect.set(window, 'allow', resolve));
      sessionStorage.setItem('allowed', 'yes');
      return real(constraints);
    };
  });

const isPressed = async (page: Page, name: string) =>
  (await find(page, 'button', name)).evaluate((node) => node.ariaPressed === 'true');

test.each<Engine>([
  'chromium',
  'firefox',
])('a question that nobody answers in %s is told, and who switched off stays so over the answer and a reload', async (engine) => {
  const mine = await open(anna, chat, engine);
  await unanswered(mine);
  const theirs = await open(ben, '/chats');
  await dial(mine, 'video');
  await accept(theirs);
  await connected(mine, theirs);
  await waitForText(theirs, 'group', 'Anna', /microphone not on yet/);
  await waitForText(mine, 'main', undefined, /hasn't handed over the microphone and camera yet/);
  expect([await isPressed(mine, 'Microphone'), await isPressed(mine, 'Camera')]).toEqual([false, false]);
  expect(await mine.evaluate(() => Reflect.get(window, 'questions'))).toBe(1);
  await click(mine, 'button', 'OK');
  await click(mine, 'button', 'Camera');
  await waitForText(mine, 'main', undefined, /hasn't handed over/);
  expect(await mine.evaluate(() => Reflect.get(window, 'questions'))).toBe(1);

  await mine.evaluate(() => Reflect.get(window, 'allow')());
  await picturesChange(theirs, 'Anna');
  await waitForText(theirs, 'group', 'Anna', /^(?!.*(microphone|muted))/s);
  await eventually('no sentence', async () => !(await textOf(mine)).includes('handed over'));
  expect([await isPressed(mine, 'Microphone'), await isPressed(mine, 'Camera')]).toEqual([true, true]);

  await mine.keyboard.press('m');
  await waitForText(theirs, 'group', 'Anna', /muted/);
  await mine.reload();
  await connected(mine, theirs);
  await picturesChange(theirs, 'Anna');
  await waitForText(theirs, 'group', 'Anna', /muted/);
  expect([await isPressed(mine, 'Microphone'), await isPressed(mine, 'Camera')]).toEqual([false, true]);

  // The keys can be switched off, for this page and the next.
  await mine.click('.devices > summary');
  await click(mine, 'checkbox', 'Keyboard shortcuts: M for the microphone, V for the camera');
  await mine.reload();
  await connected(mine, theirs);
  await mine.keyboard.press('m');
  await mine.keyboard.press('v');
  expect([await isPressed(mine, 'Microphone'), await isPressed(mine, 'Camera')]).toEqual([false, true]);
});

test.each<Engine>([
  'chromium',
  'firefox',
])('what the system pauses in %s plays again, by itself or at a tap', async (engine) => {
  const mine = await open(anna, chat);
  const theirs = await open(ben, '/chats', engine);
  await dial(mine, 'video');
  await accept(theirs);
  await connected(mine, theirs);
  await picturesChange(theirs, 'Anna');
  const pause = (refused: boolean) =>
    theirs.evaluate((isRefused) => {
      const play = Reflect.get(window, 'play') ?? HTMLMediaElement.prototype.play;
      Reflect.set(window, 'play', play);
      const refuse = () => Promise.reject(new DOMException('', 'NotAllowedError'));
      HTMLMediaElement.prototype.play = isRefused ? refuse : play;
      for (const element of document.querySelectorAll('video, audio'))
        if (element instanceof HTMLMediaElement && element.srcObject) element.pause();
    }, refused);
  const standing = () =>
    theirs.$$eval(
      '.stage :is(video, audio)',
      (elements) =>
        elements.filter((one) => one instanceof HTMLMediaElement && one.srcObject && one.paused).length,
    );
  await pause(false);
  await eventually('all to play', async () => (await standing()) === 0);
  await picturesChange(theirs, 'Anna');

  await pause(true);
  await waitForText(theirs, 'main', undefined, /is blocking sound/);
  expect(await standing()).toBe(3);
  await theirs.evaluate(() => {
    HTMLMediaElement.prototype.play = Reflect.get(window, 'play');
  });
  await click(theirs, 'button', 'Tap to hear');
  await eventually('all to play', async () => (await standing()) === 0);
  await picturesChange(theirs, 'Anna');
  expect(await theirs.$eval('.call-notice', (box) => box.textContent)).toBe('');
});

/** Devices that can be pulled out and put back: `plug(kind, isIn)`; and while `failing` is set, cameras that end as they open. */
const pluggable = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    const devices = navigator.mediaDevices;
    const [ask, list] = [devices.getUserMedia.bind(devices), devices.enumerateDevices.bind(devices)];
    const away = new Set<string>();
    // Firefox tells nobody of an event that a page made up.
    const told = new Map<MediaStreamTrack, (() => void)[]>();
    const end = (track: MediaStreamTrack) => {
      if (track.readyState === 'ended') return;
      track.stop();
      for (const tell of told.get(track) ?? []) tell();
    };
    const watch = (track: MediaStreamTrack) => {
      const listeners: (() => void)[] = [];
      told.set(track, listeners);
      const listen = track.addEventListener.bind(track);
      Reflect.set(track, 'addEventListener', (type: string, listener: () => void) =>
        type === 'ended' ? listeners.push(listener) : listen(type, listener),
      );
    };
    devices.enumerateDevices = async () =>
      (await list()).filter(({ kind }) => !away.has(kind.replace('input', '')));
    devices.getUserMedia = async (wanted) => {
      if ([...away].some((kind) => wanted?.[kind === 'audio' ? 'audio' : 'video']))
        throw new DOMException('', 'NotFoundError');
      const stream = await ask(wanted);
      for (const track of stream.getTracks()) watch(track);
      if (wanted?.video) {
        Reflect.set(window, 'opened', Number(Reflect.get(window, 'opened') ?? 0) + 1);
        if (Reflect.get(window, 'failing')) setTimeout(() => stream.getVideoTracks().forEach(end));
      }
      return stream;
    };
    Reflect.set(window, 'plug', (kind: string, isIn: boolean) => {
      if (isIn) away.delete(kind);
      else away.add(kind);
      if (!isIn) for (const track of told.keys()) if (track.kind === kind) end(track);
      devices.dispatchEvent(new Event('devicechange'));
    });
  });

test.each<Engine>([
  'chromium',
  'firefox',
])('in %s who is muted stays so when the microphone is pulled out and put back, and a camera that keeps ending is given up', async (engine) => {
  const mine = await open(anna, chat, engine);
  await pluggable(mine);
  const theirs = await open(ben, '/chats');
  await dial(mine, 'video');
  await accept(theirs);
  await connected(mine, theirs);
  const plug = (kind: 'audio' | 'video', isIn: boolean) =>
    mine.evaluate((which, into) => Reflect.get(window, 'plug')(which, into), kind, isIn);
  const microphone = () =>
    mine.$eval('.tile.self video', (video) => {
      const stream = video instanceof HTMLVideoElement && video.srcObject;
      const track = stream instanceof MediaStream ? stream.getAudioTracks()[0] : undefined;
      return track && { isLive: track.readyState === 'live', isHeard: track.enabled };
    });

  await click(mine, 'button', 'Microphone');
  await waitForText(theirs, 'group', 'Anna', /muted/);
  await plug('audio', false);
  await eventually('no microphone', async () => !(await microphone())?.isLive);
  await plug('audio', true);
  await eventually('the microphone', async () => (await microphone())?.isLive);
  expect([await isPressed(mine, 'Microphone'), await microphone()]).toEqual([
    false,
    { isLive: true, isHeard: false },
  ]);
  await waitForText(theirs, 'group', 'Anna', /muted/);
  await click(mine, 'button', 'Microphone');
  await waitForText(theirs, 'group', 'Anna', /^(?!.*muted)/s);
  expect(await microphone()).toEqual({ isLive: true, isHeard: true });

  await picturesChange(theirs, 'Anna');
  await mine.evaluate(() => {
    Reflect.set(window, 'failing', true);
    Reflect.set(window, 'opened', 0);
  });
  await plug('video', false);
  await plug('video', true);
  await waitForText(mine, 'main', undefined, /camera keeps stopping/, 20_000);
  expect(await mine.evaluate(() => Number(Reflect.get(window, 'opened')))).toBeLessThanOrEqual(5);
  await mine.evaluate(() => Reflect.set(window, 'failing', false));
  await click(mine, 'button', 'Camera');
  await picturesChange(theirs, 'Anna');
});

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
    const before = (await used(mine)).Camera;
    await click(mine, 'button', 'Flip camera');
    await eventually('another camera', async () => ![before, undefined].includes((await used(mine)).Camera));
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
