/** A call of a group between stock browsers: everybody sees and hears everybody, whoever comes and goes. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from '../helpers/axe.ts';
import { type BrowserOptions, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, newestEntry, ringOn, says } from '../helpers/calls.ts';
import { unreachable } from '../helpers/hit.ts';
import { leaveCall } from '../helpers/leave-call.ts';
import { picturesChange, pitchHeard, takeSmallPictures, takeSoundAsItIs } from '../helpers/media.ts';
import { arrive, befriend, createPerson, type Person, signInClient } from '../helpers/people.ts';
import { recordedFor, recordingOf, saveRecording, startRecording } from '../helpers/recording.ts';
import { longestSilenceMs } from '../helpers/recording-measures.ts';
import { probeRecording } from '../helpers/recording-probe.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, fill, find, findAll, follow, gone, waitForText } from '../helpers/ui.ts';

interface Home extends Person {
  page: Page;
  pitch: number;
}

/** Of windows in which a call of several is seen. */
const SIZES = [
  [320, 568],
  [360, 740],
  [740, 360],
  [704, 900],
  [1280, 800],
] as const;

let server: Server;
const browsers: OpenBrowser[] = [];
const homes: Home[] = [];
let chat: string;

async function moveIn(username: string, displayName: string, pitch: number, options: BrowserOptions) {
  const person = await createPerson(server, username, displayName);
  const browser = await openBrowser({ frameRate: 8, ...options, pitch });
  browsers.push(browser);
  const page = await browser.newPage({ width: 800, height: 600 });
  await takeSoundAsItIs(page);
  await takeSmallPictures(page);
  await arrive(page, server, person);
  const home = { ...person, page, pitch };
  homes.push(home);
  return home;
}

let anna: Home;
let ben: Home;
let cleo: Home;
let zoe: Home;

beforeAll(async () => {
  server = await startServer();
  anna = await moveIn('anna', 'Anna', 440, { shell: true, camera: 'red' });
  ben = await moveIn('ben', 'Ben', 660, { shell: true, camera: 'blue' });
  cleo = await moveIn('cleo', 'Cleo', 880, { shell: true, camera: 'red' });
  zoe = await moveIn('zoe', 'Grandma Zoë', 1150, { engine: 'firefox' });
  for (const other of [ben, cleo, zoe]) await befriend(server, anna, other);
  await anna.page.goto(`${server.origin}/chats/new`);
  await fill(anna.page, 'Group name', 'Family');
  for (const { displayName } of [ben, cleo, zoe]) await click(anna.page, 'checkbox', displayName);
  await follow(anna.page, 'button', 'Create group');
  chat = new URL(anna.page.url()).pathname;
});

afterEach(async () => {
  for (const { page } of homes) await leaveCall(page);
});

afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await server.remove();
  expect(browsers.flatMap(({ problems }) => problems)).toEqual([]);
});

const goTo = ({ page }: Home, path = chat) => page.goto(`${server.origin}${path}`);

/** Each of these sees each other of them, and nobody else. */
async function see(...present: Home[]): Promise<void> {
  await Promise.all(
    present.map(async (one) => {
      for (const other of homes) {
        if (one === other) continue;
        if (!present.includes(other)) await gone(one.page, 'group', other.displayName);
        else await picturesChange(one.page, other.displayName, 3);
      }
    }),
  );
}

/** And hears them. */
async function meet(...present: Home[]): Promise<void> {
  await see(...present);
  await Promise.all(
    present.map(async (one) => {
      for (const other of present)
        if (one !== other) await pitchHeard(one.page, other.displayName, other.pitch);
    }),
  );
}

