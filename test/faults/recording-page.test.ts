/** Recording in a browser when things go wrong: a killed browser, a killed server, no network, a full disk. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, arriveCalling, connected, newestEntry, says } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { limitPerson } from '../helpers/limits.ts';
import { arrive, chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import {
  type Between,
  lengthOf,
  receivedBy,
  recordedFor,
  recordingOf,
  recordingSign,
  saveRecording,
  startRecording,
} from '../helpers/recording.ts';
import { longestGapMs } from '../helpers/recording-measures.ts';
import { probeRecording, type RecordingProbe } from '../helpers/recording-probe.ts';
import { openRelay, type Relay } from '../helpers/relay.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, follow } from '../helpers/ui.ts';

/** Of the cameras: what is recorded has its own, and two pages on two cores have other things to do. */
const FRAME_RATE = 10;

let server: Server;
let relay: Relay;
let anna: Person;
let ben: Person;
let client: Client;
let chat: string;
let theirs: OpenBrowser;
let mine: OpenBrowser;
const probes: RecordingProbe[] = [];

async function open(environment: Record<string, string> = {}): Promise<void> {
  server = await startServer(environment);
  relay = await openRelay(server.port);
  [anna, ben] = await createPair(server);
  client = await signInClient(server, anna);
  chat = await chatOf(client, ben);
}

beforeAll(async () => {
  theirs = await openBrowser({ shell: true, pitch: 880, frameRate: FRAME_RATE });
});
afterAll(() => theirs.close());

afterEach(async () => {
  for (const probe of probes.splice(0)) probe.close();
  await mine.close();
  await theirs.closePages();
  await relay.close();
  await server.remove();
});

const probe = (bytes: Buffer): RecordingProbe => {
  const opened = probeRecording(bytes);
  probes.push(opened);
  return opened;
};

/** Anna's page goes over the network that can be cut, Ben's doesn't. */
async function connect(media: 'voice' | 'video'): Promise<{ page: Page; other: Page; call: string }> {
  const small = { width: 640, height: 480 };
  const [page, other] = [await mine.newPage(small), await theirs.newPage(small)];
  await arrive(other, server, ben);
  await arriveCalling(page, relay, anna, chat, media);
  await accept(other);
  await connected(page, other);
  return { page, other, call: new URL(page.url()).pathname };
}

const noticed = (page: Page, words: RegExp, timeout?: number) =>
  eventually(
    `a notice that says ${words}`,
    async () => words.test(await page.$eval('.call-notice', (box) => box.textContent)),
    timeout,
  );
const noNotice = (page: Page) =>
  eventually(
    'no notice',
    async () => (await page.$eval('.call-notice', (box) => box.textContent)) === '',
    20_000,
  );

const secondsIn = async (bytes: Buffer): Promise<number> => {
  const { video, audio } = await probe(bytes).lengths();
  return video ?? audio ?? 0;
};

async function expectWhole(bytes: Buffer, began: Between, stopped: Between): Promise<void> {
  const { container = 0 } = await probe(bytes).lengths();
  const { least, most } = lengthOf(began, stopped);
  expect(container).toBeGreaterThan(least);
  expect(container).toBeLessThan(most);
}

describe('a browser that is killed', () => {
  let profile: string;
  beforeEach(async () => {
    await open();
    profile = mkdtempSync(join(tmpdir(), 'porchlight-profile-'));
    mine = await openBrowser({ profile, frameRate: FRAME_RATE });
  });
  afterEach(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));

  test.each([
    ['with everything sent', false],
    ['while the network was away', true],
  ])('%s costs two seconds at most; the next page that is opened brings the rest', async (_when, away) => {
    const { page, other, call } = await connect('video');
    const began = await startRecording(page);
    await recordedFor(4, began);
    if (away) {
      relay.cut();
      await noticed(page, /kept on this device/);
    }
    await recordedFor(9, began);
    const least = performance.now() / 1000 - began[1] - 2;
    await mine.kill9();
    // It may have begun right after the press, and gone on until the browser was gone.
    const most = performance.now() / 1000 - began[0] + 0.5;
    relay.mend();
    if (!away) {
      const [received] = receivedBy(server);
      if (!received) throw new Error('nothing was received');
      expect(await secondsIn(received)).toBeGreaterThan(least);
    }
    await click(other, 'button', 'Hang up');
    mine = await openBrowser({ profile, frameRate: FRAME_RATE });
    if (away) limitPerson(server.dataDir, 1);
    const next = await mine.newPage();
    await arrive(next, relay, anna);
    if (away) {
      // What can't be sent stays on the device, and is said on whichever page it is.
      await eventually('the refusal', async () =>
        /Your storage for recordings is used up/.test(await next.$eval('.notices', (box) => box.textContent)),
      );
      limitPerson(server.dataDir);
      // The sentence sends people to their settings, and must not lie over the way there.
      await follow(next, 'link', 'Settings');
    }
    const whole = await recordingOf(server, client, call);
    expect(await secondsIn(whole)).toBeGreaterThan(least);
    expect(await secondsIn(whole)).toBeLessThan(most);
    expect(receivedBy(server)).toEqual([]);
  });
});

