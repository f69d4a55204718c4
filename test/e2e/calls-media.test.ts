/** Calls between stock browsers: what is seen and heard at the other end, measured on pictures and sound. */
import type { HTTPRequest, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type BrowserOptions, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp, newestEntry, ringOn, says, secondsIn } from '../helpers/calls.ts';
import { leaveCall } from '../helpers/leave-call.ts';
import { fallsSilent, isSeen, pictureColour, picturesChange, pitchHeard } from '../helpers/media.ts';
import { arrive, befriend, chatOf, createPerson, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, follow, waitForText } from '../helpers/ui.ts';

/** Somebody at a browser of their own, whose microphone hears a tone that nobody else's does. */
interface Home extends Person {
  browser: OpenBrowser;
  page: Page;
  pitch: number;
}

let server: Server;
const browsers: OpenBrowser[] = [];

const moveIn = async (username: string, displayName: string, pitch: number, options: BrowserOptions) => {
  const person = await createPerson(server, username, displayName);
  const browser = await openBrowser({ ...options, pitch });
  browsers.push(browser);
  const page = await browser.newPage({ width: 800, height: 600 });
  await arrive(page, server, person);
  return { ...person, browser, page, pitch };
};

let anna: Home;
let ben: Home;
let zoe: Home;

beforeAll(async () => {
  server = await startServer();
  anna = await moveIn('anna', 'Anna', 440, { shell: true, camera: 'red' });
  ben = await moveIn('ben', 'Ben', 660, { shell: true, camera: 'blue' });
  zoe = await moveIn('zoe', 'Grandma Zoë', 1000, { engine: 'firefox' });
  await befriend(server, anna, ben);
  await befriend(server, anna, zoe);
});

// The pages stay open from test to test; a call that a failed one left behind must not.
afterEach(async () => {
  for (const { page } of [anna, ben, zoe]) await leaveCall(page);
});

afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await server.remove();
  expect(browsers.flatMap(({ problems }) => problems)).toEqual([]);
});

/** The caller goes to the chat and calls; the callee, on another page, accepts. */
const call = async (caller: Home, callee: Home, media: 'voice' | 'video') => {
  await callee.page.goto(`${server.origin}/friends`);
  await caller.page.goto(`${server.origin}${await chatOf(await signInClient(server, caller), callee)}`);
  await dial(caller.page, media);
  const accepted = performance.now();
  await accept(callee.page);
  await connected(caller.page, callee.page);
  return { accepted, connected: performance.now() };
};

/** Follows a link to a page whose load event may never come. */
const go = async (page: Page, name: string) => {
  const link = await find(page, 'link', name);
  await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), link.click()]);
};

const holdIcons = (request: HTTPRequest) => {
  if (!request.url().includes('/call-icons.svg')) void request.continue();
};

const heardBothWays = (one: Home, other: Home) =>
  Promise.all([
    pitchHeard(one.page, other.displayName, other.pitch),
    pitchHeard(other.page, one.displayName, one.pitch),
  ]);

const seenBothWays = (one: Home, other: Home) =>
  Promise.all([picturesChange(one.page, other.displayName), picturesChange(other.page, one.displayName)]);

/** The call page counts the seconds, and one of them must be over before the chat can show it. */
const aSecondHasPassed = (page: Page) => waitForText(page, 'timer', undefined, /[1-9]/);

/** Both go back to the chat, where the call must stand with the time it has lasted. */
const standsInChat = async (one: Home, other: Home, words: string, atLeast: number, atMost: number) => {
  for (const { page } of [one, other]) {
    await follow(page, 'link', 'Back to chat');
    const seconds = secondsIn(await newestEntry(page, new RegExp(`^${words} · \\d+ (min|sec)`)));
    expect(seconds).toBeGreaterThanOrEqual(Math.floor(atLeast / 1000));
    expect(seconds).toBeLessThanOrEqual(Math.ceil(atMost / 1000));
  }
};

const WAYS: [string, () => Home, () => Home][] = [
  ['Chromium calls Chromium', () => anna, () => ben],
  ['Chromium calls Firefox', () => anna, () => zoe],
  ['Firefox calls Chromium', () => zoe, () => anna],
];

