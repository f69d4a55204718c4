/** Speech, and a keyboard, the same at each run: samples from -1 to 1, 48,000 a second. */
import { readFileSync } from 'node:fs';

const RATE = 48_000;
/** A word and the pause after it, in s. */
export const [WORD, PAUSE] = [1.4, 1];

/** What Debian's alsa-utils has for testing loudspeakers: a woman's voice, whose band goes up to 16 kHz. */
const SPOKEN = ['Front_Center', 'Side_Left'].map((name) => `/usr/share/sounds/alsa/${name}.wav`);
/** Bytes before the samples. */
const HEADER = 44;

function wordOf(path: string): Float32Array {
  const wav = readFileSync(path);
  return Float32Array.from({ length: WORD * RATE }, (_, at) => {
    const place = HEADER + 2 * at;
    return place + 2 <= wav.length ? wav.readInt16LE(place) / 32_768 : 0;
  });
}

/** Somebody who says a word, and pauses. @param seconds how long it goes on */
export function speech(seconds: number): Float32Array {
  const words = SPOKEN.map(wordOf);
  const samples = new Float32Array(seconds * RATE);
  for (let place = 0; place * (WORD + PAUSE) + WORD <= seconds; place++)
    samples.set(words[place % words.length] ?? [], Math.round(place * (WORD + PAUSE) * RATE));
  return samples;
}

/** A keyboard that is typed on all the time, some nine strokes a second. */
export function keyboard(seconds: number): Float32Array {
  const samples = new Float32Array(seconds * RATE);
  let seed = 1;
  const random = () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return seed / 2 ** 31 - 1;
  };
  for (let stroke = 0; stroke < samples.length; stroke += 4800 + Math.floor(750 * (random() + 1)))
    for (let at = stroke; at < Math.min(stroke + 1200, samples.length); at++)
      samples[at] = 0.25 * random() * Math.exp((stroke - at) / 160);
  return samples;
}

export const mixed = (...sounds: Float32Array[]): Float32Array =>
  (sounds[0] ?? new Float32Array()).map((_, at) => sounds.reduce((sum, sound) => sum + (sound[at] ?? 0), 0));

/** Effective value of a span, in dB below full scale. */
export function decibels(samples: Float32Array, from: number, to: number): number {
  const span = samples.subarray(Math.round(from * RATE), Math.round(to * RATE));
  return 10 * Math.log10(span.reduce((sum, sample) => sum + sample * sample, 0) / span.length + 1e-14);
}
