/** Recordings when things go wrong for real: processes that are killed, disks that are full. */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Upload } from 'tus-js-client';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../helpers/client.ts';
import { type House, openHouse, type Person as Resident } from '../helpers/house.ts';
import { addPastCall } from '../helpers/past-call.ts';
import { createPair, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import {
  askToRecord,
  liveWebm,
  newWish,
  openRecorder,
  packetsIn,
  pastCall,
  type Recorder,
  TUS,
} from '../helpers/recorder.ts';
import { type Server, startServer } from '../helpers/server.ts';

const live = liveWebm(8);

describe('a server that is killed', () => {
  let server: Server;
  let anna: Person;
  let call: string;
  let client: Client;
  let headers: Record<string, string>;

  beforeAll(async () => {
    server = await startServer();
    [anna] = await createPair(server);
    call = addPastCall(server.dataDir, 'anna', 'ben');
    client = await signInClient(server, anna);
    const { body } = await client.get('/settings');
    const cookie = [...client.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
    headers = { cookie, 'x-csrf-token': /name="_csrf" value="([^"]*)"/.exec(body)?.[1] ?? '' };
  });
  afterAll(() => server.remove());

  async function ask() {
    const response = await fetch(`${server.origin}/calls/${call}/recordings`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(newWish()),
    });
    expect(response.status).toBe(201);
    const { id, uploadUrl } = v.parse(
      v.object({ id: v.string(), uploadUrl: v.string() }),
      await response.json(),
    );
    return { id, url: server.origin + uploadUrl, raw: join(server.dataDir, 'recordings', `${id}.raw`) };
  }

  const offsetAt = async (url: string) =>
    Number(
      (await fetch(url, { method: 'HEAD', headers: { ...headers, ...TUS } })).headers.get('upload-offset'),
    );

  const patch = (url: string, offset: number, bytes: Buffer, length?: number) =>
    fetch(url, {
      method: 'PATCH',
      headers: {
        ...headers,
        ...TUS,
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
        ...(length !== undefined && { 'upload-length': String(length) }),
      },
      body: new Uint8Array(bytes),
    });

  /** What is played, as soon as the page of the call shows a player for it. */
  const played = (id: string) =>
    eventually(
      'the recording to be ready',
      async () => {
        const { body } = await client.get(`/calls/${call}`);
        const row = body.split('<li').find((part) => part.includes(id));
        if (!row?.includes('data-state="ready"')) return undefined;
        return Buffer.from(await (await fetch(`${server.origin}/files/${id}`, { headers })).arrayBuffer());
      },
      60_000,
      server.log,
    );

  test('in the middle of a chunk has kept what came of it, and takes the rest', async () => {
    const { id, url, raw } = await ask();
    const first = 100_000;
    expect((await patch(url, 0, live.subarray(0, first))).status).toBe(204);
    const half = request(url, {
      method: 'PATCH',
      headers: {
        ...headers,
        ...TUS,
        'upload-offset': first,
        'content-type': 'application/offset+octet-stream',
        'content-length': live.length - first,
      },
    });
    half.on('error', () => {});
    half.write(live.subarray(first, first + 30_000));
    await eventually('a part of the chunk to be written', () => statSync(raw).size > first);
    await server.kill9();
    await server.start();
    const offset = await offsetAt(url);
    expect(offset).toBe(statSync(raw).size);
    expect(offset).toBeGreaterThan(first);
    expect(readFileSync(raw)).toEqual(live.subarray(0, offset));
    expect((await patch(url, first, live.subarray(first))).status).toBe(409);
    expect((await patch(url, offset, live.subarray(offset), live.length)).status).toBe(204);
    expect(packetsIn(await played(id))).toBe(packetsIn(live));
  });

  test('while it finishes does so when it is back', async () => {
    const { id, url } = await ask();
    expect((await patch(url, 0, live, live.length)).status).toBe(204);
    await server.kill9();
    await server.start();
    expect(packetsIn(await played(id))).toBe(packetsIn(live));
  });

  test('is not noticed by tus-js-client', async () => {
    const { id, url } = await ask();
    let killed: Promise<void> | undefined;
    await new Promise<void>((resolve, reject) => {
      const upload = new Upload(live, {
        uploadUrl: url,
        uploadLengthDeferred: true,
        chunkSize: 50_000,
        headers,
        retryDelays: Array.from({ length: 40 }, () => 250),
        onChunkComplete: (_size, accepted) => {
          if (accepted > live.length / 2) killed ??= server.kill9().then(server.start);
        },
        onSuccess: () => resolve(),
        onError: reject,
      });
      upload.start();
    });
    expect(killed).toBeDefined();
    await killed;
    expect(packetsIn(await played(id))).toBe(packetsIn(live));
  });
});

