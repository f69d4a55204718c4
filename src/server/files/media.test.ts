/** What sound, videos and HEIC photos turn out to be, and that they don't tell where they were made. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type House, openHouseOfFriends } from '../../../test/helpers/house.ts';
import { requireProgram } from '../../../test/helpers/programs.ts';
import { upload } from '../../../test/helpers/upload.ts';
import { createMedia } from './media.ts';
import { typeOf } from './media-types.ts';

let folder: string;
let house: House | undefined;
const media = createMedia();
// Each makes its file by ffmpeg first.
vi.setConfig({ testTimeout: 60_000 });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'media-'));
});
afterEach(async () => {
  await house?.close();
  house = undefined;
});
afterAll(() => {
  media.stop();
  rmSync(folder, { recursive: true });
});

const ffmpeg = (name: string, ...args: string[]): string => {
  const path = join(folder, name);
  execFileSync(requireProgram('ffmpeg'), ['-loglevel', 'error', ...args, '-y', path]);
  return path;
};
const SOUND = ['-f', 'lavfi', '-i', 'sine=d=1'];
const UPRIGHT = ['-f', 'lavfi', '-i', 'testsrc=s=1080x1920:r=2:d=1'];

const look = async (path: string) => media.look(path, await typeOf(path));

test.each([
  ['upright.mp4', ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']],
  ['upright.webm', ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8']],
])('%s has its size and its length', async (name, coding) => {
  const facts = await look(ffmpeg(name, ...UPRIGHT, ...coding));
  expect(facts).toMatchObject({ type: expect.stringMatching(/^video/), size: { width: 1080, height: 1920 } });
  expect(facts?.durationMs).toBeGreaterThan(400);
});

test('a video that is turned when it is shown has the size that is shown', async () => {
  const wide = ['-f', 'lavfi', '-i', 'testsrc=s=320x180:r=5:d=1', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
  const flat = ffmpeg('flat.mp4', ...wide);
  const turned = ffmpeg('turned.mp4', '-i', flat, '-c', 'copy', '-metadata:s:v', 'rotate=90');
  expect((await look(turned))?.size).toEqual({ width: 180, height: 320 });
});

test.each([
  ['m4a of brand mp42', 'x.m4a', ['-c:a', 'aac', '-brand', 'mp42', '-f', 'mp4'], 'audio/mp4'],
  ['m4a of no brand', 'y.mp4', ['-c:a', 'aac', '-f', 'mp4'], 'audio/mp4'],
  ['3GP of AAC', 'z.3gp', ['-c:a', 'aac', '-f', '3gp'], 'audio/mp4'],
  ['QuickTime', 'q.mov', ['-c:a', 'aac', '-f', 'mov'], 'audio/mp4'],
  ['WebM', 'w.webm', ['-c:a', 'libopus'], 'audio/webm'],
  ['Matroska of Opus', 'o.mka', ['-c:a', 'libopus', '-f', 'matroska'], 'audio/webm'],
  ['Matroska of AAC', 'a.mka', ['-c:a', 'aac', '-f', 'matroska'], 'audio/x-matroska'],
])('%s without a picture is sound', async (_what, name, coding, type) => {
  const facts = await look(ffmpeg(name, ...SOUND, ...coding));
  expect(facts).toMatchObject({ type });
  expect(facts?.size).toBeUndefined();
});

const PLACE = '+52.3676+004.9041/';
const QUICKTIME = [
  '-movflags',
  'use_metadata_tags',
  '-metadata',
  `com.apple.quicktime.location.ISO6709=${PLACE}`,
];
test.each([
  ['mp4', ['-f', 'mp4', '-metadata', `location=${PLACE}`]],
  ['3gp', ['-f', '3gp', '-metadata', `location=${PLACE}`]],
  ['mov', ['-f', 'mov', ...QUICKTIME]],
])('where a video was made is gone from %s, and nothing else: %j', async (end, coding) => {
  const small = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=5:d=1', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
  const path = ffmpeg(`place.${end}`, ...small, ...coding);
  const before = readFileSync(path);
  const probe = () =>
    execFileSync(requireProgram('ffmpeg'), ['-i', path, '-f', 'framemd5', '-'], { stdio: 'pipe' });
  const frames = String(probe());
  // The 3GPP box holds it in binary: 52.3676 in 16.16 bits.
  expect(before.includes('52.3676') || before.includes(Buffer.from('00345e1b', 'hex'))).toBe(true);
  expect((await look(path))?.size).toEqual({ width: 64, height: 48 });
  const after = readFileSync(path);
  expect(after.length).toBe(before.length);
  expect(after.includes('52.3676') || after.includes(Buffer.from('00345e1b', 'hex'))).toBe(false);
  expect(String(probe())).toBe(frames);
});

async function heic(): Promise<string> {
  const exif = {
    IFD0: { Copyright: 'Ana Secret' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 30/1' },
  };
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: '#a52' } });
  writeFileSync(join(folder, 'p.jpg'), await picture.withExif(exif).jpeg().toBuffer());
  const path = join(folder, 'p.heic');
  execFileSync(requireProgram('heif-enc'), [join(folder, 'p.jpg'), '-o', path], { stdio: 'ignore' });
  return path;
}

test('a HEIC photo loses its Exif, and shows what it showed', async () => {
  const path = await heic();
  const before = readFileSync(path);
  expect(before.includes('Ana Secret')).toBe(true);
  expect(await look(path)).toEqual({ type: 'image/heic' });
  const after = readFileSync(path);
  expect(after.length).toBe(before.length);
  expect(after.includes('Ana Secret')).toBe(false);
  // Everything but the Exif is as it was: what differs lies in one piece.
  const differing = [...after.keys()].filter((at) => after[at] !== before[at]);
  const [first = 0, last = 0] = [differing[0], differing.at(-1)];
  expect(
    before.subarray(first - 6, last).includes('II') || before.subarray(first - 6, last).includes('MM'),
  ).toBe(true);
  expect(last - first).toBeLessThan(400);
});

test('what breaks off, or leads in circles, is kept as it is', async () => {
  const whole = readFileSync(ffmpeg('whole.mp4', ...SOUND, '-c:a', 'aac', '-movflags', 'faststart'));
  for (const length of [40, 200, 700, whole.length - 10]) {
    const path = join(folder, 'cut.mp4');
    writeFileSync(path, whole.subarray(0, length));
    await look(path);
    expect(readFileSync(path)).toEqual(whole.subarray(0, length));
  }
});

test('a chat keeps the shape of a video free, and plays sound as sound', async () => {
  const opened = await openHouseOfFriends();
  house = opened.house;
  const { ana, ben, chat } = opened;
  const send = (name: string, path: string) =>
    upload(
      opened.house,
      ana,
      `/chats/${chat}`,
      { name, bytes: readFileSync(path) },
      { key: randomUUID(), body: '' },
    );
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  expect((await send('up.mp4', ffmpeg('up.mp4', ...UPRIGHT, ...coding))).statusCode).toBe(303);
  expect(
    (await send('s.m4a', ffmpeg('s.m4a', ...SOUND, '-c:a', 'aac', '-brand', 'mp42', '-f', 'mp4'))).statusCode,
  ).toBe(303);
  expect((await send('p.heic', await heic())).statusCode).toBe(303);
  const { body } = await ben.get(`/chats/${chat}`);
  expect(body).toMatch(/<video [^>]*aria-label="up.mp4" width="203" height="360"/);
  expect(body).toMatch(/<audio [^>]*aria-label="s.m4a"/);
  expect(body).toContain('HEIC format');
});
