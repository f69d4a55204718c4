/** Recordings of calls whose pictures and voices are known: what is in the file, and that it plays and seeks. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../helpers/browsers.ts';
import { accept, arriveCalling, connected } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { picturesChange, pitchHeard } from '../helpers/media.ts';
import { clocksOf, flashesInTime, type Pattern, usePattern } from '../helpers/pattern.ts';
import { arrive, chatOf, createPair, type Person, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import {
  type Between,
  LARGE,
  lengthOf,
  recordedFor,
  recordingOf,
  recordingSign,
  recordingsOf,
  SMALL,
  saveRecording,
  startRecording,
} from '../helpers/recording.ts';
import {
  beepTimes,
  colourIn,
  flashTimes,
  type Interval,
  isHeard,
  longestGapMs,
  longestSilenceMs,
  pictureRate,
  stepOf,
} from '../helpers/recording-measures.ts';
import { probeRecording, type RecordingProbe } from '../helpers/recording-probe.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const MINE: Pattern = { colour: '#900000', pitch: 440 };
const THEIRS: Pattern = { colour: '#000090', pitch: 880 };

const browsers = useBrowsers({
  chromium: { slowsHidden: true, frameRate: 10 },
  firefox: { engine: 'firefox' },
});

let server: Server;
let anna: Person;
let ben: Person;
let client: Client;
let chat: string;
const probes: RecordingProbe[] = [];

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  client = await signInClient(server, anna);
  chat = await chatOf(client, ben);
});
afterEach(async () => {
  for (const probe of probes.splice(0)) probe.close();
});
afterAll(async () => {
  await server.remove();
});

async function pageOf(engine: Engine, javascript = true): Promise<Page> {
  return browsers[engine].newPage({ width: 640, height: 480, javascript });
}

/** Anna, who will record, calls Ben. */
async function connect(engine: Engine, other: Engine, media: 'voice' | 'video' = 'video') {
  const [mine, theirs] = [await pageOf(engine), await pageOf(other)];
  await usePattern(mine, MINE);
  await usePattern(theirs, THEIRS);
  await arrive(theirs, server, ben);
  await arriveCalling(mine, server, anna, chat, media);
  await accept(theirs);
  await connected(mine, theirs);
  if (media === 'video') await picturesChange(mine, 'Ben', 2);
  return { mine, theirs, call: new URL(mine.url()).pathname };
}

function probe(bytes: Buffer): RecordingProbe {
  const opened = probeRecording(bytes);
  probes.push(opened);
  return opened;
}

async function seconds(bytes: Buffer): Promise<number> {
  return (await probe(bytes).lengths()).container ?? 0;
}

/** Puts another tab before the page for as long as something takes. */
async function whileHidden(page: Page, work: () => Promise<unknown>): Promise<void> {
  const tab = await page.browserContext().newPage();
  await tab.bringToFront();
  await eventually('the page to be hidden', () => page.evaluate(() => document.hidden));
  await work();
  await page.bringToFront();
  await tab.close();
}

/** Whose camera a colour is of, however the encoders have changed it. */
function whose([red, green, blue]: [number, number, number]): string {
  if (red > 90 && red > green + 60 && red > blue + 60) return 'mine';
  if (blue > 90 && blue > green + 60 && blue > red + 60) return 'theirs';
  return `${red} ${green} ${blue}`;
}

/** Enough to judge by whether picture and sound are in step: what a camera shows late is late in the recording as well. */
const FLASHES = 5;

/** Waits until the cameras of these pages have each shown that many flashes in time from now on. */
async function flashed(...pages: Page[]): Promise<void> {
  const before = await Promise.all(pages.map(flashesInTime));
  let now: number[] = [];
  await eventually(
    `${FLASHES} flashes in time`,
    async () => {
      now = await Promise.all(pages.map(flashesInTime));
      return now.every((count, at) => count - (before[at] ?? 0) >= FLASHES);
    },
    45_000,
    () => JSON.stringify({ before, now }),
  );
}

type Clocks = Awaited<ReturnType<typeof clocksOf>>;

/** Seconds that a page's sound has lost: in Firefox it stands still while a busy machine leaves it no time. */
const lostBetween = (first: Clocks, last: Clocks): number =>
  Math.max(0, last.ours - first.ours - (last.sound - first.sound));

const moment = (began: Between) => performance.now() / 1000 - began[1];