const mount = (size: string, folder: string) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);

/** Mounting takes root; whoever runs the tests otherwise has these two left out, and is told so. */
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('a disk that is full', () => {
  const mounted: string[] = [];
  let house: House | undefined;
  let folder: string;
  let ana: Resident;
  let chat: number;
  let recorder: Recorder;
  let call: string;

  /** @param where what lies on the small disk */
  async function open(size: string, where: 'everything' | 'recordings'): Promise<House> {
    folder = mkdtempSync(join(tmpdir(), 'porchlight-disk-'));
    const place = process.env.TMPDIR;
    if (where === 'everything') {
      mount(size, folder);
      mounted.push(folder);
    }
    process.env.TMPDIR = folder;
    const opened = await openHouse();
    if (place === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = place;
    if (where === 'recordings') {
      mount(size, join(opened.dataDir, 'recordings'));
      mounted.push(join(opened.dataDir, 'recordings'));
    }
    house = opened;
    ana = await opened.person('ana');
    const ben = await opened.person('ben');
    call = await pastCall(opened, ana, ben);
    chat = opened.app.services.chats.directWith(ana.id, ben.id);
    recorder = await openRecorder(opened, ana, call);
    return opened;
  }

  afterEach(async () => {
    await house?.app.close();
    for (const path of mounted.splice(0)) execFileSync('umount', [path]);
    rmSync(folder, { recursive: true });
  });

  const write = async () =>
    (
      await ana.post(`/chats/${chat}`, {
        key: `message-${performance.now()}`.padEnd(20, '0').replace('.', '-'),
        body: 'Hello',
      })
    ).statusCode;
  const raw = (at: House) => readFileSync(join(at.dataDir, 'recordings', `${recorder.id}.raw`));

  test('is said clearly before and while recording, the chat goes on, and so does the recording when there is room', async () => {
    // Half a megabyte of it is the server's reserve.
    const at = await open('25m', 'everything');
    const ballast = join(at.dataDir, 'ballast');
    writeFileSync(ballast, Buffer.alloc(16 * 2 ** 20));
    const chunk = Buffer.alloc(2 ** 20, 7);
    let offset = 0;
    let refused = await recorder.patch(0, chunk);
    for (; refused.statusCode === 204; refused = await recorder.patch(offset, chunk)) offset += chunk.length;
    expect([refused.statusCode, refused.json().error]).toEqual([507, 'disk-full']);
    expect(refused.json().message).toMatch(/^The server's disk is full/);
    expect(offset).toBeGreaterThan(2 * 2 ** 20);
    expect((await recorder.head()).headers['upload-offset']).toBe(String(offset));
    expect(raw(at)).toHaveLength(offset);
    const another = await askToRecord(at, ana, call);
    expect([another.statusCode, another.json().error]).toEqual([507, 'disk-full']);
    expect(await write()).toBe(303);
    rmSync(ballast);
    expect((await recorder.patch(offset, chunk)).statusCode).toBe(204);
    expect(await write()).toBe(303);
  });

  test('in mid-chunk leaves what could be written', async () => {
    const at = await open('1m', 'recordings');
    const bytes = Buffer.from(Array.from({ length: 2 ** 21 }, (_, index) => index % 253));
    const refused = await recorder.patch(0, bytes);
    expect([refused.statusCode, refused.json().error]).toEqual([507, 'disk-full']);
    const offset = Number((await recorder.head()).headers['upload-offset']);
    expect(raw(at)).toEqual(bytes.subarray(0, offset));
    expect(offset).toBeLessThan(bytes.length);
    expect(await write()).toBe(303);
    execFileSync('mount', ['-o', 'remount,size=8m', join(at.dataDir, 'recordings')]);
    expect((await recorder.patch(offset, bytes.subarray(offset))).statusCode).toBe(204);
    expect(raw(at)).toEqual(bytes);
  });

  test('for a second copy lets it wait until there is room', async () => {
    const at = await open('1m', 'recordings');
    const state = () => at.app.services.files.find(recorder.id)?.state;
    const ballast = createWriteStream(join(at.dataDir, 'recordings', 'ballast'));
    await new Promise((resolve) =>
      ballast.end(Buffer.alloc(2 ** 20 - live.length - 150_000), () => resolve(undefined)),
    );
    await recorder.sendAll(live);
    await at.app.services.recordings.idle();
    expect(state()).toBe('finishing');
    execFileSync('mount', ['-o', 'remount,size=8m', join(at.dataDir, 'recordings')]);
    at.clock.advance(10 * 60_000);
    await eventually('it to be finished', () => state() === 'ready', 60_000, state);
  });
});