test('a group is rung, joins, goes and comes again, and each reads their own of it afterwards', async () => {
  for (const home of [ben, cleo, zoe]) await goTo(home, '/friends');
  await goTo(anna);
  await follow(anna.page, 'link', 'Video call');
  await says(anna.page, /Ringing…/);
  for (const { page } of [ben, cleo, zoe]) {
    const ring = await ringOn(page);
    expect(await ring.evaluate((node) => node.textContent)).toMatch(/Anna · Video call\s*in Family/);
  }
  await accept(ben.page);
  await accept(zoe.page);
  await click(cleo.page, 'button', 'Decline');
  await see(anna, ben, zoe);

  // Whoever has declined may still walk in, from the chat.
  await goTo(cleo);
  await waitForText(cleo.page, 'main', undefined, /Call in progress · Anna, Ben, and Grandma Zoë/);
  await follow(cleo.page, 'link', 'Join');
  await see(anna, ben, cleo, zoe);

  await click(ben.page, 'button', 'Hang up');
  await says(ben.page, /Call ended/);
  await see(anna, cleo, zoe);
  await goTo(ben, '/chats');
  await follow(ben.page, 'link', 'Join');
  await cleo.page.reload();
  await meet(anna, ben, cleo, zoe);

  for (const { page } of [anna, ben, zoe]) {
    await click(page, 'button', 'Hang up');
    await says(page, /Call ended/);
  }
  await says(cleo.page, /Waiting for others…/);
  await click(cleo.page, 'button', 'Hang up');
  await goTo(ben);
  expect(await newestEntry(ben.page, /Video call · (\d+ min|(\d+ min )?\d+ sec)/)).not.toMatch(/Join/);
  expect(await findAll(ben.page, 'link', 'Join')).toEqual([]);
  // Four browsers share two cores with all that is played and listened to.
}, 240_000);

test('a call that somebody starts quietly rings nowhere, and shows live on the chat and in the list', async () => {
  await goTo(ben);
  await goTo(cleo, '/chats');
  await goTo(anna, `${chat}/people`);
  const [quiet] = await findAll(anna.page, 'link', 'Voice call');
  if (!quiet) throw new Error('there is no way to call quietly');
  await Promise.all([anna.page.waitForNavigation(), quiet.click()]);
  await says(anna.page, /Waiting for others…/);
  for (const { page } of [ben, cleo]) {
    await find(page, 'link', 'Join');
    await waitForText(page, 'main', undefined, /Call in progress · Anna/);
    expect(await findAll(page, 'alertdialog', 'Incoming call')).toEqual([]);
  }
  await follow(ben.page, 'link', 'Join');
  await pitchHeard(anna.page, 'Ben', ben.pitch);
  await waitForText(cleo.page, 'main', undefined, /Call in progress · Anna and Ben/);
  // Whoever leaves the page is held for a while, and that is said.
  await goTo(ben);
  // Back into it leads one way, for who is in it here.
  await find(ben.page, 'link', 'Return to call');
  expect(await findAll(ben.page, 'link', 'Join')).toEqual([]);
  await waitForText(anna.page, 'main', undefined, /Ben has left the page and can come back/);
  await waitForText(anna.page, 'group', 'Ben', /left the page/);
  await follow(ben.page, 'link', 'Return to call');
  await waitForText(anna.page, 'group', 'Ben', /^(?![\s\S]*left the page)/);
  await click(anna.page, 'button', 'Hang up');
  await click(ben.page, 'button', 'Hang up');
  await gone(cleo.page, 'link', 'Join');
});

/** Has the browser report half a second there and back, whatever it measures: the connections are fair at best then. */
const reportSlowly = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    const measure = RTCPeerConnection.prototype.getStats;
    RTCPeerConnection.prototype.getStats = async function report() {
      const stats = await measure.call(this);
      return new Map(
        [...stats].map(([id, stat]) => [
          id,
          stat.type === 'candidate-pair' ? { ...stat, currentRoundTripTime: 0.5 } : stat,
        ]),
      );
    };
  });