describe('the page', () => {
  beforeEach(async () => {
    await open();
    mine = await openBrowser({ shell: true, frameRate: FRAME_RATE });
  });

  test('goes on while the server is killed and started again', async () => {
    const { page, other, call } = await connect('video');
    const began = await startRecording(page);
    await recordedFor(3, began);
    await server.kill9();
    await noticed(page, /kept on this device/);
    await recordedFor(6, began);
    await server.start();
    await noNotice(page);
    const stopped = await saveRecording(page);
    await click(other, 'button', 'Hang up');
    client = await signInClient(server, anna);
    const whole = await recordingOf(server, client, call);
    await expectWhole(whole, began, stopped);
    expect(longestGapMs(await probe(whole).pictures())).toBeLessThan(1000);
  });

  test('begins while the server is away, and ends aloud when a private window has no room left', async () => {
    const { page, other, call } = await connect('video');
    const room = { origin: relay.origin, quotaSize: 600_000 };
    await (await page.createCDPSession()).send('Storage.overrideQuotaForOrigin', room);
    await eventually('what it takes to record', () =>
      page.evaluate(() =>
        ['keep-worker', 'ticker-worker'].every((script) =>
          performance.getEntriesByType('resource').some(({ name }) => name.includes(script)),
        ),
      ),
    );
    relay.cut();
    await startRecording(page);
    await noticed(page, /kept on this device/);
    // On a busy machine there are fewer pictures to fill it with.
    await noticed(page, /out of space/, 60_000);
    expect(await recordingSign(page)).toBe('');
    relay.mend();
    const card = await find(page, 'group', 'Recording');
    await eventually(
      'what there is to be saved',
      () => card.evaluate((node) => node.textContent.includes('The recording is saved.')),
      20_000,
    );
    await click(other, 'button', 'Hang up');
    expect(await secondsIn(await recordingOf(server, client, call))).toBeGreaterThan(1);
  });

  test('goes on for 30 s without a network; when its call ends, it saves everything by itself', async () => {
    const { page, other, call } = await connect('voice');
    const began = await startRecording(page);
    await recordedFor(2, began);
    relay.cut(true);
    await recordedFor(32, began);
    expect(await recordingSign(other)).toBe('Anna is recording');
    relay.mend();
    const ending = performance.now() / 1000;
    await click(other, 'button', 'Hang up');
    await says(page, /Call ended/);
    const ended = performance.now() / 1000;
    const whole = await recordingOf(server, client, call);
    await expectWhole(whole, began, [ending, ended]);
    await page.goto(`${relay.origin}${chat}`);
    await newestEntry(page, /webm/);
  });
});

/** Mounting takes root; whoever runs the tests otherwise has this one left out, and is told so. */
describe.skipIf(process.getuid?.() !== 0)('a server whose disk is full', () => {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'porchlight-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]);
    const place = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    await open();
    if (place === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = place;
    mine = await openBrowser({ shell: true, frameRate: FRAME_RATE });
  });
  afterEach(() => {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });

  test('is said before and while recording, and costs nothing', async () => {
    const { page, other, call } = await connect('video');
    const ballast = join(folder, 'ballast');
    const fill = () => execFileSync('sh', ['-c', `dd if=/dev/zero of=${ballast} bs=64k 2>/dev/null || true`]);
    fill();
    await click(page, 'button', 'Record');
    await noticed(page, /The server's disk is full/);
    expect(await recordingSign(page)).toBe('');

    writeFileSync(ballast, '');
    const began = await startRecording(page);
    await recordedFor(2, began);
    fill();
    await noticed(page, /The server's disk is full/);
    expect(await recordingSign(page)).toBe('You are recording');
    await recordedFor(5, began);
    writeFileSync(ballast, '');
    const stopped = await saveRecording(page);
    await click(other, 'button', 'Hang up');
    await expectWhole(await recordingOf(server, client, call), began, stopped);
  });
});