describe.each<[Engine, Engine]>([
  ['chromium', 'chromium'],
  ['firefox', 'chromium'],
])('recorded in %s with the other in %s', (engine, other) => {
  test('a call has both pictures and both voices from beginning to end', async () => {
    const { mine, theirs, call } = await connect(engine, other);
    const began = await startRecording(mine);
    const atFirst = await clocksOf(mine);
    await eventually('it to be said', async () => (await recordingSign(theirs)) === 'Anna is recording');
    await recordedFor(6, began);
    await flashed(mine, theirs);
    const steady: Interval = [1, moment(began)];
    await whileHidden(mine, () => recordedFor(steady[1] + 4, began));
    const hidden: Interval = [steady[1] + 1, moment(began) - 0.5];
    // One's own camera goes and comes back, and with it its track.
    await click(mine, 'button', 'Camera');
    await click(mine, 'button', 'Camera');
    // A camera takes its time to open.
    await picturesChange(mine, 'You', 3);
    await recordedFor(moment(began) + 4, began);
    const atLast = await clocksOf(mine);
    const stopped = await saveRecording(mine);
    expect(await recordingSign(mine)).toBe('');
    await eventually('it not to be said', async () => (await recordingSign(theirs)) === '');
    await click(mine, 'button', 'Hang up');

    const file = await recordingOf(server, client, call);
    const { least, most } = lengthOf(began, stopped);
    const whole = probe(file);
    const length = await seconds(file);
    // A recording goes by the clock of its sound.
    expect(length).toBeGreaterThan(least - lostBetween(atFirst, atLast));
    expect(length).toBeLessThan(most);

    const [large, small, sound] = [
      await whole.pictures(LARGE),
      await whole.pictures(SMALL),
      await whole.sound(),
    ];
    // Chromium may have left out the pictures of the last second or two on a busy machine.
    for (const interval of [steady, [length - 3.5, length] as const]) {
      const where = `from ${interval.join(' to ')} s, with pictures until ${large.at(-1)?.at}`;
      expect(whose(colourIn(large, interval)), where).toBe('theirs');
      expect(whose(colourIn(small, interval)), where).toBe('mine');
    }
    for (const { pitch } of [MINE, THEIRS])
      expect(longestSilenceMs(sound, pitch, [1, length - 0.5])).toBeLessThan(400);
    // A hidden tab that is left to its timers shows a picture a second.
    expect(longestGapMs(large, hidden)).toBeLessThan(800);
    // Firefox on two cores falls behind with the pattern's own sound and picture, which says nothing of the recording.
    if (engine === 'firefox') return;
    const own = stepOf(flashTimes(small, steady), beepTimes(sound, MINE.pitch, steady));
    const others = stepOf(flashTimes(large, steady), beepTimes(sound, THEIRS.pitch, steady));
    for (const step of [own, others]) {
      expect(step.pairs, JSON.stringify({ own, others })).toBeGreaterThan(2);
      expect(Math.abs(step.nearestMs), JSON.stringify({ own, others })).toBeLessThan(60);
    }
  });
});