/** One records another alone; what is heard in the recording is that one. */
async function recordOnly({ page, ...recorder }: Home, wanted: Home): Promise<void> {
  await page.click('.record summary');
  await click(page, 'radio', `Only ${wanted.displayName}`);
  const began = await startRecording(page);
  await recordedFor(3, began);
  await saveRecording(page);
  const client = await signInClient(server, recorder);
  const path = `${new URL(page.url()).pathname}/recordings`;
  const probe = probeRecording(await recordingOf(server, client, path));
  try {
    const sound = await probe.sound();
    // Its tones are half a second apart.
    const heard = homes.filter(({ pitch }) => longestSilenceMs(sound, pitch, [0.5, 2.5]) < 1000);
    expect(heard.map(({ displayName }) => displayName)).toEqual([wanted.displayName]);
  } finally {
    probe.close();
  }
}

/**
 * Shows a copy of the stage with as many people as there may be in a call, which stays as it is whoever speaks.
 * @returns shows the real one again
 */
async function showCrowd(page: Page): Promise<() => Promise<void>> {
  const crowd = await page.evaluateHandle((people) => {
    const stage = document.querySelector<HTMLElement>('.stage');
    const copy = stage?.cloneNode(true);
    if (!stage || !(copy instanceof HTMLElement)) throw new Error('there is no stage');
    const alike = [...copy.querySelectorAll('.tile:not(.self, .screen, [data-place="large"])')].at(-1);
    while (alike && copy.querySelectorAll('.tile:not(.screen)').length < people)
      alike.after(alike.cloneNode(true));
    copy.dataset.count = String(people);
    stage.before(copy);
    stage.hidden = true;
    return { stage, copy };
  }, 8);
  return () =>
    crowd.evaluate(({ stage, copy }) => {
      copy.remove();
      stage.hidden = false;
    });
}

test('somebody is added to a call of two, which goes on with all three', async () => {
  await reportSlowly(cleo.page);
  for (const home of [ben, cleo]) await goTo(home, '/friends');
  await goTo(anna, '/chats');
  await follow(anna.page, 'link', 'Ben');
  await follow(anna.page, 'link', 'Video call');
  await accept(ben.page);
  await see(anna, ben);
  await click(anna.page, 'button', 'People');
  await click(anna.page, 'button', 'Add people');
  await click(anna.page, 'checkbox', 'Cleo');
  await click(anna.page, 'button', 'Call them');
  await accept(cleo.page);
  await meet(anna, ben, cleo);
  await recordOnly(anna, cleo);
  await click(cleo.page, 'button', 'People');
  await waitForText(cleo.page, 'region', 'People', /Anna[\s\S]*In the call[\s\S]*Ben[\s\S]*In the call/);
  await goTo(zoe, '/chats');
  expect(await findAll(zoe.page, 'link', 'Join')).toEqual([]);

  // The panel lies over the pictures, and hides no control; without it all are free.
  const { page } = cleo;
  await (await page.waitForSelector('.connections:not([hidden]) > summary'))?.click();
  for (const name of ['Anna', 'Ben']) {
    await waitForText(page, 'table', name, /^Round trip\t500 ms$/m);
    await waitForText(page, 'group', name, /(Fair|Poor) connection/);
    await waitForText(
      page,
      'region',
      'People',
      new RegExp(`${name}\\s+In the call\\s+(Fair|Poor) connection`),
    );
  }
  const isFree = async (state: string, within: string) => {
    for (const [width, height] of SIZES) {
      await page.setViewport({ width, height });
      expect(await unreachable(page, within), `${state}, ${width} x ${height}`).toEqual([]);
    }
    expect(await violations(page), state).toEqual([]);
  };
  for (const layout of ['Grid', 'Speaker']) {
    await isFree(`${layout} with the panel`, '.toolbar, .call-people');
    await click(page, 'button', 'Close');
    await isFree(layout, 'main');
    const showReal = await showCrowd(page);
    for (const [width, height] of SIZES) {
      await page.setViewport({ width, height });
      expect(await findAll(page, 'button', 'Show large')).toHaveLength(layout === 'Grid' ? 8 : 7);
      expect(await unreachable(page, 'main'), `${layout} of eight, ${width} x ${height}`).toEqual([]);
    }
    await showReal();
    await click(page, 'button', 'Layout');
    await click(page, 'button', 'People');
    await find(page, 'region', 'People');
  }
}, 240_000);
