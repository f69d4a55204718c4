/** One's own voice: without a keyboard's noise at the far side, with a meter, and with a word to whoever speaks while muted. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accept, arriveCalling, connected, hangUp } from '../helpers/calls.ts';
import { participant } from '../helpers/media.ts';
import { arrive, chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { playMicrophone } from '../helpers/played-microphone.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, gone, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';
import { keyboard, mixed, PAUSE, speech, WORD } from '../helpers/voices.ts';

/** The model is fetched and compiled by then. */
const PATIENCE_MS = 20_000;
const SECONDS = 2 * (WORD + PAUSE);

const TYPING = mixed(speech(SECONDS), keyboard(SECONDS));

/** Somebody at a keyboard, and whoever listens to them and speaks in a quiet room. */
const browsers = useBrowsers({
  typing: { hears: TYPING },
  listening: { shell: true, hears: speech(SECONDS) },
  firefox: { engine: 'firefox' },
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

/** What is heard of a participant over five seconds, in dB: while they speak, between words, and above 8.5 kHz while they speak. */
async function heardOf(page: Page, name: string) {
  const tile = await participant(page, name);
  const windows = await tile.evaluate(async (node) => {
    const playing = node.querySelector('audio')?.srcObject;
    if (!(playing instanceof MediaStream)) throw new Error('nothing plays');
    const audio = new AudioContext();
    await audio.resume();
    const analyser = new AnalyserNode(audio, { fftSize: 2048, smoothingTimeConstant: 0, minDecibels: -160 });
    new MediaStreamAudioSourceNode(audio, { mediaStream: playing }).connect(analyser);
    const [samples, bins] = [new Float32Array(2048), new Float32Array(1024)];
    const from = Math.round((8500 / audio.sampleRate) * 2048);
    const to = Math.round((14_000 / audio.sampleRate) * 2048);
    const seen: { power: number; upper: number }[] = [];
    const end = performance.now() + 5000;
    while (performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      analyser.getFloatTimeDomainData(samples);
      analyser.getFloatFrequencyData(bins);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      const upper = bins.subarray(from, to).reduce((sum, decibels) => sum + 10 ** (decibels / 10), 0);
      seen.push({ power, upper });
    }
    await audio.close();
    return seen;
  });
  windows.sort((one, other) => one.power - other.power);
  const decibels = (value: number) => 10 * Math.log10(value + 1e-14);
  const at = (values: number[], share: number) =>
    values.sort((one, other) => one - other)[Math.floor(values.length * share)] ?? 0;
  // Nobody speaks in some two fifths of the time, of which three tenths have nothing of a word in their windows, and a key is
  // struck in half of that; the loudest fifth is in the middle of words.
  const words = windows.slice(-windows.length / 5);
  const pauses = windows.slice(0, windows.length * 0.3);
  return {
    word: decibels(
      at(
        words.map(({ power }) => power),
        0.5,
      ),
    ),
    // A mean: which of the strokes some share of the windows ends with is chance.
    pause: decibels(pauses.reduce((sum, { power }) => sum + power, 0) / pauses.length),
    // A few consonants have most of that band.
    upper: decibels(
      at(
        windows.map(({ upper }) => upper),
        0.95,
      ),
    ),
  };
}

/** Anna calls Ben, who accepts. */
async function talk(mine: Page, theirs: Page): Promise<void> {
  await arrive(theirs, server, ben);
  await arriveCalling(mine, server, anna, chat, 'voice');
  await accept(theirs);
  await connected(mine, theirs);
}

const openEffects = async (page: Page) => {
  await click(page, 'button', 'Effects');
  return find(page, 'dialog', 'Effects', PATIENCE_MS);
};

const suppresses = (page: Page) =>
  page.evaluate(() => Reflect.get(globalThis, 'microphones').at(-1).getSettings().noiseSuppression);

/** Keeps each microphone that the page opens, and each copy of one, where the test finds it. */
const noteMicrophones = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    const microphones: MediaStreamTrack[] = [];
    Reflect.set(globalThis, 'microphones', microphones);
    const { mediaDevices } = navigator;
    if (!mediaDevices) return;
    const { clone } = MediaStreamTrack.prototype;
    MediaStreamTrack.prototype.clone = function () {
      const copy = clone.call(this);
      if (copy.kind === 'audio') microphones.push(copy);
      return copy;
    };
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      microphones.push(...stream.getAudioTracks());
      return stream;
    };
  });

const open = (page: Page) =>
  page.evaluate(
    () =>
      Reflect.get(globalThis, 'microphones').filter(
        ({ readyState }: MediaStreamTrack) => readyState === 'live',
      ).length,
  );