test.each(WAYS)('%s by video: both see and hear each other', async (_, callerOf, calleeOf) => {
  const [caller, callee] = [callerOf(), calleeOf()];
  const from = await call(caller, callee, 'video');
  await Promise.all([heardBothWays(caller, callee), seenBothWays(caller, callee)]);
  await picturesChange(caller.page, 'You');

  await aSecondHasPassed(callee.page);
  const talked = performance.now() - from.connected;
  await hangUp(caller.page, callee.page);
  await standsInChat(caller, callee, 'Video call', talked, performance.now() - from.accepted);
});

test.each(WAYS)('%s by voice: both hear each other, and nobody is seen', async (_, callerOf, calleeOf) => {
  const [caller, callee] = [callerOf(), calleeOf()];
  const from = await call(caller, callee, 'voice');
  await heardBothWays(caller, callee);
  for (const { page } of [caller, callee])
    for (const name of ['You', page === caller.page ? callee.displayName : caller.displayName])
      expect(await isSeen(page, name)).toBe(false);

  await aSecondHasPassed(callee.page);
  const talked = performance.now() - from.connected;
  await hangUp(callee.page, caller.page);
  await standsInChat(caller, callee, 'Voice call', talked, performance.now() - from.accepted);
});

/** What a page says of itself to the other side, as SDP, from its next call on. */
const noteDescriptions = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    const { setLocalDescription: set } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setLocalDescription = async function describe(
      description?: RTCLocalSessionDescriptionInit,
    ) {
      await Reflect.apply(set, this, [description]);
      document.documentElement.dataset.sdp = this.localDescription?.sdp ?? '';
    };
  });

/** The codecs of sound that a page has named last, its favourite first, and what it says of Opus. */
const soundOf = async ({ page }: Home) => {
  const sdp = (await page.evaluate(() => document.documentElement.dataset.sdp)) ?? '';
  const [, types = ''] = /^m=audio \d+ \S+ (.*)\r$/m.exec(sdp) ?? [];
  const codecs = types.split(' ').map((type) => new RegExp(`^a=rtpmap:${type} (\\w+)`, 'm').exec(sdp)?.[1]);
  const opus = types.split(' ')[codecs.indexOf('opus')];
  return { codecs, opus: new RegExp(`^a=fmtp:${opus} (.*)\r$`, 'm').exec(sdp)?.[1] };
};

/** The table of numbers about another person, in the panel of people. */
const numbersAbout = ({ page }: Home, { displayName }: Home, wanted: RegExp) =>
  waitForText(page, 'table', displayName, wanted, 20_000);

test.each(WAYS)(
  '%s: sound is sent twice where both can, and what is measured is shown',
  async (way, callerOf, calleeOf) => {
    const [caller, callee] = [callerOf(), calleeOf()];
    const isRedundant = way === 'Chromium calls Chromium';
    for (const { page } of [caller, callee]) await noteDescriptions(page);
    await call(caller, callee, 'video');
    await seenBothWays(caller, callee);
    for (const [one, other] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      const { codecs, opus } = await soundOf(one);
      if (isRedundant) expect(codecs.slice(0, 2)).toEqual(['red', 'opus']);
      // Opus repairs some losses by itself (RFC 7587 §6.1), which each browser says of its own accord.
      expect(opus).toContain('useinbandfec=1');

      await click(one.page, 'button', 'People');
      await (await one.page.waitForSelector('.connections:not([hidden]) > summary'))?.click();
      const sound = isRedundant ? 'Opus \\(RED\\)' : 'Opus';
      const first = await numbersAbout(one, other, new RegExp(`^Audio codec\t${sound}\t${sound}$`, 'm'));
      for (const row of [
        /^Path\tdirect$/m,
        /^Round trip\t\d+ ms$/m,
        /^Bitrate\t[1-9][\d,]* kb\/s\t[1-9][\d,]* kb\/s$/m,
        /^Packet loss\t[\d.]+%\t[\d.]+%$/m,
        /^Resolution\t\d+ × \d+\t\d+ × \d+$/m,
        /^Frames per second\t[1-9]\d*\t[1-9]\d*$/m,
        /^Video codec\tVP8\tVP8$/m,
      ])
        await numbersAbout(one, other, row);
      const bitrates = (text: string) => /^Bitrate.*/m.exec(text)?.[0];
      await eventually(
        'the numbers to move',
        async () => bitrates(await numbersAbout(one, other, /Bitrate/)) !== bitrates(first),
      );
      await click(one.page, 'button', 'Close');
    }
    await hangUp(caller.page, callee.page);
  },
  180_000,
);

