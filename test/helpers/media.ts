/** What is seen and heard in a call, measured on decoded pictures and sound in the page, never on a state variable. */
import type { ElementHandle, Page } from 'puppeteer-core';
import { find } from './ui.ts';

const PATIENCE_MS = 20_000;
/** How often a picture is looked at: cameras here make eight a second or more, and looking costs what decoding does. */
const LOOK_MS = 120;

/** A participant's place on the call page: the group named after them, oneself "You". */
export const participant = (page: Page, name: string): Promise<ElementHandle<Element>> =>
  find(page, 'group', name, PATIENCE_MS);

/** Waits until `wanted` different pictures were decoded in the participant's video, each unlike the one before. */
export const picturesChange = async (page: Page, name: string, wanted = 5): Promise<void> => {
  const tile = await participant(page, name);
  const seen = await tile.evaluate(
    async (node, count, patience, every) => {
      const canvas = new OffscreenCanvas(64, 48);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (context === null) throw new Error('no canvas');
      const end = Date.now() + patience;
      let before: Uint8ClampedArray | undefined;
      let changes = 0;
      while (changes < count && Date.now() < end) {
        const video = node.querySelector('video');
        if (
          video !== null &&
          video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA &&
          video.videoWidth > 0
        ) {
          context.drawImage(video, 0, 0, 64, 48);
          const now = context.getImageData(0, 0, 64, 48).data;
          // A clear change in ten values of red, green or blue: more than an encoder makes of a still picture.
          const changed = now.reduce((sum, value, i) => {
            return i % 4 !== 3 && Math.abs(value - (before?.[i] ?? value)) > 24 ? sum + 1 : sum;
          }, 0);
          if (changed >= 10) changes++;
          if (changed >= 10 || before === undefined) before = now;
        }
        await new Promise((resolve) => setTimeout(resolve, every));
      }
      return changes;
    },
    wanted,
    PATIENCE_MS,
    LOOK_MS,
  );
  if (seen < wanted)
    throw new Error(`"${name}" showed ${seen} changes of picture in ${PATIENCE_MS} ms, not ${wanted}`);
};

