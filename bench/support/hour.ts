/** An hour's recording without the hour: real packets, made in seconds, and the least that keeping them could cost. */
import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const HOUR = 60 * 60;
/** Seconds that are encoded and then repeated: the packets are an hour's, the waiting isn't. */
const LOOP = 10;
/** Bits a second of picture and sound, so that an hour has 165 MB; larger pictures take what they need. */
const [PICTURE, SOUND] = ['320k', '40k'];

export interface Shape {
  size: string;
  /** Frames a second. */
  rate: number;
}

const SMALL: Shape = { size: '320x240', rate: 20 };
/** What a call page records: src/client/capture. */
export const RECORDED: Shape = { size: '1280x720', rate: 24 };

/**
 * As MediaRecorder writes it: a cluster a second, a key frame every two, no duration, no index.
 * @returns its path in `folder`
 */
export function makeHour(folder: string, { size, rate } = SMALL): string {
  const [loop, hour] = [join(folder, 'loop.webm'), join(folder, 'hour.webm')];
  const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', ...args], { stdio: 'ignore' });
  const codecs = [
    ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', String(2 * rate)],
    ...['-c:a', 'libopus'],
  ];
  const rates = [
    ...['-b:v', PICTURE, '-minrate', PICTURE, '-maxrate', PICTURE],
    ...['-b:a', SOUND, '-t', String(LOOP)],
  ];
  const noise = `testsrc2=size=${size}:rate=${rate},noise=alls=12:allf=t`;
  ffmpeg('-f', 'lavfi', '-i', noise, '-f', 'lavfi', '-i', 'sine=440', ...codecs, ...rates, loop);
  const live = ['-f', 'webm', '-live', '1', '-cluster_time_limit', '1000'];
  ffmpeg('-stream_loop', '-1', '-i', loop, '-c', 'copy', '-t', String(HOUR), ...live, hour);
  return hour;
}

/** ms that a copy to the same disk takes, written through. */
export function bareCopy(path: string): number {
  const copy = `${path}.copy`;
  const start = performance.now();
  copyFileSync(path, copy);
  const file = openSync(copy, 'r+');
  fsyncSync(file);
  closeSync(file);
  const took = performance.now() - start;
  rmSync(copy);
  return took;
}
