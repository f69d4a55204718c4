/** A camera and a microphone whose picture and sound are known, and in step: for whoever has to prove a recording. */
import type { Page } from 'puppeteer-core';

export interface Pattern {
  /** The ground of the picture, as CSS has it; dark enough for white to be a flash. */
  colour: string;
  /** Whole Hz of the tone, one's own among all that are in the call. */
  pitch: number;
}

/** Of each second, the part in which the picture is white and the tone louder. */
const FLASH_SECONDS = 0.2;

/**
 * Gives every document that this page loads from now on the pattern instead of camera and microphone: a dark block
 * wanders through the colour, and once a second everything else is white for `FLASH_SECONDS`, while the tone is
 * five times as loud. Both follow one AudioContext. The browser is asked for the
 * real devices first, so refusals and missing devices stay what they are.
 * The picture goes on in a hidden tab of Chromium; Firefox captures a canvas only when it paints the page.
 */
export const usePattern = async (page: Page, pattern: Pattern): Promise<void> => {
  await page.evaluateOnNewDocument(install, pattern, FLASH_SECONDS);
};

/** Chromium's, whose pictures a page makes: MediaStreamTrackGenerator. */
type GeneratedTrack = MediaStreamTrack & { writable: WritableStream<VideoFrame> };

declare global {
  /** Seconds that the clock of the pattern's sound has counted. */
  var patternSeconds: (() => number) | undefined;
  /** How many flashes the camera has shown in time: a page that has no time to draw makes them late, or not at all. */
  var patternFlashes: number | undefined;
}

/** What the page's sound clock and ours have counted until now, in seconds. */
export const clocksOf = async (page: Page): Promise<{ sound: number; ours: number }> => {
  const sound = await page.evaluate(() => globalThis.patternSeconds?.() ?? Number.NaN);
  return { sound, ours: performance.now() / 1000 };
};

export const flashesInTime = (page: Page): Promise<number> =>
  page.evaluate(() => globalThis.patternFlashes ?? 0);

