/** Takes the room's noise out of a microphone's track, on this device: fans, keyboards, traffic. */
import { createFetching } from '../common/parts.ts';
import { MIXER, RATE, SUPPRESSOR } from './noise-names.ts';

/** Set by the build: the address of what runs where sound is rendered. */
declare const NOISE_WORKLET_URL: string;

/** How long it may take, in ms, until there is something to be heard: compiling takes some 100. */
const PATIENCE_MS = 10_000;

export interface Suppression {
  /** A microphone's track without the noise. Silent as long as the microphone's is switched off. */
  readonly track: MediaStreamTrack;
  stop(): void;
}

let wasm: Promise<ArrayBuffer> | undefined;

async function fetchWasm(): Promise<ArrayBuffer> {
  const bytes = (await createFetching(() => undefined)(['noise'])).get('noise');
  if (!bytes) throw new Error('There is nothing to take noise away with');
  return bytes.buffer;
}

/**
 * @param lost it goes silent by itself: it has failed, or the system has taken the sound away, as for a phone call
 * @returns once there is something to be heard
 * @throws where this browser can't, or what it needs can't be had
 */
export async function suppressNoise(source: MediaStreamTrack, lost: () => void): Promise<Suppression> {
  wasm ??= fetchWasm().catch((error: unknown) => {
    wasm = undefined;
    throw error;
  });
  const context = new AudioContext({ sampleRate: RATE });
  let isOn = false;
  const stop = () => {
    isOn = false;
    context.close().catch(() => undefined);
  };
  try {
    const [wasmBinary] = await Promise.all([wasm, context.audioWorklet.addModule(NOISE_WORKLET_URL)]);
    const microphone = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([source]) });
    const one: AudioWorkletNodeOptions = {
      channelCount: 1,
      channelCountMode: 'explicit',
      outputChannelCount: [1],
    };
    const suppressor = new AudioWorkletNode(context, SUPPRESSOR, {
      ...one,
      processorOptions: { maxChannels: 1, wasmBinary },
    });
    const mixer = new AudioWorkletNode(context, MIXER, { ...one, numberOfInputs: 2 });
    const out = new MediaStreamAudioDestinationNode(context, {
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    microphone.connect(suppressor).connect(mixer, 0, 0).connect(out);
    microphone.connect(mixer, 0, 1);
    // What nobody would hear, so that something comes out even of a microphone that is switched off.
    const sign = new ConstantSourceNode(context, { offset: 1e-5 });
    sign.connect(suppressor);
    sign.start();
    const heard = new Promise<void>((resolve, reject) => {
      mixer.port.addEventListener('message', () => resolve());
      for (const node of [suppressor, mixer])
        node.addEventListener('processorerror', () => {
          reject(new Error('The renderer has failed'));
          if (isOn) lost();
        });
    });
    mixer.port.start();
    await inTime(Promise.all([context.resume(), heard]));
    sign.disconnect();
    const [track] = out.stream.getAudioTracks();
    if (!track) throw new Error('Nothing comes out');
    isOn = true;
    context.addEventListener('statechange', () => isOn && context.state !== 'running' && lost());
    return { track, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Some browsers never say that they won't render. */
const inTime = (work: Promise<unknown>) =>
  new Promise<void>((resolve, reject) => {
    work.then(() => resolve(), reject);
    setTimeout(() => reject(new Error('Nothing is heard')), PATIENCE_MS);
  });