/** The mean colour of the participant's picture now: red, green, blue, each 0 to 255. Tells whose camera it is. */
export const pictureColour = async (page: Page, name: string): Promise<[number, number, number]> => {
  const tile = await participant(page, name);
  return tile.evaluate((node) => {
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    const video = node.querySelector('video');
    if (context === null || video === null) throw new Error('no picture');
    context.imageSmoothingQuality = 'high';
    context.drawImage(video, 0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    const colour: [number, number, number] = [red, green, blue];
    return colour;
  });
};

/** The browser's noise suppression lets little of a tone through, and lets it through late. */
const LISTENING_MS = 40_000;

/**
 * Listens to what the participant's media element plays until it is right; the answer is what was heard instead.
 * An element that is paused or muted is not heard.
 * @param hz loudest frequency, within 5 %; undefined for silence that outlasts two pauses of the test tone
 */
const listenFor = async (page: Page, name: string, hz: number | undefined): Promise<string | undefined> => {
  const tile = await participant(page, name);
  return tile.evaluate(
    async (node, wanted, patience) => {
      const audio = new AudioContext();
      const analyser = new AnalyserNode(audio, { fftSize: 8192, smoothingTimeConstant: 0 });
      const bins = new Uint8Array(analyser.frequencyBinCount);
      const end = Date.now() + patience;
      const enough = wanted === null ? 20 : 3;
      let listening: MediaStreamTrack | undefined;
      let last = 'no sound';
      let hits = 0;
      while (hits < enough && Date.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        await audio.resume();
        const playing = [...node.querySelectorAll('audio, video')].find(
          (element) =>
            element instanceof HTMLMediaElement &&
            !element.paused &&
            !element.muted &&
            element.volume > 0 &&
            element.srcObject instanceof MediaStream &&
            element.srcObject.getAudioTracks().length > 0,
        );
        if (!(playing instanceof HTMLMediaElement) || !(playing.srcObject instanceof MediaStream)) continue;
        const track = playing.srcObject.getAudioTracks()[0];
        if (track !== undefined && track !== listening) {
          listening = track;
          audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        }
        analyser.getByteFrequencyData(bins);
        const loudest = bins.indexOf(Math.max(...bins));
        const frequency = (loudest * audio.sampleRate) / analyser.fftSize;
        const isQuiet = (bins[loudest] ?? 0) < 60;
        if (!isQuiet) last = `${frequency.toFixed(0)} Hz`;
        if (wanted === null) hits = isQuiet ? hits + 1 : 0;
        else if (!isQuiet && Math.abs(frequency - wanted) <= wanted * 0.05) hits++;
      }
      await audio.close();
      return hits >= enough ? undefined : last;
    },
    hz ?? null,
    LISTENING_MS,
  );
};

/** Waits until a participant is heard at this pitch. */
export const pitchHeard = async (page: Page, name: string, hz: number): Promise<void> => {
  const heard = await listenFor(page, name, hz);
  if (heard !== undefined) throw new Error(`"${name}" was heard at ${heard}, not at ${hz} Hz`);
};

/** Waits until nothing is heard of a participant whose sound plays all the same. */
export const fallsSilent = async (page: Page, name: string): Promise<void> => {
  const heard = await listenFor(page, name, undefined);
  if (heard !== undefined) throw new Error(`"${name}" did not fall silent: ${heard}`);
};

/** Whether a picture of the participant can be seen now. */
export const isSeen = async (page: Page, name: string): Promise<boolean> => {
  const tile = await participant(page, name);
  return tile.evaluate((node) => {
    const video = node.querySelector('video');
    return (
      video !== null &&
      video.videoWidth > 0 &&
      video.srcObject instanceof MediaStream &&
      video.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    );
  });
};

export interface Watch {
  /** How many pictures have come so far. */
  pictures(): Promise<number>;
  /** Ends the watch: how many pictures came, and the longest time without one, in ms. */
  stop(): Promise<{ pictures: number; longestGapMs: number }>;
}

/** Watches a participant's video from now on, to tell afterwards whether its pictures ever stopped. */
export const watchPictures = async (page: Page, name: string): Promise<Watch> => {
  const tile = await participant(page, name);
  const handle = await tile.evaluateHandle((node) => {
    const watch = { pictures: 0, longestGapMs: 0, last: performance.now(), stopped: false };
    const video = node.querySelector('video');
    if (video === null) throw new Error('no video to watch');
    const gap = () => Math.max(watch.longestGapMs, performance.now() - watch.last);
    const onPicture = () => {
      if (watch.stopped) return;
      watch.longestGapMs = gap();
      watch.last = performance.now();
      watch.pictures++;
      video.requestVideoFrameCallback(onPicture);
    };
    video.requestVideoFrameCallback(onPicture);
    const stop = () => {
      watch.stopped = true;
      return { pictures: watch.pictures, longestGapMs: Math.round(gap()) };
    };
    return { watch, stop };
  });
  return {
    pictures: () => handle.evaluate(({ watch }) => watch.pictures),
    stop: () => handle.evaluate(({ stop }) => stop()),
  };
};

/** Adds to what the page asks of its devices, whatever it asks. */
const askBesides = (page: Page, besides: { audio?: MediaTrackConstraints; video?: MediaTrackConstraints }) =>
  page.evaluateOnNewDocument(({ audio, video }) => {
    const { mediaDevices } = navigator;
    if (!mediaDevices) return;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    const merged = (wanted: boolean | MediaTrackConstraints | undefined, more = {}) =>
      wanted ? { ...(typeof wanted === 'object' ? wanted : {}), ...more } : false;
    mediaDevices.getUserMedia = (wanted = {}) =>
      open({ ...wanted, audio: merged(wanted.audio, audio), video: merged(wanted.video, video) });
  }, besides);

/**
 * Takes the microphone as it is. What helps speech would now and then take the tone for noise, or for an echo of what the
 * page plays, and here it is asked which sound comes from where.
 */
export const takeSoundAsItIs = (page: Page) =>
  askBesides(page, { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });

/**
 * Takes small pictures, and few. Firefox makes its own as large as it is asked to, and where several browsers share two
 * cores, whoever asks only who is seen would wait for 720 lines of each.
 */
export const takeSmallPictures = (page: Page) =>
  askBesides(page, { video: { width: 320, height: 240, frameRate: 8 } });