/** Runs in the page, on its own: nothing from this file is there. */
const install = ({ colour, pitch }: Pattern, flashSeconds: number) => {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  const WIDTH = 320;
  const HEIGHT = 180;
  const BLOCK = 30;
  /** Ticks come every 21 ms at 48 kHz; every other one makes a picture. */
  const TICK_SAMPLES = 1024;
  /** Shows the picture of a second of the sound; false once nobody wants any more. */
  type Sink = (seconds: number) => boolean;
  /** Seconds after its beginning by which a flash is in time: two pictures at the usual rate. */
  const IN_TIME = 0.09;
  let flashed = 0;
  let sinks: Sink[] = [];
  let kept: MediaStream[] = [];
  let ticks = 0;
  let started: { context: AudioContext; sound: AudioNode } | undefined;

  /** Where the block stands, and whether everything else is white. */
  const momentOf = (seconds: number) => ({
    left: Math.floor((((seconds % 2) / 2) * (WIDTH - BLOCK)) / 2) * 2,
    isWhite: seconds > 1 && seconds % 1 < flashSeconds,
  });

  /** Counts what is shown of a flash, once, if it is its beginning. */
  const shown = (seconds: number, isWhite: boolean) => {
    const second = Math.floor(seconds);
    if (!isWhite || second === flashed) return;
    flashed = second;
    if (seconds % 1 < IN_TIME) globalThis.patternFlashes = (globalThis.patternFlashes ?? 0) + 1;
  };

  const draw = (seconds: number) => {
    sinks = sinks.filter((sink) => sink(seconds));
  };

  /** A second of the tone, which begins with its loud part. */
  const tone = (context: AudioContext) => {
    const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
    const samples = buffer.getChannelData(0);
    for (let at = 0; at < samples.length; at++) {
      const seconds = at / context.sampleRate;
      const loudness = seconds < flashSeconds ? 0.4 : 0.08;
      samples[at] = loudness * Math.sin(2 * Math.PI * pitch * seconds);
    }
    return new AudioBufferSourceNode(context, { buffer, loop: true });
  };

  const start = () => {
    const context = new AudioContext();
    const sound = tone(context);
    sound.start(1);
    globalThis.patternSeconds = () => context.currentTime;
    // Its events are no timers, so a hidden tab gets them all.
    const clock = context.createScriptProcessor(TICK_SAMPLES, 1, 1);
    const halfPicture = TICK_SAMPLES / context.sampleRate;
    clock.addEventListener('audioprocess', () => {
      if (ticks++ % 2 === 0) draw(context.currentTime + halfPicture);
    });
    sound.connect(clock).connect(context.destination);
    // Without a gesture the browser doesn't let it run yet.
    setInterval(() => {
      if (context.state === 'running') return;
      void context.resume();
      draw(0);
    }, 100);
    return { context, sound };
  };

  /** Left to itself Firefox captures a canvas when it paints, which is late on a busy machine and rare in a hidden tab. */
  const canvasCamera = (): MediaStreamTrack | undefined => {
    const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
    const picture = canvas.getContext('2d');
    const stream = canvas.captureStream(0);
    const [captured] = stream.getVideoTracks();
    const request = Reflect.get(stream, 'requestFrame');
    sinks.push((seconds) => {
      if (!picture || captured?.readyState !== 'live') return false;
      const { left, isWhite } = momentOf(seconds);
      picture.fillStyle = isWhite ? 'white' : colour;
      picture.fillRect(0, 0, WIDTH, HEIGHT);
      picture.fillStyle = 'black';
      picture.fillRect(left, HEIGHT - BLOCK, BLOCK, BLOCK);
      Reflect.apply(request, stream, []);
      shown(seconds, isWhite);
      return true;
    });
    return captured;
  };

  const luma = WIDTH * HEIGHT;
  /** One colour in the planes that encoders take (I420, ITU-R BT.601): a canvas would cost the page most of its time. */
  const planesOf = (red: number, green: number, blue: number): Uint8Array => {
    const planes = new Uint8Array(luma * 1.5);
    planes.fill(16 + 0.257 * red + 0.504 * green + 0.098 * blue, 0, luma);
    planes.fill(128 - 0.148 * red - 0.291 * green + 0.439 * blue, luma, luma * 1.25);
    planes.fill(128 + 0.439 * red - 0.368 * green - 0.071 * blue, luma * 1.25);
    return planes;
  };
  const blacken = (
    planes: Uint8Array,
    from: number,
    width: number,
    left: number,
    size: number,
    value: number,
  ) => {
    const rows = (width / WIDTH) * HEIGHT;
    for (let row = rows - size; row < rows; row++) {
      const start = from + row * width + left;
      planes.fill(value, start, start + size);
    }
  };

  const planesCamera = (Generator: new (init: { kind: 'video' }) => GeneratedTrack): MediaStreamTrack => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/[\da-f]{2}/gi) ?? []).map((hex) =>
      parseInt(hex, 16),
    );
    const [ground, white] = [planesOf(red, green, blue), planesOf(255, 255, 255)];
    const track = new Generator({ kind: 'video' });
    const writer = track.writable.getWriter();
    sinks.push((seconds) => {
      if (track.readyState === 'ended') return false;
      if ((writer.desiredSize ?? 0) <= 0) return true;
      const { left, isWhite } = momentOf(seconds);
      const planes = (isWhite ? white : ground).slice();
      blacken(planes, 0, WIDTH, left, BLOCK, 16);
      for (const from of [luma, luma * 1.25]) blacken(planes, from, WIDTH / 2, left / 2, BLOCK / 2, 128);
      const frame = new VideoFrame(planes, {
        format: 'I420',
        codedWidth: WIDTH,
        codedHeight: HEIGHT,
        timestamp: Math.round(performance.now() * 1000),
        colorSpace: { matrix: 'smpte170m', primaries: 'smpte170m', transfer: 'smpte170m', fullRange: false },
      });
      writer.write(frame).catch(() => frame.close());
      shown(seconds, isWhite);
      return true;
    });
    return track;
  };

  const camera = (): MediaStreamTrack | undefined => {
    const Generator = Reflect.get(window, 'MediaStreamTrackGenerator');
    return Generator ? planesCamera(Generator) : canvasCamera();
  };

  const microphone = (): MediaStreamTrack | undefined => {
    started ??= start();
    const destination = started.context.createMediaStreamDestination();
    started.sound.connect(destination);
    return destination.stream.getAudioTracks()[0];
  };

  mediaDevices.getUserMedia = async (constraints) => {
    const real = await open(constraints);
    started ??= start();
    const tracks = real.getTracks().map(({ kind }) => (kind === 'video' ? camera() : microphone()));
    for (const track of real.getVideoTracks()) track.stop();
    // Firefox plays what is received unasked only to who is heard.
    kept = [...kept, real].slice(-2);
    return new MediaStream(tracks.filter((track) => track !== undefined));
  };
};