describe('a call in which things change', () => {
  test('has a screen while it is shared, and who comes back with another connection', async () => {
    const { mine, theirs, call } = await connect('chromium', 'firefox');
    const began = await startRecording(mine);
    await recordedFor(2, began);
    const before: Interval = [0.5, moment(began)];
    const sharing = (pressed: boolean) =>
      eventually(`"Share screen" to be ${pressed ? 'on' : 'off'}`, async () =>
        (await find(mine, 'button', 'Share screen')).evaluate(
          (node, wanted) => node.ariaPressed === wanted,
          String(pressed),
        ),
      );
    await click(mine, 'button', 'Share screen');
    await sharing(true);
    const shared = moment(began);
    await recordedFor(shared + 3, began);
    const during: Interval = [shared + 1, moment(began)];
    await click(mine, 'button', 'Share screen');
    // A page that draws, encodes and shows all of this on a small machine may hear of a click seconds later.
    await sharing(false);
    const alone = moment(began);
    await recordedFor(alone + 3, began);
    const after: Interval = [alone + 1, moment(began)];
    await theirs.reload();
    await connected(theirs);
    await picturesChange(mine, 'Ben', 2);
    // Whoever comes back is seen before they are heard.
    await pitchHeard(mine, 'Ben', THEIRS.pitch);
    const back = moment(began);
    const atFirst = await clocksOf(theirs);
    await recordedFor(back + 3, began);
    const lost = lostBetween(atFirst, await clocksOf(theirs));
    await saveRecording(mine);
    await click(mine, 'button', 'Hang up');
    const whole = probe(await recordingOf(server, client, call));
    const pictures = await whole.pictures(LARGE);
    expect(whose(colourIn(pictures, before))).toBe('theirs');
    expect(whose(colourIn(pictures, during))).not.toBe('theirs');
    for (const interval of [after, [back + 0.5, back + 2.5] as const])
      expect(whose(colourIn(pictures, interval))).toBe('theirs');
    const silence = longestSilenceMs(await whole.sound(), THEIRS.pitch, [back + 0.5, back + 2.5]);
    // What Firefox didn't play, nobody can have recorded.
    expect(silence).toBeLessThan(400 + lost * 1000);
    // While Firefox loads its page again, this machine may have no processor left to draw with.
    for (const interval of [
      [0, after[1]],
      [back + 0.5, back + 2.5],
    ] as const)
      expect(longestGapMs(pictures, interval)).toBeLessThan(1000);
  });

  test('goes on and says so where the browser can’t mix voices, interrupts the sound, and ends it', async () => {
    const { mine, theirs, call } = await connect('chromium', 'chromium');
    const notice = (words: RegExp) =>
      eventually(
        `a notice that says ${words}`,
        async () => words.test(await mine.$eval('.call-notice', (box) => box.textContent)),
        20_000,
      );
    const failing = await mine.evaluateHandle(failOnRequest);
    await failing.evaluate((the) => the.refuseVoices(true));
    const began = await startRecording(mine);
    await notice(/voice is missing/);
    const voiceless: Interval = [0.5, moment(began)];
    await failing.evaluate((the) => the.refuseVoices(false));
    await notice(/^$/);
    await recordedFor(moment(began) + 2, began);
    await failing.evaluate((the) => the.interrupt(true));
    await notice(/no sound right now/);
    expect(await recordingSign(mine)).toBe('You are recording');
    await failing.evaluate((the) => the.interrupt(false));
    // A gesture is what an iPhone waits for.
    await mine.keyboard.press('Shift');
    await notice(/^$/);
    const back = moment(began) + 0.5;
    await recordedFor(back + 2, began);
    await saveRecording(mine);

    await startRecording(mine);
    await failing.evaluate((the) => the.endTracks());
    await notice(/browser ended the recording/);
    expect(await recordingSign(mine)).toBe('');
    await click(theirs, 'button', 'Hang up');

    const [first] = await recordingsOf(server, client, call, 2);
    if (!first) throw new Error('no recording');
    const whole = probe(first);
    const [pictures, sound] = [await whole.pictures(LARGE), await whole.sound()];
    expect(pictureRate(pictures, voiceless)).toBeGreaterThan(1);
    for (const { pitch } of [MINE, THEIRS]) {
      expect(isHeard(sound, pitch, voiceless)).toBe(false);
      expect(isHeard(sound, pitch, [back, back + 1.5])).toBe(true);
    }
  });
});

/** Runs in the page: what browsers and systems do to a recording when they like. */
function failOnRequest() {
  const { createMediaStreamSource, createMediaStreamDestination } = AudioContext.prototype;
  const Recorder = MediaRecorder;
  let context: AudioContext | undefined;
  let recorded: MediaStream | undefined;
  let isRefusing = false;
  AudioContext.prototype.createMediaStreamDestination = function create() {
    context = this;
    return createMediaStreamDestination.call(this);
  };
  AudioContext.prototype.createMediaStreamSource = function create(stream) {
    if (isRefusing) throw new DOMException('Refused', 'NotSupportedError');
    return createMediaStreamSource.call(this, stream);
  };
  window.MediaRecorder = new Proxy(Recorder, {
    construct(target, [stream, options]) {
      recorded = stream;
      return new target(stream, options);
    },
  });
  return {
    refuseVoices(wanted: boolean) {
      isRefusing = wanted;
    },
    interrupt(wanted: boolean) {
      if (!context) return;
      if (wanted) {
        context.resume = () => Promise.reject(new DOMException('Interrupted', 'InvalidStateError'));
        void context.suspend();
      } else Reflect.deleteProperty(context, 'resume');
    },
    endTracks() {
      for (const track of recorded?.getTracks() ?? []) track.stop();
    },
  };
}

