/** What is on a shared screen and what sounds from it, read off the picture and the sound at the other side. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawBlocks, readBlocks, wrongBits } from '../helpers/blocks.ts';
import type { Engine } from '../helpers/browsers.ts';
import { accept, arriveCalling, connected, hangUp } from '../helpers/calls.ts';
import { picturesChange, pitchHeard, takeSoundAsItIs } from '../helpers/media.ts';
import { arrive, chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, gone } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const TITLE = 'Holiday slides';
const [VOICE_HZ, SLIDES_HZ, THEIR_HZ] = [440, 1500, 660];

const browsers = useBrowsers({
  chromium: { pitch: VOICE_HZ, sharedTab: TITLE },
  firefox: { engine: 'firefox', pitch: THEIR_HZ },
});

let server: Server;
let anna: Person;
let ben: Person;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  chat = await chatOf(await signInClient(server, anna), ben);
});
afterAll(async () => {
  await server.remove();
});

async function pageOf(engine: Engine): Promise<Page> {
  return browsers[engine].newPage();
}

/** Another tab of the same person: white paper that beeps twice a second. A steady hum would be suppressed as noise. */
async function openSlides(mine: Page): Promise<Page> {
  const slides = await mine.browserContext().newPage();
  await slides.setViewport({ width: 1280, height: 720 });
  await slides.evaluate(
    async (title, frequency) => {
      document.title = title;
      const audio = new AudioContext();
      const tone = new OscillatorNode(audio, { frequency });
      const beat = new OscillatorNode(audio, { type: 'square', frequency: 2 });
      // From 0 to 0.3 and back with the beat, which goes from -1 to 1.
      const loudness = new GainNode(audio, { gain: 0.15 });
      beat.connect(new GainNode(audio, { gain: 0.15 })).connect(loudness.gain);
      tone.connect(loudness).connect(audio.destination);
      tone.start();
      beat.start();
      await audio.resume();
    },
    TITLE,
    SLIDES_HZ,
  );
  await mine.bringToFront();
  return slides;
}

/** Waits until every bit that stands on the page is right in the picture. */
async function isLegible(slides: Page, theirs: Page): Promise<void> {
  const drawn = await drawBlocks(slides);
  let wrong = drawn.length;
  await eventually(
    'every bit to be right',
    async () => {
      wrong = wrongBits(await readBlocks(theirs, "Anna's screen"), drawn);
      return wrong === 0;
    },
    15_000,
    () => `${wrong} of ${drawn.length} bits wrong`,
  );
}

test.each([
  'chromium',
  'firefox',
] as const)('small print and sound of a shared tab reach %s', async (engine) => {
  const [mine, theirs] = [await pageOf('chromium'), await pageOf(engine)];
  await takeSoundAsItIs(mine);
  const slides = await openSlides(mine);
  await arrive(theirs, server, ben);
  await arriveCalling(mine, server, anna, chat);
  await accept(theirs);
  await connected(mine, theirs);
  await click(mine, 'button', 'Share screen');
  await find(theirs, 'group', "Anna's screen");
  await isLegible(slides, theirs);
  await isLegible(slides, theirs);

  // Each sound is its own: the slides don't drown the voice, and the voice isn't sent as the slides'.
  await pitchHeard(theirs, "Anna's screen", SLIDES_HZ);
  await pitchHeard(theirs, 'Anna', VOICE_HZ);
  await picturesChange(theirs, 'Anna', 2);
  // Chromium went to the tab that it shares.
  await mine.bringToFront();
  await hangUp(mine, theirs);
});

/**
 * Headless Firefox has no screen to choose, so it is lent one of 1280 x 720: white, with the page's blocks in their place.
 * What becomes of the track then is all the page's and the browser's own.
 */
const lendScreen = (page: Page) =>
  page.evaluate(() => {
    const screen = document.createElement('canvas');
    [screen.width, screen.height] = [1280, 720];
    const context = screen.getContext('2d');
    setInterval(() => {
      const blocks = document.getElementById('blocks');
      if (context) context.fillStyle = 'white';
      context?.fillRect(0, 0, screen.width, screen.height);
      if (blocks instanceof HTMLCanvasElement)
        context?.drawImage(
          blocks,
          Number.parseInt(blocks.style.left, 10),
          Number.parseInt(blocks.style.top, 10),
        );
    }, 100);
    navigator.mediaDevices.getDisplayMedia = async () => screen.captureStream();
  });

test('small print that Firefox shares reaches chromium', async () => {
  const [mine, theirs] = [await pageOf('firefox'), await pageOf('chromium')];
  await arrive(theirs, server, ben);
  await arriveCalling(mine, server, anna, chat);
  await accept(theirs);
  await connected(mine, theirs);
  // Firefox takes the click for a gesture and looks for a screen; without a gesture it is InvalidStateError.
  await mine.evaluate(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getDisplayMedia.bind(mediaDevices);
    mediaDevices.getDisplayMedia = (options) =>
      ask(options).catch((error: Error) => {
        Reflect.set(window, 'refusal', error.name);
        throw error;
      });
  });
  await click(mine, 'button', 'Share screen');
  await eventually('a sentence', async () =>
    (await mine.$eval('.call-notice', (box) => box.textContent)).includes('could not be shared'),
  );
  expect(await mine.evaluate(() => Reflect.get(window, 'refusal'))).toBe('NotFoundError');
  await lendScreen(mine);
  await drawBlocks(mine);
  await click(mine, 'button', 'Share screen');
  await find(theirs, 'group', "Anna's screen");
  await isLegible(mine, theirs);
  await picturesChange(theirs, 'Anna', 2);
  await click(mine, 'button', 'Share screen');
  await gone(theirs, 'group', "Anna's screen");
});
