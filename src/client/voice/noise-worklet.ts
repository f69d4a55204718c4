/**
 * Runs where sound is rendered. What takes noise out of a voice registers itself by its import; beside it stands the mixer
 * that gives the voice its upper band back, and says when there is something to be heard at all: before its WebAssembly is
 * compiled, the first of the two is silent.
 */
import '@sapphi-red/web-noise-suppressor/gtcrnWorklet.js';
import { DELAY, MIXER } from './noise-names.ts';
import { createUpperBand } from './sound/upper-band.ts';

/** Web Audio API §1.32, as far as it is used here; no library of types has this scope beside a page's. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare const sampleRate: number;

const NOTHING = new Float32Array(128);

class Mixer extends AudioWorkletProcessor {
  private readonly band = createUpperBand(sampleRate, DELAY);
  private isHeard = false;

  /** @param inputs without noise, and as it comes from the microphone; none while nothing is connected */
  process([quiet, raw]: Float32Array[][], [output]: Float32Array[][]): boolean {
    const cleaned = quiet?.[0] ?? NOTHING;
    if (!this.isHeard && cleaned.some((sample) => sample !== 0)) {
      this.isHeard = true;
      this.port.postMessage('heard');
    }
    if (output?.[0]) this.band.process(cleaned, raw?.[0] ?? NOTHING, output[0]);
    return true;
  }
}

registerProcessor(MIXER, Mixer);
