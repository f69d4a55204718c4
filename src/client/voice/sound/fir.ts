/** Filters with linear phase: what goes through them is delayed by the same time at every pitch. */

export interface Filter {
  /** Filters one more block in place of `output`, which may not be `input`. Both of the same length, up to `MOST`. */
  process(input: Float32Array, output: Float32Array): void;
}

/** Samples in the longest block: what Web Audio renders at once. */
export const MOST = 128;

/** By how many samples a filter of so many taps delays. */
export const delayOf = (taps: number): number => (taps - 1) / 2;

/**
 * The taps of a high pass: an ideal one, within a Blackman window (Oppenheim and Schafer, Discrete-Time Signal
 * Processing, §7.5).
 * @param count odd
 * @param cutoff as a share of the sample rate
 */
export function highPass(count: number, cutoff: number): Float32Array {
  const middle = delayOf(count);
  const taps = Float32Array.from({ length: count }, (_, i) => {
    const [x, phase] = [i - middle, (2 * Math.PI * i) / (count - 1)];
    const low = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
    return low * (0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
  });
  // All that is even goes through the low pass, and nothing of it through this.
  const sum = taps.reduce((all, tap) => all + tap, 0);
  return taps.map((tap, i) => (i === middle ? 1 : 0) - tap / sum);
}

export function createFilter(taps: Float32Array): Filter {
  const before = taps.length - 1;
  const line = new Float32Array(before + MOST);
  return {
    process(input, output) {
      line.set(input, before);
      for (let at = 0; at < input.length; at++) {
        let sum = 0;
        for (let tap = 0; tap < taps.length; tap++) sum += (taps[tap] ?? 0) * (line[at + before - tap] ?? 0);
        output[at] = sum;
      }
      line.copyWithin(0, input.length, input.length + before);
    },
  };
}
