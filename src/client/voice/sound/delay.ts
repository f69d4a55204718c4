/** Holds sound back. */

/** @param samples by how many */
export function createDelay(samples: number): (input: Float32Array, output: Float32Array) => void {
  const held = new Float32Array(Math.max(samples, 1));
  let at = 0;
  return (input, output) => {
    if (samples === 0) return output.set(input);
    for (let i = 0; i < input.length; i++) {
      output[i] = held[at] ?? 0;
      held[at] = input[i] ?? 0;
      at = (at + 1) % samples;
    }
  };
}
