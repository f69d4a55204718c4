/** What is in a recording, as ffprobe and ffmpeg read it: its length, its pictures with their moments, its sound. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';

const run = promisify(execFile);

/** A part of the picture, in fractions of its width and height. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A picture's moment in seconds and the mean colour of its region, 0 to 255 each. */
export interface Picture {
  at: number;
  red: number;
  green: number;
  blue: number;
}

/** One channel, from second 0 of the file on; where the file has no sound, there are zeros. */
export interface Sound {
  /** Samples a second. */
  rate: number;
  samples: Float32Array;
}

export interface Lengths {
  /** What the container says, in seconds; missing where it says nothing, as in what MediaRecorder writes. */
  container: number | undefined;
  /** Where the last packet of each kind begins, in seconds; missing where there is none of the kind. */
  video: number | undefined;
  audio: number | undefined;
}

export interface RecordingProbe {
  lengths(): Promise<Lengths>;
  /** Every picture of the file in turn. */
  pictures(region?: Region): Promise<Picture[]>;
  sound(): Promise<Sound>;
  /** Removes the copy of the file. */
  close(): void;
}

const WHOLE: Region = { x: 0, y: 0, width: 1, height: 1 };
const RATE = 16_000;
/** Raw sound of ten minutes has this place. */
const MOST_BYTES = 2 ** 26;

/** Opens a recording of any kind that ffmpeg reads. Broken places are passed over, as players do. */
export const probeRecording = (bytes: Uint8Array): RecordingProbe => {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-probe-'));
  const path = join(folder, 'recording');
  writeFileSync(path, bytes);
  return {
    lengths: () => lengthsOf(path),
    pictures: (region = WHOLE) => picturesIn(path, region),
    sound: () => soundIn(path),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
};

const Listing = v.object({
  format: v.object({ duration: v.optional(v.string()) }),
  packets: v.array(v.object({ codec_type: v.string(), pts_time: v.optional(v.string()) })),
});

async function lengthsOf(path: string): Promise<Lengths> {
  const entries = 'format=duration:packet=codec_type,pts_time';
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', path], {
    maxBuffer: MOST_BYTES,
  });
  const { format, packets } = v.parse(Listing, JSON.parse(stdout));
  const last = (kind: string) =>
    packets
      .filter(({ codec_type, pts_time }) => codec_type === kind && pts_time !== undefined)
      .reduce<number | undefined>((most, { pts_time }) => Math.max(most ?? 0, Number(pts_time)), undefined);
  return {
    container: format.duration === undefined ? undefined : Number(format.duration),
    video: last('video'),
    audio: last('audio'),
  };
}

/** Decodes to raw bytes; the second answer is what the filter that shows moments has said. */
async function decode(path: string, output: string[]): Promise<{ raw: Buffer; said: string }> {
  const { stdout, stderr } = await run(
    'ffmpeg',
    ['-hide_banner', '-nostats', '-v', 'info', '-i', path, ...output, 'pipe:1'],
    { encoding: 'buffer', maxBuffer: MOST_BYTES },
  );
  return { raw: stdout, said: stderr.toString() };
}

async function picturesIn(path: string, { x, y, width, height }: Region): Promise<Picture[]> {
  const crop = `crop=iw*${width}:ih*${height}:iw*${x}:ih*${y}`;
  const { raw, said } = await decode(path, [
    ...['-map', '0:v:0', '-vf', `${crop},scale=1:1:flags=area,format=rgb24,showinfo`],
    ...['-fps_mode', 'passthrough', '-f', 'rawvideo'],
  ]);
  const moments = [...said.matchAll(/\] n: *\d+ pts: *-?\d+ pts_time: *(-?[\d.]+)/g)];
  return moments.map(([, at], nth) => {
    const [red = 0, green = 0, blue = 0] = raw.subarray(nth * 3, nth * 3 + 3);
    return { at: Number(at), red, green, blue };
  });
}

/** Packets' moments waver by so much, and players take no notice of it. */
const WAVER_SECONDS = 0.03;

/** Sound that comes late or has holes stays where its time stamps say. */
async function soundIn(path: string): Promise<Sound> {
  const { raw, said } = await decode(path, [
    ...['-map', '0:a:0', '-af', `aresample=${RATE},aformat=sample_fmts=flt:channel_layouts=mono,ashowinfo`],
    ...['-f', 'f32le'],
  ]);
  let end = Number.POSITIVE_INFINITY;
  let read = 0;
  const pieces = [...said.matchAll(/pts_time:(-?[\d.]+) .*nb_samples:(\d+)/g)].map(([, at, count]) => {
    const stamped = Math.round(Number(at) * RATE);
    const from = Math.abs(stamped - end) > WAVER_SECONDS * RATE ? stamped : end;
    const piece = { from, read, count: Number(count) };
    end = from + piece.count;
    read += piece.count;
    return piece;
  });
  const samples = new Float32Array(Math.max(0, ...pieces.map(({ from, count }) => from + count)));
  for (const { from, read: first, count } of pieces) {
    for (let at = Math.max(0, -from); at < count; at++)
      samples[from + at] = raw.readFloatLE((first + at) * 4);
  }
  return { rate: RATE, samples };
}
