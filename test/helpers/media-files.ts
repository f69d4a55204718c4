/** Files that Chromium plays as its microphone and its camera. */
import { writeFileSync } from 'node:fs';

const SAMPLE_RATE = 48_000;
const TONE_SECONDS = 0.15;
const SILENCE_SECONDS = 0.35;
const RAMP_SECONDS = 0.01;

/**
 * Half a second of 16-bit mono WAV: a short tone of `hz`, like a syllable, and silence. Chromium plays it over and over.
 * Noise suppression takes for noise what is there most of the time, so it has to be silence; the ramps keep the edges
 * from clicking.
 */
export const toneWav = (hz: number): Buffer => {
  const count = Math.round(SAMPLE_RATE * (TONE_SECONDS + SILENCE_SECONDS));
  return wavOf(
    Float32Array.from({ length: count }, (_, i) => {
      const t = i / SAMPLE_RATE;
      const loudness = Math.max(0, Math.min(1, t / RAMP_SECONDS, (TONE_SECONDS - t) / RAMP_SECONDS));
      return (Math.sin(2 * Math.PI * hz * t) * loudness * 16_000) / 32_767;
    }),
  );
};

/** Samples from -1 to 1 as a WAV file: 16 bit, one channel. */
export const wavOf = (samples: Float32Array): Buffer => {
  const count = samples.length;
  const wav = Buffer.alloc(44 + count * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + count * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(SAMPLE_RATE, 24);
  wav.writeUInt32LE(SAMPLE_RATE * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(count * 2, 40);
  for (let i = 0; i < count; i++)
    wav.writeInt16LE(Math.round(Math.max(-1, Math.min(1, samples[i] ?? 0)) * 32_767), 44 + i * 2);
  return wav;
};

/** Luma and both chroma values (BT.601, 8 bit) of the pattern's ground. */
const GROUNDS = { red: [82, 90, 240], green: [145, 54, 34], blue: [41, 240, 110] } as const;

export type Ground = keyof typeof GROUNDS;

/** A camera in one colour with a light bar that wanders through the picture once a second: YUV4MPEG2, 4:2:0. */
export const movingPattern = (ground: Ground, width = 320, height = 240, fps = 20): Buffer => {
  const [luma, cb, cr] = GROUNDS[ground];
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`)];
  const chroma = (width / 2) * (height / 2);
  for (let frame = 0; frame < fps; frame++) {
    const row = Buffer.alloc(width, luma);
    const left = Math.floor((frame / fps) * width);
    row.fill(235, left, Math.min(width, left + width / 5));
    parts.push(Buffer.from('FRAME\n'), ...Array<typeof row>(height).fill(row));
    parts.push(Buffer.alloc(chroma, cb), Buffer.alloc(chroma, cr));
  }
  return Buffer.concat(parts);
};

/**
 * A camera that is hard to encode: 720 lines of fine detail that wanders, with noise over it as of a dark room. A second of
 * YUV4MPEG2, 4:2:0, the same at each run.
 */
export const busyPattern = (width = 1280, height = 720, fps = 30): Buffer => {
  let seed = 1;
  // xorshift32 (Marsaglia 2003)
  const random = () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return seed >>> 24;
  };
  const detail = Buffer.alloc(width * height);
  for (let y = 0; y < height; y += 4)
    for (let x = 0; x < width; x += 4) {
      const luma = 60 + (random() >> 1);
      for (let row = y; row < y + 4; row++) detail.fill(luma, row * width + x, row * width + x + 4);
    }
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`)];
  const chroma = Buffer.alloc((width / 2) * (height / 2), 128);
  for (let frame = 0; frame < fps; frame++) {
    const luma = Buffer.alloc(width * height);
    const shift = frame * 8;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = y * width + ((x + shift) % width);
        luma[y * width + x] = (detail[from] ?? 0) + (random() >> 4) - 8;
      }
    parts.push(Buffer.from('FRAME\n'), luma, chroma, chroma);
  }
  return Buffer.concat(parts);
};

/** Writes the bytes and returns the path. */
export const writeMedia = (path: string, bytes: Buffer): string => {
  writeFileSync(path, bytes);
  return path;
};
