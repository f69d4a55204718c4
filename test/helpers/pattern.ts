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

declare global {
  /** Seconds that the clock of the pattern's sound has counted. */
  var patternSeconds: (() => number) | undefined;
}

/** What the page's sound clock and ours have counted until now, in seconds. */
export const clocksOf = async (page: Page): Promise<{ sound: number; ours: number }> => {
  const sound = await page.evaluate(() => globalThis.patternSeconds?.() ?? Number.NaN);
  return { sound, ours: performance.now() / 1000 };
};

/** Runs in the page, on its own: nothing from this file is there. */
const install = ({ colour, pitch }: Pattern, flashSeconds: number) => {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  const WIDTH = 640;
  const HEIGHT = 360;
  const BLOCK = 60;
  /** Ticks come every 21 ms at 48 kHz; every other one makes a picture. */
  const TICK_SAMPLES = 1024;
  /** Takes the newest picture; false once nobody wants it any more. */
  type Sink = () => boolean;
  let sinks: Sink[] = [];
  let kept: MediaStream[] = [];
  let ticks = 0;
  let started: { context: AudioContext; sound: AudioNode } | undefined;
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const picture = canvas.getContext('2d');

  const draw = (seconds: number) => {
    if (!picture) return;
    picture.fillStyle = seconds > 1 && seconds % 1 < flashSeconds ? 'white' : colour;
    picture.fillRect(0, 0, WIDTH, HEIGHT);
    picture.fillStyle = 'black';
    picture.fillRect(((seconds % 2) / 2) * (WIDTH - BLOCK), HEIGHT - BLOCK, BLOCK, BLOCK);
    sinks = sinks.filter((sink) => sink());
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

  const camera = (): MediaStreamTrack | undefined => {
    const Generator = Reflect.get(window, 'MediaStreamTrackGenerator');
    if (!Generator) {
      // Left to itself Firefox captures when it paints, which is late on a busy machine and rare in a hidden tab.
      const stream = canvas.captureStream(0);
      const [captured] = stream.getVideoTracks();
      const request = Reflect.get(stream, 'requestFrame');
      sinks.push(() => {
        if (captured?.readyState !== 'live') return false;
        Reflect.apply(request, stream, []);
        return true;
      });
      return captured;
    }
    const track = new Generator({ kind: 'video' });
    const writer: WritableStreamDefaultWriter<VideoFrame> = track.writable.getWriter();
    sinks.push(() => {
      if (track.readyState === 'ended') return false;
      if ((writer.desiredSize ?? 0) <= 0) return true;
      const frame = new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1000) });
      writer.write(frame).catch(() => frame.close());
      return true;
    });
    return track;
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
