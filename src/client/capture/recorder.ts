/** Records what is seen and heard of a call, in chunks of a second. */
import { createCompositor } from './compositor.ts';
import { createMixer } from './mixer.ts';
import { type Mode, partOf, type Scene } from './scene.ts';

/** Set by the build: the address of the worker's script. */
declare const TICKER_WORKER_URL: string;

/** Frames a second, as films have; a call's pictures rarely come faster. */
const RATE = 24;
/** How often a recording of sound alone looks who is heard. */
const SOUND_TICK_MS = 250;
/** What a crash can cost at most, together with the way to the disk. */
const CHUNK_MS = 1000;
/** The first moment of a call is rarely its best picture. */
const POSTER_AFTER_MS = 2000;

/** WebM flushes every second in Chromium and Firefox; Safari has MP4 alone. */
const TYPES = {
  video: ['video/webm;codecs=vp8,opus', 'video/mp4'],
  audio: ['audio/webm;codecs=opus', 'audio/mp4'],
};

/** Chromium's, against players that seek slowly: a key frame every so many ms. */
const OPTIONS: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
  videoBitsPerSecond: 1_500_000,
  audioBitsPerSecond: 96_000,
  videoKeyFrameIntervalDuration: 2000,
};

export interface RecorderEvents {
  /** It runs. Firefox takes its time until sound flows, and what is said before that would be missing. */
  started(): void;
  chunk(bytes: ArrayBuffer): void;
  poster(picture: Blob): void;
  /** It has ended by itself; `chunk` has had what there is. */
  failed(): void;
}

export interface Recorder {
  /** Resolves when `chunk` has had everything. */
  stop(): Promise<void>;
}

/** Whether this browser records at all. */
export const canRecord = (): boolean =>
  typeof MediaRecorder !== 'undefined' && 'captureStream' in HTMLCanvasElement.prototype;

/** The type that this browser records, or undefined where it can't. */
export function recordedType(mode: Mode): string | undefined {
  if (!canRecord()) return undefined;
  return TYPES[mode === 'sound' ? 'audio' : 'video'].find((type) => MediaRecorder.isTypeSupported(type));
}

/**
 * Begins as soon as the browser can.
 * @param scene is asked for every frame, so that whatever changes in the call is in the next one
 * @throws where the browser can't record
 */
export function startRecorder(
  mode: Mode,
  mimeType: string,
  scene: () => Scene,
  events: RecorderEvents,
): Recorder {
  const mixer = createMixer();
  const compositor = mode === 'sound' ? undefined : createCompositor();
  const tracks = compositor ? [compositor.track, mixer.track] : [mixer.track];
  const recorder = new MediaRecorder(new MediaStream(tracks), { ...OPTIONS, mimeType });
  const ticker = new Worker(TICKER_WORKER_URL);
  const began = performance.now();
  let restsUntil = 0;
  let hasPoster = false;
  let passed = Promise.resolve();

  function tick(): void {
    compositor?.takeLate();
    const now = performance.now();
    // Where drawing is slow, half of the page's time is left to the call.
    if (now < restsUntil) return;
    const { pictures, voices } = partOf(scene(), mode);
    mixer.hear(voices);
    if (!compositor) return;
    compositor.draw(pictures);
    const after = performance.now();
    restsUntil = after + (after - now);
    if (hasPoster || after - began < POSTER_AFTER_MS || !pictures.some(({ seen }) => seen)) return;
    hasPoster = true;
    void compositor.poster().then((picture) => picture && events.poster(picture));
  }

  recorder.addEventListener('dataavailable', ({ data }) => {
    passed = passed.then(async () => {
      if (data.size > 0) events.chunk(await data.arrayBuffer());
    });
  });
  const stopped = new Promise<void>((resolve) => {
    recorder.addEventListener('stop', () => {
      ticker.terminate();
      mixer.close();
      for (const track of tracks) track.stop();
      resolve(passed);
    });
  });
  recorder.addEventListener('start', events.started);
  recorder.addEventListener('error', () => void stopped.then(events.failed));
  ticker.addEventListener('message', tick);
  ticker.postMessage(compositor ? 1000 / RATE : SOUND_TICK_MS);
  tick();
  recorder.start(CHUNK_MS);

  return {
    stop() {
      if (recorder.state !== 'inactive') recorder.stop();
      return stopped;
    },
  };
}
