/** A recorder without a browser: real recordings by ffmpeg, and the requests that a call page sends them with. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import * as v from 'valibot';
import type { House, Person } from './house.ts';
import { ANSWER, openOldPhone } from './phone.ts';

/** Runs work with a file of these bytes. */
function withFile<Result>(bytes: Buffer, work: (path: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-media-'));
  try {
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    return work(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const SOUND = ['-f', 'lavfi', '-i', 'sine=440'];
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10'];

/** A WebM as MediaRecorder makes it: a cluster a second, no duration, no index. */
export function liveWebm(seconds: number, { sound = false } = {}): Buffer {
  const codecs = ['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '150k', '-g', '20', '-c:a', 'libopus'];
  const format = ['-f', 'webm', '-live', '1', '-cluster_time_limit', '1000', 'pipe:1'];
  return execFileSync(
    'ffmpeg',
    ['-v', 'error', ...(sound ? [] : PICTURE), ...SOUND, '-t', String(seconds), ...codecs, ...format],
    { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

/** An MP4 in fragments, as Safari records it. */
export const liveMp4 = (seconds: number): Buffer =>
  execFileSync(
    'ffmpeg',
    [
      ...[
        '-v',
        'error',
        ...PICTURE,
        ...SOUND,
        '-t',
        String(seconds),
        '-c:v',
        'libx264',
        '-g',
        '10',
        '-c:a',
        'aac',
      ],
      ...['-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', 'pipe:1'],
    ],
    { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] },
  );

const Probe = v.object({
  format: v.object({ duration: v.optional(v.string()) }),
  streams: v.array(v.object({ codec_type: v.string() })),
});

/** What ffprobe reads from the file's head and index alone. `seconds` is missing where they don't say. */
export function probe(bytes: Buffer): { seconds: number | undefined; tracks: string[] } {
  const args = ['-v', 'error', '-show_entries', 'format=duration:stream=codec_type', '-of', 'json'];
  const output = withFile(bytes, (path) => execFileSync('ffprobe', [...args, path], { encoding: 'utf8' }));
  const { format, streams } = v.parse(Probe, JSON.parse(output));
  const seconds = format.duration === undefined ? undefined : Number(format.duration);
  return { seconds, tracks: streams.map((stream) => stream.codec_type).sort() };
}

/** Packets of all tracks that can be read. */
export const packetsIn = (bytes: Buffer): number =>
  withFile(bytes, (path) =>
    execFileSync('ffprobe', ['-v', 'quiet', '-show_entries', 'packet=pts', '-of', 'csv=p=0', path], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    }),
  )
    .trim()
    .split('\n').length;

/** Whether it has the index that players seek by: a Cues element (RFC 9559 §5.1.5) of some size. */
export const hasCues = (bytes: Buffer): boolean => bytes.includes(Buffer.from('1c53bb6b', 'hex'));

/** The call of two friends, over when this resolves. */
export async function pastCall(house: House, one: Person, other: Person): Promise<string> {
  const { friends, chats } = house.app.services;
  friends.befriend(one.id, other.id);
  const [caller, callee] = [await openOldPhone(house, one), await openOldPhone(house, other)];
  const { call } = await caller.rings(chats.directWith(one.id, other.id));
  callee.say({ type: 'accept', call, answer: ANSWER });
  await callee.hears('accepted');
  caller.say({ type: 'hang-up', call });
  await callee.hears('ended');
  return call;
}

type Headers = Record<string, string>;

export type Recorder = {
  id: string;
  uploadUrl: string;
  head(): Promise<LightMyRequestResponse>;
  /** Sends bytes for this place; `length` says that there are so many in all. */
  patch(offset: number, bytes: Buffer, length?: number, headers?: Headers): Promise<LightMyRequestResponse>;
  /** Sends everything from `offset` on in chunks, and says so at the end. */
  sendAll(bytes: Buffer, offset?: number): Promise<void>;
};

export const TUS = { 'tus-resumable': '1.0.0' };

/** What a recorder asks for; each time another recording. */
export const newWish = () => ({
  key: randomUUID(),
  mode: 'everyone',
  mimeType: 'video/webm;codecs=vp8,opus',
});

/** Asks for a recording, as a page does by fetch. */
export const askToRecord = (house: House, person: Person, call: string, wish: object = newWish()) =>
  house.app.inject({
    method: 'POST',
    url: `/calls/${call}/recordings`,
    headers: { cookie: person.cookie, 'x-csrf-token': person.token },
    payload: wish,
  });

/** Sends a chunk to an address, whoever's it is. */
export const patch = (
  house: House,
  person: Person,
  url: string,
  offset: number,
  bytes: Buffer,
  headers: Headers = {},
) =>
  house.app.inject({
    method: 'PATCH',
    url,
    headers: {
      ...TUS,
      cookie: person.cookie,
      'x-csrf-token': person.token,
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
      ...headers,
    },
    payload: bytes,
  });

export async function openRecorder(
  house: House,
  person: Person,
  call: string,
  wish?: object,
): Promise<Recorder> {
  const made = await askToRecord(house, person, call, wish);
  const { id, uploadUrl } = v.parse(v.object({ id: v.string(), uploadUrl: v.string() }), made.json());
  const recorder: Recorder = {
    id,
    uploadUrl,
    head: () =>
      house.app.inject({ method: 'HEAD', url: uploadUrl, headers: { ...TUS, cookie: person.cookie } }),
    patch: (offset, bytes, length, headers = {}) =>
      patch(house, person, uploadUrl, offset, bytes, {
        ...(length !== undefined && { 'upload-length': String(length) }),
        ...headers,
      }),
    async sendAll(bytes, offset = 0) {
      const step = 100_000;
      for (let at = offset; at < bytes.length; at += step) {
        const length = at + step >= bytes.length ? bytes.length : undefined;
        const { statusCode, body } = await recorder.patch(at, bytes.subarray(at, at + step), length);
        if (statusCode !== 204) throw new Error(`the chunk at ${at} was answered ${statusCode} ${body}`);
      }
    },
  };
  return recorder;
}
