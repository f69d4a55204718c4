/**
 * Google's LiteRT, the runtime of the models: on the processor, in a worker of its own, without a word in the console. Its
 * script is a classic one and comes by `importScripts`, so this can't be in a module's worker.
 */
import { type CompiledModel, loadAndCompile, loadLiteRt, supportsFeature, Tensor } from '@litertjs/core';
import { addressOf, type FetchParts, type PartName } from '../../common/parts.ts';

/** @param input what the model takes, as many numbers as its shape has. @returns each of what it gives */
export type Model = (input: Float32Array) => Promise<Float32Array[]>;

export interface Runtime {
  /** @param shape of its only input. @throws where the bytes are no model that it can run */
  compile(bytes: Uint8Array, shape: number[]): Promise<Model>;
}

/** It takes whatever WebGPU it finds, and complains where there is none; this one has no device to give. */
const NO_GPU = {
  requestAdapter: async () => ({ limits: {}, features: new Set(), requestDevice: async () => null }),
};

/** Fetches the runtime, and starts it; once in a worker. */
export async function startRuntime(fetchParts: FetchParts): Promise<Runtime> {
  const isQuick = await supportsFeature('relaxedSimd');
  const script: PartName = isQuick ? 'runtime' : 'plainRuntime';
  const wasm: PartName = isQuick ? 'runtimeWasm' : 'plainRuntimeWasm';
  // It fetches its own files, by then from the cache.
  await fetchParts([script, wasm]);
  Object.defineProperty(navigator, 'gpu', { value: NO_GPU, configurable: true });
  Object.assign(globalThis, {
    Module: { locateFile: () => addressOf(wasm), print() {}, printErr() {} },
  });
  await loadLiteRt(addressOf(script));
  return { compile };
}

/** There is one runtime, which does one thing at a time. */
let last: Promise<unknown> = Promise.resolve();

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const done = last.then(work);
  last = done.catch(() => undefined);
  return done;
}

async function compile(bytes: Uint8Array, shape: number[]): Promise<Model> {
  const compiled = await inTurn(() => loadAndCompile(bytes, { accelerator: 'wasm' }));
  return (input) => inTurn(() => run(compiled, input, shape));
}

async function run(model: CompiledModel, input: Float32Array, shape: number[]): Promise<Float32Array[]> {
  const tensor = new Tensor(input, shape);
  try {
    const outputs = await model.run(tensor);
    return outputs.map((output) => {
      const values = output.toTypedArray();
      // Nothing in the runtime's memory is collected by itself.
      output.delete();
      if (!(values instanceof Float32Array)) throw new Error('The model gives no numbers');
      return values;
    });
  } finally {
    tensor.delete();
  }
}
