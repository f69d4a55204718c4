/**
 * What takes noise out of a voice (GTCRN) knows nothing above 8 kHz, and leaves nothing there: voices become dull. That band
 * is taken from the microphone as it is, as much later, and as much quieter as what lies below it has become: where noise
 * went, it goes as well, and a voice keeps its sibilants.
 */
import { createDelay } from './delay.ts';
import { createFilter, delayOf, highPass, MOST } from './fir.ts';

/** From here on nothing is left, in Hz: what resamples for the model begins to fall off a little before half its rate. */
const EDGE = 7800;
/** What is compared lies between this and the edge: hiss and clicks are there, and the vowels below would hide them. */
const COMPARED = 3000;
const EDGE_TAPS = 127;
const COMPARED_TAPS = 63;
/** How long loudness is averaged, in s: shorter than a consonant. */
const AVERAGE = 0.006;
/** The square of a sample that nobody hears, -100 dB: nothing is divided by less. */
const SILENCE = 1e-10;

export interface UpperBand {
  /** Mixes one more block. All of the same length, up to 128. @param quiet without noise @param raw of the same moment as it comes in */
  process(quiet: Float32Array, raw: Float32Array, output: Float32Array): void;
}

/**
 * @param rate samples a second
 * @param delay by how many samples `quiet` comes later than `raw`
 */
export function createUpperBand(rate: number, delay: number): UpperBand {
  const upper = createFilter(highPass(EDGE_TAPS, EDGE / rate));
  const [ofQuiet, ofRaw] = [0, 1].map(() => createFilter(highPass(COMPARED_TAPS, COMPARED / rate)));
  const hold = createDelay(delay);
  const holdUpper = createDelay(delay - delayOf(EDGE_TAPS));
  const [late, band, lateBand, lower, quietPart, rawPart] = Array.from(
    { length: 6 },
    () => new Float32Array(MOST),
  );
  const share = 1 - Math.exp(-1 / (AVERAGE * rate));
  let [quietPower, rawPower] = [0, 0];

  return {
    process(quiet, raw, output) {
      const { length } = quiet;
      const part = (block = new Float32Array(MOST)) => block.subarray(0, length);
      const [highs, lateHighs, lows] = [part(band), part(lateBand), part(lower)];
      hold(raw, part(late));
      upper.process(raw, highs);
      holdUpper(highs, lateHighs);
      for (let i = 0; i < length; i++) lows[i] = (late?.[i] ?? 0) - (lateHighs[i] ?? 0);
      ofQuiet?.process(quiet, part(quietPart));
      ofRaw?.process(lows, part(rawPart));
      for (let i = 0; i < length; i++) {
        quietPower += share * ((quietPart?.[i] ?? 0) ** 2 - quietPower);
        rawPower += share * ((rawPart?.[i] ?? 0) ** 2 - rawPower);
        const left = Math.min(1, Math.sqrt(quietPower / (rawPower + SILENCE)));
        output[i] = (quiet[i] ?? 0) + left * (lateHighs[i] ?? 0);
      }
    },
  };
}