/** Somebody on a new device, which has no icon of a call in its cache and gets none. */
const onNewDevice = async (home: Home): Promise<Home> => {
  const page = await home.browser.newPage({ width: 800, height: 600 });
  await arrive(page, server, home);
  await page.setRequestInterception(true);
  page.on('request', holdIcons);
  return { ...home, page };
};

test('pictures are shown while a file of the page hangs', async () => {
  const [caller, callee] = [await onNewDevice(ben), await onNewDevice(anna)];
  try {
    await caller.page.goto(`${server.origin}${await chatOf(await signInClient(server, ben), anna)}`);
    await go(caller.page, 'Video call');
    await says(caller.page, /Ringing…/);
    await picturesChange(caller.page, 'You');
    await ringOn(callee.page);
    await go(callee.page, 'Accept');
    await connected(caller.page, callee.page);
    await seenBothWays(caller, callee);
    for (const { page } of [caller, callee]) {
      await picturesChange(page, 'You');
      expect(await page.evaluate(() => document.readyState)).toBe('interactive');
    }
    await hangUp(caller.page, callee.page);
  } finally {
    for (const { page } of [caller, callee]) await page.browserContext().close();
  }
});

test('each sees the camera of the other, and oneself in the own picture', async () => {
  await call(ben, anna, 'video');
  await seenBothWays(ben, anna);
  const isRed = ([red, , blue]: [number, number, number]) => red > blue + 40;
  const isBlue = ([red, , blue]: [number, number, number]) => blue > red + 40;
  expect(await pictureColour(ben.page, 'Anna')).toSatisfy(isRed);
  expect(await pictureColour(anna.page, 'Ben')).toSatisfy(isBlue);
  expect(await pictureColour(anna.page, 'You')).toSatisfy(isRed);
  await hangUp(ben.page, anna.page);
});

test('Microphone silences and Camera hides at the other end, and both come back', async () => {
  await call(anna, zoe, 'video');
  await seenBothWays(anna, zoe);
  for (const [one, other] of [
    [anna, zoe],
    [zoe, anna],
  ] as const) {
    const controls = await find(one.page, 'toolbar', 'Call controls');
    const avatar = await find(other.page, 'group', one.displayName).then((tile) => tile.$('.avatar'));
    const isAvatarSeen = () => avatar?.evaluate((node) => node.checkVisibility({ visibilityProperty: true }));
    const pressed = async (name: string) =>
      (await find(controls, 'button', name)).evaluate((node) => node.ariaPressed);

    await click(controls, 'button', 'Microphone');
    await click(controls, 'button', 'Camera');
    expect([await pressed('Microphone'), await pressed('Camera')]).toEqual(['false', 'false']);
    await eventually('the picture to go', async () => !(await isSeen(other.page, one.displayName)));
    await waitForText(other.page, 'group', one.displayName, /muted/);
    await fallsSilent(other.page, one.displayName);
    expect(await isAvatarSeen()).toBe(true);

    await click(controls, 'button', 'Microphone');
    await click(controls, 'button', 'Camera');
    expect([await pressed('Microphone'), await pressed('Camera')]).toEqual(['true', 'true']);
    await eventually('the picture to be back', () => isSeen(other.page, one.displayName));
    expect(await isAvatarSeen()).toBe(false);
    await Promise.all([
      pitchHeard(other.page, one.displayName, one.pitch),
      picturesChange(other.page, one.displayName),
    ]);
  }
  await hangUp(anna.page, zoe.page);
});

test('a voice call gets a picture when somebody presses Camera', async () => {
  await call(ben, anna, 'voice');
  await click(anna.page, 'button', 'Camera');
  await picturesChange(ben.page, 'Anna');
  expect(await isSeen(anna.page, 'Ben')).toBe(false);
  await hangUp(ben.page, anna.page);
});
