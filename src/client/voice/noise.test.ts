/** What is rendered when noise is taken out of a voice: the real model, and the real mixer, block by block. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readParts } from '../../../bundling/parts.ts';
import { decibels, keyboard, mixed, PAUSE, speech, WORD } from '../../../test/helpers/voices.ts';
import { DELAY, MIXER, RATE, SUPPRESSOR } from './noise-names.ts';
import { createFilter, highPass } from './sound/fir.ts';

interface Processor {
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

const BLOCK = 128;
/** Two words, and the pauses after them. */
const SECONDS = 2 * (WORD + PAUSE);
const LATE = DELAY / RATE;

/** As a browser has them where sound is rendered. */
const registered = new Map<string, new (options?: unknown) => Processor>();
const said: unknown[] = [];
let suppressor: Processor;
let mixer: Processor;

beforeAll(async () => {
  vi.stubGlobal('sampleRate', RATE);
  vi.stubGlobal('registerProcessor', (name: string, made: new () => Processor) => registered.set(name, made));
  vi.stubGlobal(
    'AudioWorkletProcessor',
    class {
      port = { addEventListener() {}, postMessage: (message: unknown) => said.push(message) };
    },
  );
  await import('./noise-worklet.ts');
  const [Suppressor, Mixer] = [registered.get(SUPPRESSOR), registered.get(MIXER)];
  if (!Suppressor || !Mixer) throw new Error(`registered: ${[...registered.keys()]}`);
  const wasmBinary = readParts().get('noise');
  suppressor = new Suppressor({ processorOptions: { maxChannels: 1, wasmBinary } });
  mixer = new Mixer();
  // It compiles meanwhile, and is silent until it has.
  await vi.waitFor(() => {
    const output = new Float32Array(BLOCK);
    for (let block = 0; block < 12; block++)
      suppressor.process([[new Float32Array(BLOCK).fill(0.1)]], [[output]]);
    if (output.every((sample) => sample === 0)) throw new Error('nothing comes out');
  }, 8000);
  // Nothing of that is left in it.
  render(new Float32Array(RATE));
});

afterAll(() => {
  vi.unstubAllGlobals();
});

/** @returns without noise as the model leaves it, and with the upper band mixed in */
function render(sound: Float32Array): { cleaned: Float32Array; output: Float32Array } {
  const [cleaned, output] = [new Float32Array(sound.length), new Float32Array(sound.length)];
  for (let at = 0; at + BLOCK <= sound.length; at += BLOCK) {
    const [raw, quiet, out] = [sound, cleaned, output].map((all) => all.subarray(at, at + BLOCK));
    if (!raw || !quiet || !out) break;
    suppressor.process([[raw]], [[quiet]]);
    mixer.process([[quiet], [raw]], [[out]]);
  }
  return { cleaned, output };
}

/** What lies above the model's band. */
function above(sound: Float32Array): Float32Array {
  const filter = createFilter(highPass(127, 8500 / RATE));
  const output = new Float32Array(sound.length);
  for (let at = 0; at + BLOCK <= sound.length; at += BLOCK)
    filter.process(sound.subarray(at, at + BLOCK), output.subarray(at, at + BLOCK));
  return output;
}

/** The second word, and the middle of the pause after it. */
const wordIn = (sound: Float32Array, late = LATE) =>
  decibels(sound, WORD + PAUSE + late, WORD + PAUSE + late + WORD);
const pauseIn = (sound: Float32Array, late = LATE) =>
  decibels(sound, SECONDS - PAUSE + late + 0.2, SECONDS - 0.2);

test('a voice keeps its strength, and all of its band up to 16 kHz', () => {
  const voice = speech(SECONDS);
  const { cleaned, output } = render(voice);
  expect(said).toContain('heard');
  expect(Math.abs(wordIn(output) - wordIn(voice, 0))).toBeLessThan(1);
  const [before, after] = [above(voice), above(output)];
  expect(wordIn(above(cleaned))).toBeLessThan(wordIn(before, 0) - 15);
  expect(Math.abs(wordIn(after) - wordIn(before, 0))).toBeLessThan(1.5);
});

test('it comes as much later as is reckoned with', () => {
  const voice = speech(SECONDS);
  const { output } = render(voice);
  const [from, to] = [(WORD + PAUSE + 0.1) * RATE, (WORD + PAUSE + 0.4) * RATE];
  const likeness = (late: number) => {
    let sum = 0;
    for (let at = from; at < to; at++) sum += (voice[at] ?? 0) * (output[at + late] ?? 0);
    return sum;
  };
  const all = Array.from({ length: 2 * DELAY }, (_, late) => likeness(late));
  expect(Math.abs(all.indexOf(Math.max(...all)) - DELAY)).toBeLessThanOrEqual(1);
});

test('a keyboard goes: from the pauses, in every band, and not at the voice’s expense', () => {
  const [voice, keys] = [speech(SECONDS), keyboard(SECONDS)];
  const noisy = mixed(voice, keys);
  const { output } = render(noisy);
  expect(pauseIn(output)).toBeLessThan(pauseIn(noisy, 0) - 20);
  expect(pauseIn(above(output))).toBeLessThan(pauseIn(above(noisy), 0) - 20);
  expect(Math.abs(wordIn(output) - wordIn(voice, 0))).toBeLessThan(1.5);
});

test('nothing in brings nothing out', () => {
  render(new Float32Array(RATE));
  expect(decibels(render(new Float32Array(RATE)).output, 0, 1)).toBeLessThan(-100);
});