describe('what is chosen to be recorded', () => {
  test('is what there is, and nothing of who has switched off', async () => {
    const { mine, theirs, call } = await connect('chromium', 'chromium');
    const recorded: RecordingProbe[] = [];
    const record = async (mode: string) => {
      await mine.click('.record summary');
      const choice = await mine.waitForSelector(`.record [value="${mode}"]`, { visible: true });
      await choice?.click();
      // A tap beside the panel closes it.
      const began = await startRecording(mine);
      expect(
        await choice?.evaluate((radio) => [radio.matches(':disabled'), radio.checkVisibility()]),
      ).toEqual([true, false]);
      await recordedFor(3, began);
      for (const page of [mine, theirs])
        await eventually('how long it has been', () =>
          page.$eval(
            '.call-recorded',
            (sign) => sign instanceof HTMLElement && /recording\s+0:0[2-9]/.test(sign.innerText),
          ),
        );
      await saveRecording(mine);
    };
    for (const mode of ['me', 'other', 'sound']) await record(mode);
    await click(mine, 'button', 'Microphone');
    await click(mine, 'button', 'Camera');
    await record('everyone');
    await click(theirs, 'button', 'Hang up');
    for (const file of await recordingsOf(server, client, call, 4)) recorded.push(probe(file));

    const heard = await Promise.all(
      recorded.map(async (each) => {
        const sound = await each.sound();
        return [MINE, THEIRS].map(({ pitch }) => isHeard(sound, pitch, [1, 2.5]));
      }),
    );
    expect(heard).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [false, true],
    ]);
    const [me, other, sound, everyone] = recorded;
    const seen = async (each: RecordingProbe | undefined, region: typeof LARGE) =>
      each && whose(colourIn(await each.pictures(region), [1, 3]));
    expect(await seen(me, LARGE)).toBe('mine');
    expect(await seen(other, LARGE)).toBe('theirs');
    expect((await sound?.lengths())?.video).toBeUndefined();
    expect(await seen(everyone, LARGE)).toBe('theirs');
    expect(await seen(everyone, SMALL)).not.toBe('mine');
  });
});

describe('afterwards', () => {
  let call: string;

  beforeAll(async () => {
    const { mine, call: made } = await connect('chromium', 'chromium');
    call = made;
    await recordedFor(6, await startRecording(mine));
    await click(mine, 'button', 'Screenshot');
    await find(mine, 'group', 'Screenshot: Ben');
    await saveRecording(mine);
    await click(mine, 'button', 'Hang up');
    await recordingOf(server, client, call);
  });

  test.each(['chromium', 'firefox'] as const)('it plays from the middle in %s', async (engine) => {
    const page = await pageOf(engine);
    await visit(page, await signInClient(server, ben), call);
    const video = await page.waitForSelector('.recordings video');
    if (!video) throw new Error('no player');
    const seen = await video.evaluate(async (player) => {
      const until = (name: string) =>
        new Promise((resolve) => player.addEventListener(name, resolve, { once: true }));
      if (player.readyState < 1) await until('loadedmetadata');
      const { duration } = player;
      player.currentTime = duration / 2;
      await until('seeked');
      const context = new OffscreenCanvas(1, 1).getContext('2d');
      context?.drawImage(player, 20, 20, 200, 100, 0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
      return {
        duration,
        at: player.currentTime,
        colour: [red, green, blue] satisfies number[],
        poster: player.poster,
      };
    });
    expect(seen.duration).toBeGreaterThan(5);
    expect(seen.at).toBeCloseTo(seen.duration / 2, 1);
    const [red = 0, green = 0, blue = 0] = seen.colour;
    // Whoever lands on a flash sees white.
    expect(Math.min(red, green, blue) > 150 ? 'theirs' : whose([red, green, blue])).toBe('theirs');
    expect(seen.poster).toContain('/files/');
  });

  test('it plays without JavaScript, by the keyboard, and a screenshot shows', async () => {
    const page = await pageOf('chromium', false);
    await visit(page, client, call);
    const player = await page.waitForSelector('.recordings video');
    await player?.focus();
    await page.keyboard.press('Space');
    // A clock goes on without pictures, so those are counted.
    await eventually('it to play', () =>
      player?.evaluate((video) => {
        const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
        return totalVideoFrames - droppedVideoFrames > 5;
      }),
    );
    const picture = await page.waitForSelector('.screenshots img');
    await eventually('the screenshot', () => picture?.evaluate((image) => image.naturalWidth > 0));
    const link = await find(page, 'link', 'Download');
    const address = await link.evaluate((node) => node.getAttribute('href') ?? '');
    const { headers } = await client.get(address);
    const name = decodeURIComponent(headers.get('content-disposition') ?? '');
    expect(name).toMatch(/\d{4}-\d\d-\d\d Video call with Ben\.webm/);
    expect(headers.get('content-type')).toBe('video/webm');
  });
});