test('strong noise suppression takes a keyboard away at the far side, keeps the voice, and is kept', async () => {
  const [mine, theirs] = [await browsers.typing.newPage(), await browsers.listening.newPage()];
  await noteMicrophones(mine);
  await talk(mine, theirs);
  const panel = await openEffects(mine);
  await click(panel, 'radio', 'Off');
  await eventually('the browser to leave the noise', async () => (await suppresses(mine)) === false);
  const plain = await heardOf(theirs, 'Anna');
  await click(panel, 'radio', 'Strong');
  let strong = plain;
  await eventually(
    'the keyboard to fall silent',
    async () => {
      strong = await heardOf(theirs, 'Anna');
      return strong.pause < plain.pause - 20;
    },
    PATIENCE_MS,
    () => JSON.stringify({ plain, strong }),
  );
  // As the same voice that comes the other way, where nobody types. An encoder leaves out what is above 8 kHz for as long as its
  // line seems slow, which it also does where a machine is: that voice comes back, and one that was suppressed doesn't.
  let quiet = strong;
  await eventually(
    'the voice to be whole',
    async () => {
      [strong, quiet] = [await heardOf(theirs, 'Anna'), await heardOf(mine, 'Ben')];
      const upper = strong.upper - strong.word - (quiet.upper - quiet.word);
      return Math.abs(strong.word - plain.word) < 6 && Math.abs(upper) < 6 && strong.pause < plain.pause - 20;
    },
    2 * PATIENCE_MS,
    () => JSON.stringify({ plain, strong, quiet }),
  );
  await click(panel, 'button', 'Close');
  await eventually('one microphone to be open', async () => (await open(mine)) === 1);
  await hangUp(mine, theirs);
  await eventually('the microphone to be let go', async () => (await open(mine)) === 0);

  // In the next call as well, without anybody opening the panel.
  await talk(mine, theirs);
  expect(await suppresses(mine)).toBe(false);
  await eventually(
    'the keyboard to be silent from the start',
    async () => {
      strong = await heardOf(theirs, 'Anna');
      return strong.pause < plain.pause - 20;
    },
    PATIENCE_MS,
    () => JSON.stringify({ plain, strong }),
  );
  await click(await openEffects(mine), 'radio', 'Standard');
  await eventually('the browser to do it again', async () => (await suppresses(mine)) === true);
  await hangUp(mine, theirs);
}, 150_000);

test('it takes a keyboard away in Firefox as well', async () => {
  const [mine, theirs] = [await browsers.firefox.newPage(), await browsers.listening.newPage()];
  await playMicrophone(mine, TYPING);
  await talk(mine, theirs);
  const panel = await openEffects(mine);
  await click(panel, 'radio', 'Off');
  let plain = { word: 0, pause: 0, upper: 0 };
  await eventually(
    'words and keys',
    async () => {
      // It is silent while the microphone is opened anew.
      plain = await heardOf(theirs, 'Anna');
      return plain.word > -30 && plain.pause > -70;
    },
    PATIENCE_MS,
    () => JSON.stringify(plain),
  );
  await click(panel, 'radio', 'Strong');
  let strong = plain;
  await eventually(
    'the keyboard to fall silent, and the words to be left',
    async () => {
      strong = await heardOf(theirs, 'Anna');
      return strong.pause < plain.pause - 20 && Math.abs(strong.word - plain.word) < 6;
    },
    PATIENCE_MS,
    () => JSON.stringify({ plain, strong }),
  );
  await hangUp(mine, theirs);
}, 150_000);

test('a meter shows what the microphone hears, before a call and in it, and whoever speaks while muted is told', async () => {
  const mine = await browsers.typing.newPage();
  await noteMicrophones(mine);
  await arrive(mine, server, anna, `${chat}/call?media=voice`);
  const level = async () => {
    const meter = await find(mine, 'meter', 'Microphone');
    return meter.evaluate((node) => (node instanceof HTMLMeterElement ? node.value : 0));
  };
  await openEffects(mine);
  expect([await level(), await open(mine)]).toEqual([0, 0]);
  await click(mine, 'button', 'Try the microphone');
  await eventually('the meter to move', async () => (await level()) > 0.3);
  await click(await find(mine, 'dialog', 'Effects'), 'button', 'Close');
  await eventually('the microphone to be let go', async () => (await open(mine)) === 0);

  await click(mine, 'button', 'Call');
  await openEffects(mine);
  await eventually('the meter to move in the call', async () => (await level()) > 0.3);
  await click(await find(mine, 'dialog', 'Effects'), 'button', 'Close');
  await click(mine, 'button', 'Microphone');
  await waitForText(mine, 'main', undefined, /You're muted\. Press Microphone/, PATIENCE_MS);
  await click(mine, 'button', 'Microphone');
  await eventually('it to be taken back', async () =>
    mine.evaluate(() => !/You're muted/.test(document.body.innerText)),
  );
  await click(mine, 'button', 'Hang up');
  await gone(mine, 'button', 'Hang up');
  await eventually('the microphone to be let go', async () => (await open(mine)) === 0);
});
