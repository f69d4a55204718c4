/** How a recording's bytes come in: what is taken, and that whatever else is sent leaves it whole. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouse, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import {
  askToRecord,
  newWish,
  openRecorder,
  pastCall,
  patch,
  type Recorder,
  TUS,
} from '../../../test/helpers/recorder.ts';

let house: House;
let ana: Person;
let ben: Person;
let eve: Person;
let call: string;
let recorder: Recorder;

beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
  ben = await house.person('ben');
  eve = await house.person('eve');
  call = await pastCall(house, ana, ben);
  recorder = await openRecorder(house, ana, call);
});
afterEach(() => house.close());

const bytes = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 251));
const raw = () => readFileSync(join(house.dataDir, 'recordings', `${recorder.id}.raw`));
const offset = async () => (await recorder.head()).headers['upload-offset'];

describe('asking for a recording', () => {
  test('is answered with its address', async () => {
    const made = await askToRecord(house, ana, call);
    expect(made.statusCode).toBe(201);
    expect(made.json()).toEqual({ id: expect.stringMatching(/^[\w-]{22}$/), uploadUrl: expect.any(String) });
    expect(house.app.services.files.find(made.json().id)).toMatchObject({
      kind: 'recording',
      call,
      owner: ana.id,
      state: 'receiving',
      name: '2026-11-22 Video call.webm',
    });
  });

  test.each([
    ['an unknown mode', { ...newWish(), mode: 'all' }],
    ['another media type', { ...newWish(), mimeType: 'text/html' }],
    ['a short key', { ...newWish(), key: 'short' }],
    ['nothing', {}],
  ])('with %s is refused', async (_what, wish) => {
    const answer = await askToRecord(house, ana, call, wish);
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'header']);
  });

  test('is for who was in that call', async () => {
    expect((await askToRecord(house, eve, call)).statusCode).toBe(404);
    expect((await askToRecord(house, ana, 'AAAAAAAAAAAAAAAAAAAAAA')).statusCode).toBe(404);
    expect((await askToRecord(house, ben, call)).statusCode).toBe(201);
    expect((await askToRecord(house, { ...ana, token: 'made-up' }, call)).statusCode).toBe(403);
    expect(
      (await askToRecord(house, { ...ana, cookie: ana.cookie.replace(/^[^;]+/, 'x=y') }, call)).statusCode,
    ).toBe(401);
  });

  test('again with the same key finds the same one, also at once; somebody else’s key finds nothing', async () => {
    const wish = newWish();
    const answers = await Promise.all([1, 2, 3].map(() => askToRecord(house, ana, call, wish)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201]);
    const [first, ...others] = answers.map((answer) => answer.json().id);
    expect(others).toEqual([first, first]);
    expect(new Set(house.app.services.files.ofCall(call).map(({ id }) => id))).toEqual(
      new Set([recorder.id, first]),
    );
    expect((await askToRecord(house, ben, call, wish)).statusCode).toBe(404);
  });

  test('is refused where the room is used up, with a sentence in the reader’s language', async () => {
    const { files } = house.app.services;
    await recorder.patch(0, bytes);
    files.setLimits({ ...files.limits(), personBytes: 4999 });
    const answer = await askToRecord(house, ana, call);
    expect([answer.statusCode, answer.json().error]).toEqual([413, 'quota-person']);
    expect(answer.json().message).toMatch(/^Your storage/);
    files.setLimits({ ...files.limits(), personBytes: undefined, serverBytes: 100 });
    expect((await askToRecord(house, ben, call)).statusCode).toBe(507);
  });
});

describe('chunks', () => {
  test('are appended, and the length is told with the last', async () => {
    expect(await offset()).toBe('0');
    const first = await recorder.patch(0, bytes.subarray(0, 2000));
    expect([first.statusCode, first.headers['upload-offset'], first.headers['tus-resumable']]).toEqual([
      204,
      '2000',
      '1.0.0',
    ]);
    const head = await recorder.head();
    expect(head.statusCode).toBe(200);
    expect(head.headers).toMatchObject({ 'upload-offset': '2000', 'upload-defer-length': '1' });
    expect(head.headers['cache-control']).toBe('no-store');
    expect((await recorder.patch(2000, bytes.subarray(2000), 5000)).statusCode).toBe(204);
    expect((await recorder.head()).headers).toMatchObject({
      'upload-offset': '5000',
      'upload-length': '5000',
    });
    await house.app.services.recordings.idle();
    expect(house.app.services.files.find(recorder.id)?.state).toBe('failed');
    expect((await ana.get(`/files/${recorder.id}/download`)).rawPayload).toEqual(bytes);
  });

  test('at a wrong place change nothing', async () => {
    await recorder.patch(0, bytes.subarray(0, 2000));
    for (const at of [0, 1999, 2001, 10_000]) {
      const answer = await recorder.patch(at, bytes.subarray(0, 2000), 9000);
      expect([answer.statusCode, answer.json().error]).toEqual([409, 'conflict']);
    }
    expect(raw()).toEqual(bytes.subarray(0, 2000));
    expect((await recorder.head()).headers).not.toHaveProperty('upload-length');
  });

  test('can say the length again, but no other', async () => {
    await recorder.patch(0, bytes.subarray(0, 2000), 5000);
    expect((await recorder.patch(2000, bytes.subarray(2000, 3000), 5001)).statusCode).toBe(400);
    expect((await recorder.patch(2000, bytes.subarray(2000, 3000), 5000)).statusCode).toBe(204);
    expect((await recorder.patch(3000, bytes.subarray(0, 2001))).statusCode).toBe(413);
    expect(raw()).toEqual(bytes.subarray(0, 3000));
    expect((await recorder.patch(3000, Buffer.alloc(0), 2000)).statusCode).toBe(400);
  });

  test('after the end are not taken; saying the end again is harmless', async () => {
    await recorder.patch(0, bytes, 5000);
    await house.app.services.recordings.idle();
    expect((await recorder.patch(5000, Buffer.alloc(0), 5000)).statusCode).toBe(204);
    expect((await recorder.patch(5000, bytes)).statusCode).toBe(413);
    expect((await recorder.patch(0, bytes, 5000)).statusCode).toBe(409);
  });

  test.each([
    ['no version', { 'tus-resumable': '' }, 412],
    ['another version', { 'tus-resumable': '0.2.2' }, 412],
    ['no number', { 'upload-offset': 'here' }, 400],
    ['a negative number', { 'upload-offset': '-1' }, 400],
    ['another type', { 'content-type': 'application/json' }, 415],
    ['a foreign origin', { origin: 'https://evil.example' }, 403],
    ['a foreign site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['no token', { 'x-csrf-token': '' }, 403],
  ])('with %s are refused', async (_what, headers, status) => {
    const body = 'content-type' in headers ? Buffer.from('{}') : bytes;
    expect((await recorder.patch(0, body, undefined, headers)).statusCode).toBe(status);
    expect(raw().length).toBe(0);
  });

  test('of others, and for nothing, find nothing', async () => {
    for (const person of [ben, eve]) {
      expect((await patch(house, person, recorder.uploadUrl, 0, bytes)).statusCode).toBe(404);
      const head = await house.app.inject({
        method: 'HEAD',
        url: recorder.uploadUrl,
        headers: { ...TUS, cookie: person.cookie },
      });
      expect(head.statusCode).toBe(404);
    }
    for (const id of ['AAAAAAAAAAAAAAAAAAAAAA', '..%2F..%2Fporchlight.db', '%00'])
      expect((await patch(house, ana, `/recordings/upload/${id}`, 0, bytes)).statusCode).toBe(404);
    const gone = { ...ana, cookie: ana.cookie.replace(/^[^;]+/, 'porchlight=gone') };
    expect((await patch(house, gone, recorder.uploadUrl, 0, bytes)).statusCode).toBe(401);
    expect(raw().length).toBe(0);
  });

  test('beyond the quota are refused before they are written, and what came is kept', async () => {
    const { files } = house.app.services;
    files.setLimits({ ...files.limits(), personBytes: 3000 });
    await recorder.patch(0, bytes.subarray(0, 2000));
    const answer = await recorder.patch(2000, bytes.subarray(2000));
    expect([answer.statusCode, answer.json().error]).toEqual([413, 'quota-person']);
    expect(files.usedBy(ana.id)).toBe(2000);
    files.setLimits({ ...files.limits(), personBytes: undefined });
    expect((await recorder.patch(2000, bytes.subarray(2000))).statusCode).toBe(204);
    expect(raw()).toEqual(bytes);
  });

  test('count for the quota after a restart as well', async () => {
    await recorder.patch(0, bytes);
    await house.restart();
    await eventually('the room to be counted', () => house.app.services.files.usedBy(ana.id) === 5000);
  });

  test('of a deleted recording find nothing', async () => {
    await recorder.patch(0, bytes.subarray(0, 2000));
    expect((await ana.post(`/recordings/${recorder.id}/delete`)).statusCode).toBe(303);
    expect((await recorder.patch(2000, bytes)).statusCode).toBe(404);
    expect((await recorder.head()).statusCode).toBe(404);
  });
});

describe('a request that is under way', () => {
  /** Begins a chunk of `size` bytes over a real connection, and sends only a part. */
  async function begin(part: Buffer, size: number): Promise<ClientRequest> {
    const address = house.app.server.address();
    if (typeof address !== 'object' || !address) throw new Error('the server has no port');
    const sent = request({
      host: '127.0.0.1',
      port: address.port,
      method: 'PATCH',
      path: recorder.uploadUrl,
      headers: {
        ...TUS,
        cookie: ana.cookie,
        'x-csrf-token': ana.token,
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
        'content-length': size,
      },
    });
    sent.on('error', () => {});
    sent.write(part);
    await eventually('the beginning to be written', () => raw().length === part.length);
    return sent;
  }

  test('locks the file; the same chunk again is told so', async () => {
    const first = await begin(bytes.subarray(0, 1000), 5000);
    const answers = await Promise.all([
      recorder.patch(1000, bytes.subarray(1000)),
      recorder.patch(1000, bytes),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([423, 423]);
    first.end(bytes.subarray(1000));
    const [response] = await once(first, 'response');
    expect(response.statusCode).toBe(204);
    expect(raw()).toEqual(bytes);
  });

  test('and breaks off leaves what came, and the rest goes on from there', async () => {
    const first = await begin(bytes.subarray(0, 1000), 5000);
    first.destroy();
    await eventually('the lock to be given back', async () => {
      const { statusCode } = await recorder.patch(1000, bytes.subarray(1000));
      return statusCode === 204;
    });
    expect(raw()).toEqual(bytes);
  });

  test('and stands still gives way to the next', async () => {
    await begin(bytes.subarray(0, 1000), 5000);
    await eventually('the silent one to give way', async () => {
      const { statusCode } = await recorder.patch(1000, bytes.subarray(1000));
      return statusCode === 204;
    });
    expect(raw()).toEqual(bytes);
  });

  test('twice at once writes once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => recorder.patch(0, bytes)));
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.every((status) => [204, 409, 423].includes(status))).toBe(true);
    expect(raw()).toEqual(bytes);
  });
});
