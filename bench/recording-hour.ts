/** An hour's recording: how long it takes to make it playable, what that takes, and what the chat notices of it. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { addPastCall } from '../test/helpers/past-call.ts';
import { pause } from '../test/helpers/poll.ts';
import { TUS } from '../test/helpers/recorder.ts';
import { getRequest, type Visitor, visit } from './support/browserlike.ts';
import { makeFamily } from './support/family.ts';
import { type Bench, digits, median, milliseconds, ratioFigure } from './support/figures.ts';
import { askOnce, openConnection } from './support/keep-alive.ts';
import { makeFolder, type Running, removeFolder, startServer } from './support/programs.ts';
import { residentBytes } from './support/usage.ts';

const HOUR = 60 * 60;
/** Seconds that are encoded and then repeated: the packets are an hour's, the waiting isn't. */
const LOOP = 10;
/** Bits a second of picture and sound, so that an hour has 165 MB. */
const [PICTURE, SOUND] = ['320k', '40k'];
const CHUNK = 1_000_000;
/** ms between two looks at memory and at the chat. */
const PACE = 50;

/** As MediaRecorder writes it: a cluster a second, no duration, no index. */
function makeHour(folder: string): string {
  const [loop, hour] = [join(folder, 'loop.webm'), join(folder, 'hour.webm')];
  const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', ...args], { stdio: 'ignore' });
  const codecs = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '40', '-c:a', 'libopus'];
  const rates = [
    '-b:v',
    PICTURE,
    '-minrate',
    PICTURE,
    '-maxrate',
    PICTURE,
    '-b:a',
    SOUND,
    '-t',
    String(LOOP),
  ];
  const noise = 'testsrc2=size=320x240:rate=20,noise=alls=12:allf=t';
  ffmpeg('-f', 'lavfi', '-i', noise, '-f', 'lavfi', '-i', 'sine=440', ...codecs, ...rates, loop);
  const live = ['-f', 'webm', '-live', '1', '-cluster_time_limit', '1000'];
  ffmpeg('-stream_loop', '-1', '-i', loop, '-c', 'copy', '-t', String(HOUR), ...live, hour);
  return hour;
}

const headersOf = ({ cookie, csrf }: Visitor) => ({ cookie, 'x-csrf-token': csrf });

/** @returns the address and the ms that a chunk took, on the median */
async function send(server: Running, visitor: Visitor, call: string, path: string) {
  const origin = `http://127.0.0.1:${server.port}`;
  const made = await fetch(`${origin}/calls/${call}/recordings`, {
    method: 'POST',
    headers: { ...headersOf(visitor), 'content-type': 'application/json' },
    body: JSON.stringify({ key: randomUUID(), mode: 'everyone', mimeType: 'video/webm' }),
  });
  const { id, uploadUrl } = v.parse(v.object({ id: v.string(), uploadUrl: v.string() }), await made.json());
  const file = openSync(path, 'r');
  const { size } = statSync(path);
  const times: number[] = [];
  for (let offset = 0; offset < size; offset += CHUNK) {
    const bytes = new Uint8Array(Math.min(CHUNK, size - offset));
    readSync(file, bytes, 0, bytes.length, offset);
    const start = performance.now();
    const { status } = await fetch(origin + uploadUrl, {
      method: 'PATCH',
      headers: {
        ...headersOf(visitor),
        ...TUS,
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
        ...(offset + CHUNK >= size && { 'upload-length': String(size) }),
      },
      body: bytes,
    });
    times.push(performance.now() - start);
    if (status !== 204) throw new Error(`the chunk at ${offset} was answered ${status}`);
  }
  closeSync(file);
  return { id, chunk: median(times) };
}

/** Resident bytes of the processes that this one has started. */
function childBytes(parent: number): number {
  let bytes = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent)
        bytes += residentBytes(Number(pid)) || 0;
    } catch {
      // It has ended since the folder was read.
    }
  return bytes;
}

/** ms that a copy to the same disk takes, written through. */
function bareCopy(path: string): number {
  const start = performance.now();
  copyFileSync(path, `${path}.copy`);
  const file = openSync(`${path}.copy`, 'r+');
  fsyncSync(file);
  closeSync(file);
  return performance.now() - start;
}

export const recordingHour: Bench = {
  name: 'recording-hour',
  async run() {
    const folder = makeFolder();
    const dataDir = join(folder, 'data');
    const { pairs } = await makeFamily(dataDir, 1, 40);
    const call = addPastCall(dataDir, 'ana0', 'ben0', 60);
    const server = await startServer(dataDir);
    try {
      const [pair] = pairs;
      if (!pair) throw new Error('the family is empty');
      const hour = makeHour(folder);
      const copy = bareCopy(hour);
      const page = `/chats/${pair.chat}`;
      const visitor = await visit(server.port, pair.cookies[0], page);
      const request = getRequest(visitor, page);
      const ask = async () => {
        // A new one each time: the server ends those that are silent for long.
        const connection = await openConnection(server.port);
        const start = performance.now();
        await askOnce(connection, request);
        connection.close();
        return performance.now() - start;
      };
      const quiet: number[] = [];
      for (let i = 0; i < 100; i++) quiet.push(await ask());
      const idle = residentBytes(server.pid);
      const { id, chunk } = await send(server, visitor, call, hour);
      const before = residentBytes(server.pid);
      const start = performance.now();
      const path = join(dataDir, 'recordings', id);
      const busy: number[] = [];
      let [own, others] = [before, 0];
      // What was received goes when all of it is playable.
      while (readdirSync(join(dataDir, 'recordings')).includes(`${id}.raw`)) {
        busy.push(await ask());
        own = Math.max(own, residentBytes(server.pid));
        others = Math.max(others, childBytes(server.pid));
        await pause(PACE);
      }
      const finishing = performance.now() - start;
      const megabytes = (bytes: number) => `${digits(bytes / 1e6)} MB`;
      const size = megabytes(statSync(path).size);
      return [
        {
          what: `finishing an hour's recording (${size})`,
          budget: '',
          measured: `${digits(finishing / 1000)} s`,
          absolute: `${digits(finishing / copy)} × a bare copy (${milliseconds(copy)}); ${milliseconds(chunk)} a chunk before`,
          met: undefined,
        },
        {
          what: 'memory meanwhile',
          budget: '',
          measured: `server ${megabytes(own - before)} more`,
          absolute: `server ${megabytes(idle)} idle, ${megabytes(before)} when all was sent at once, ${megabytes(own)} at most; worker ${megabytes(others)}, which ends`,
          met: undefined,
        },
        {
          ...ratioFigure(
            'a chat page meanwhile, against before',
            { most: Number.NaN },
            median(busy) / median(quiet),
            `${milliseconds(median(busy))} against ${milliseconds(median(quiet))}, the longest ${milliseconds(Math.max(...busy))}`,
          ),
          budget: '',
          met: undefined,
        },
      ];
    } finally {
      await server.stop();
      removeFolder(folder);
    }
  },
};
