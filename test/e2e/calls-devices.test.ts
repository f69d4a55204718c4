/** Cameras, microphones and speakers: remembered, changed, and taken away by the system. The browsers' fake ones. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../helpers/browsers.ts';
import { accept, connected, dial, says } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { participant, picturesChange, takeSmallPictures } from '../helpers/media.ts';
import { chatOf, createPair, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, follow, gone, textOf, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

// Nothing is heard here: whoever speaks while muted is told so, and this is about other things that are told.
const hears = new Float32Array(48_000);
const browsers = useBrowsers({
  chromium: { cameras: 3, frameRate: 10, hears },
  firefox: { engine: 'firefox' },
});

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

const open = async (client: Client, path: string, engine: Engine = 'chromium'): Promise<Page> => {
  const page = await browsers[engine].newPage({ width: 800, height: 600 });
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
