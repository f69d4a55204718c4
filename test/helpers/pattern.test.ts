/** The pattern is what it says, at its source and at the other end of a call, in both browsers. */
import type { ElementHandle, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from './browsers.ts';
import { accept, connected } from './calls.ts';
import { isSeen, participant, picturesChange, pitchHeard } from './media.ts';
import { type Pattern, usePattern } from './pattern.ts';
import { arrive, chatOf, createPair, type Person, signInClient } from './people.ts';
import { eventually } from './poll.ts';
import { beepTimes, colourIn, flashTimes, isHeard, pictureRate, stepOf } from './recording-measures.ts';
import { probeRecording } from './recording-probe.ts';
import { type Server, startServer } from './server.ts';
import { click } from './ui.ts';

const GREEN: Pattern = { colour: 'rgb(0, 110, 40)', pitch: 500 };
const PURPLE: Pattern = { colour: 'rgb(110, 0, 110)', pitch: 900 };
const SECONDS = 4;

let server: Server;
let anna: Person;
let ben: Person;
const browsers: OpenBrowser[] = [];

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  browsers.push(await openBrowser(), await openBrowser({ engine: 'firefox' }));
});
afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await server.remove();
  expect(browsers.flatMap(({ problems }) => problems)).toEqual([]);
});

/** What a participant's tile plays for some seconds, as MediaRecorder keeps it; one's own sound is in no tile. */
const record = async (tile: ElementHandle<Element>, own: boolean): Promise<Buffer> => {
  const text = await tile.evaluate(
    async (node, seconds, fresh) => {
      const streams = [...node.querySelectorAll('video, audio')].map((element) =>
        Reflect.get(element, 'srcObject'),
      );
      const received = streams
        .filter((stream) => stream instanceof MediaStream)
        .flatMap((each) => each.getTracks());
      const tracks = fresh
        ? (await navigator.mediaDevices.getUserMedia({ audio: true, video: true })).getTracks()
        : ['video', 'audio'].flatMap((kind) => received.find((track) => track.kind === kind) ?? []);
      const recorder = new MediaRecorder(new MediaStream(tracks), {
        mimeType: 'video/webm;codecs=vp8,opus',
        videoBitsPerSecond: 1_500_000,
      });
      const whole = new Promise<Blob>((resolve) => {
        recorder.addEventListener('dataavailable', ({ data }) => resolve(data));
      });
      recorder.start();
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      recorder.stop();
      const bytes = new Uint8Array(await (await whole).arrayBuffer());
      if (fresh) for (const track of tracks) track.stop();
      let letters = '';
      for (const byte of bytes) letters += String.fromCharCode(byte);
      return btoa(letters);
    },
    SECONDS,
    own,
  );
  return Buffer.from(text, 'base64');
};

const measure = async (page: Page, name: string, { pitch }: Pattern, other: Pattern) => {
  const probe = probeRecording(await record(await participant(page, name), name === 'You'));
  const [pictures, sound] = [await probe.pictures(), await probe.sound()];
  probe.close();
  const middle = [1, SECONDS - 0.5] as const;
  return {
    colour: colourIn(pictures, middle),
    rate: pictureRate(pictures, middle),
    heard: [pitch, other.pitch].map((hz) => isHeard(sound, hz, middle)),
    step: stepOf(flashTimes(pictures), beepTimes(sound, pitch)),
  };
};

/** Red and green are what tells the two grounds apart. */
const isGreen = ([red, green]: number[]) => (green ?? 0) > (red ?? 0) + 60;
const isPurple = ([red, green]: number[]) => (red ?? 0) > (green ?? 0) + 60;

test('two patterns in a call are told apart, and are in step', async () => {
  const [mine, theirs] = await Promise.all(
    browsers.map((browser) => browser.newPage({ width: 800, height: 600 })),
  );
  if (!mine || !theirs) throw new Error('no page');
  await usePattern(mine, GREEN);
  await usePattern(theirs, PURPLE);
  await arrive(theirs, server, ben);
  const chat = await chatOf(await signInClient(server, anna), ben);
  await arrive(mine, server, anna, `${chat}/call?media=video`);
  await accept(theirs);
  await connected(mine, theirs);
  await picturesChange(theirs, 'Anna');
  await picturesChange(mine, 'Ben');
  await pitchHeard(theirs, 'Anna', GREEN.pitch);
  await pitchHeard(mine, 'Ben', PURPLE.pitch);

  const own = await measure(mine, 'You', GREEN, PURPLE);
  expect(own.colour).toSatisfy(isGreen);
  expect(own.heard).toEqual([true, false]);
  expect(own.step.pairs).toBeGreaterThanOrEqual(SECONDS - 1);
  // Of this, Chromium's recorder itself brings about 50: it writes the sound too late.
  expect(Math.abs(own.step.medianMs)).toBeLessThan(90);

  // Firefox's clock for sound is a made-up one that goes some percent slow, so nothing is said of step there.
  const far = await measure(mine, 'Ben', PURPLE, GREEN);
  expect(far.colour).toSatisfy(isPurple);
  expect(far.heard).toEqual([true, false]);
  expect(far.step.pairs).toBeGreaterThanOrEqual(1);

  await click(mine, 'button', 'Camera');
  await eventually('no picture', async () => !(await isSeen(theirs, 'Anna')));
  await click(mine, 'button', 'Camera');
  await picturesChange(theirs, 'Anna');

  // In a hidden tab, too.
  await mine.browserContext().newPage();
  await eventually('a hidden tab', () => mine.evaluate(() => document.visibilityState === 'hidden'));
  const hidden = await measure(theirs, 'Anna', GREEN, PURPLE);
  expect(hidden.colour).toSatisfy(isGreen);
  expect(hidden.heard).toEqual([true, false]);
  expect(hidden.rate).toBeGreaterThan(8);
});
