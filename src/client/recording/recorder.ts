/** Records what is seen and heard of a call, in chunks of half a second. */

import { startTicker } from '../common/ticker.ts';
import type { Feeds } from '../media/feeds.ts';
import { createCompositor } from './compositor.ts';
import { createMixer, type SoundTrouble } from './mixer.ts';
import { feedsOf, type RecordingMode } from './mode.ts';
import { createPace, createTasks } from './pace.ts';

/** Frames a second, as films have; a call's frames rarely come faster. */
const RATE = 24;
/** How often a sound-only recording checks who is heard. */
const SOUND_TICK_MS = 250;
/** The most that a crash can lose, together with the time to encode and to write it, which a busy device takes. */
const CHUNK_MS = 500;
/** Bytes without content yet: a header, and in Firefox a moment of silence even if nothing was recorded. */
const HEAD = 1024;
/** The first moment of a call is rarely its best still. */
const POSTER_AFTER_MS = 2000;

/** Chromium's option for players that seek slowly: a key frame every so many ms. */
const OPTIONS: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
  videoBitsPerSecond: 1_500_000,
  audioBitsPerSecond: 96_000,
  videoKeyFrameIntervalDuration: 2000,
};

export interface RecorderEvents {
  /** It is running. Firefox needs a while until audio flows, and anything said before would be missing. */
  started(): void;
  /** The first one has more than the header of a file. */
  chunk(bytes: ArrayBuffer): void;
  poster(picture: Blob): void;
  /** What is missing from the recording, each time that changes. */
  sound(trouble: SoundTrouble | undefined): void;
  /** It has ended by itself; `chunk` has had what there is. */
  failed(): void;
}

export interface Recorder {
  /** Resolves when `chunk` has had everything. */
  stop(): Promise<void>;
}

/**
 * Begins as soon as the browser can.
 * @param feeds is asked for every frame, so that whatever changes in the call is in the next one
 * @throws where the browser can't record, and then nothing stays open
 */
export function startRecorder(
  mode: RecordingMode,
  mimeType: string,
  feeds: () => Feeds,
  events: RecorderEvents,
): Recorder {
  /** What was opened, to be closed in the end or when the next thing fails to open. */
  const opened: (() => void)[] = [];
  try {
    return start(mode, mimeType, feeds, events, opened);
  } catch (error) {
    closeAll(opened);
    throw error;
  }
}

function closeAll(opened: (() => void)[]): void {
  for (const close of opened.splice(0)) close();
}

function start(
  mode: RecordingMode,
  mimeType: string,
  feeds: () => Feeds,
  events: RecorderEvents,
  opened: (() => void)[],
): Recorder {
  const mixer = createMixer();
  opened.push(mixer.close, () => mixer.track.stop());
  const compositor = mode === 'sound' ? undefined : createCompositor();
  if (compositor) opened.push(() => compositor.track.stop());
  const tracks = compositor ? [compositor.track, mixer.track] : [mixer.track];
  const recorder = new MediaRecorder(new MediaStream(tracks), { ...OPTIONS, mimeType });
  const began = performance.now();
  const tasks = createTasks();
  opened.push(tasks.close);
  const pace = createPace(() => performance.now(), tasks.next);
  let hasPoster = false;
  let hasFailed = false;
  let hasHole = false;
  let isWanted = true;
  let hasWarned = false;
  let trouble: SoundTrouble | undefined;
  let passed = Promise.resolve();
  /** What has come of it as long as it is only a header. */
  let head: Blob | undefined = new Blob();

  /** A failed frame doesn't stop the next one. */
  function tick(): void {
    try {
      record();
    } catch (error) {
      if (!hasWarned) console.warn('A frame could not be recorded.', error);
      hasWarned = true;
    }
  }

  function record(): void {
    compositor?.takeLate();
    if (!pace.isDue()) return;
    const { video, audio } = feedsOf(feeds(), mode);
    mixer.hear(audio);
    if (mixer.trouble() !== trouble) {
      trouble = mixer.trouble();
      events.sound(trouble);
    }
    if (!compositor) return;
    pace.spend(() => compositor.draw(video));
    const isEarly = performance.now() - began < POSTER_AFTER_MS;
    if (hasPoster || isEarly || !video.some(({ seen }) => seen)) return;
    hasPoster = true;
    // Without one the server takes a frame of its own.
    compositor.poster().then(
      (picture) => picture && events.poster(picture),
      (error: unknown) => console.warn('A recording has no poster.', error),
    );
  }

  /** A header alone would be a recording of nothing. */
  async function pass(data: Blob): Promise<void> {
    // What follows a lost chunk can't be played.
    if (hasHole || data.size === 0) return;
    try {
      const bytes = await (head ? new Blob([head, data]) : data).arrayBuffer();
      head = head && bytes.byteLength < HEAD ? new Blob([bytes]) : undefined;
      if (!head) events.chunk(bytes);
    } catch (error) {
      hasHole = true;
      fail(error);
    }
  }

  function fail(error: unknown): void {
    if (hasFailed) return;
    hasFailed = true;
    console.warn('The recording has ended.', error);
    void stop().then(events.failed);
  }

  function stop(): Promise<void> {
    isWanted = false;
    if (recorder.state !== 'inactive') recorder.stop();
    return stopped;
  }

  recorder.addEventListener('dataavailable', ({ data }) => {
    passed = passed.then(() => pass(data));
  });
  const stopped = new Promise<void>((resolve) => {
    recorder.addEventListener('stop', () => {
      // All that follows is what was recorded until now.
      closeAll(opened);
      resolve(passed);
      // Nobody says so where its tracks have ended.
      if (isWanted) fail(new Error('The browser has ended the recording'));
    });
  });
  recorder.addEventListener('start', events.started);
  recorder.addEventListener('error', fail);
  const ticker = startTicker(compositor ? 1000 / RATE : SOUND_TICK_MS, tick);
  opened.push(ticker.stop);
  record();
  recorder.start(CHUNK_MS);
  return { stop };
}
