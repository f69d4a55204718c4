/** Recordings on the page of their call, as files to keep, and how they go. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type House, openHouse, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { liveWebm, openRecorder, pastCall, type Recorder } from '../../../test/helpers/recorder.ts';

// Programs are started that take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const live = liveWebm(3);

let house: House;
let ana: Person;
let ben: Person;
let eve: Person;
let call: string;
let recorder: Recorder;

beforeAll(async () => {
  house = await openHouse();
  eve = await house.person('eve');
  ana = await house.person('alice');
  ben = await house.person('ben');
  call = await pastCall(house, ana, ben);
});
afterAll(() => house.close());

beforeEach(async () => {
  recorder = await openRecorder(house, ana, call);
});

const file = (id = recorder.id) => house.app.services.files.find(id);
const is = (state: string) => eventually(`it to be ${state}`, () => file()?.state === state, 40_000, file);
async function finish(): Promise<void> {
  await recorder.patch(0, live, live.length);
  await is('ready');
  await house.app.services.recordings.idle();
}
/** The part of a page that is about this recording. */
const part = (body: string) => body.split('<li').find((row) => row.includes(recorder.id)) ?? '';
const poster = (bytes: Buffer, type = 'image/jpeg', person = ana) =>
  house.app.inject({
    method: 'PUT',
    url: `/recordings/${recorder.id}/poster`,
    headers: { cookie: person.cookie, 'x-csrf-token': person.token, 'content-type': type },
    payload: bytes,
  });

describe('the page of the call', () => {
  test('has a player, who and how long, and a download', async () => {
    await finish();
    const page = await ben.get(`/calls/${call}`);
    expect(page.body).toContain('<h2 id="recordings-heading">Recordings</h2>');
    const row = part(page.body);
    expect(row).toContain(`<video controls playsinline preload="metadata" src="/files/${recorder.id}"`);
    expect(row).toContain(`poster="/files/${recorder.id}/preview"`);
    expect(row).toContain('recorded by alice · 3 sec');
    expect(row).toMatch(new RegExp(`<a [^>]*href="/recordings/${recorder.id}/download"[^>]*>Download</a>`));
    expect(row).not.toContain(`/recordings/${recorder.id}/delete`);
    expect(part((await ana.get(`/calls/${call}`)).body)).toContain('recorded by you');
    expect(page.body).not.toMatch(/recordings\.\w+\.|undefined/);
  });

  test('says what is still to come', async () => {
    expect(part((await ben.get(`/calls/${call}`)).body)).toMatch(/data-state="receiving".*Still arriving…/s);
    const chinese = await ben.get(`/calls/${call}`, { 'accept-language': 'zh-CN' });
    expect(chinese.body).toMatch(/通话录制<\/h2>.*仍在接收/s);
    expect(chinese.body).not.toMatch(/recordings\.\w+\.|undefined/);
  });
});

describe('sending it to the chat', () => {
  const url = () => `/files/${recorder.id}/send`;
  const rowFor = async (person: Person) => part((await person.get(`/calls/${call}`)).body);
  const keyIn = (row: string) => /name="key" value="([^"]+)"/.exec(row)?.[1] ?? '';
  /** Those of its messages that stand in the chat. */
  const standing = () => {
    const { chats, files } = house.app.services;
    const { messages } = chats.history(file()?.conversation ?? 0);
    return messages.filter(({ id }) => files.ofMessage(id)?.id === recorder.id);
  };

  test('is offered once there is something, and brings back what was deleted there', async () => {
    expect(await rowFor(ben)).not.toContain(url());
    await finish();
    const [own] = standing();
    await ana.post(`/chats/${file()?.conversation}/messages/${own?.id}/delete`);
    expect(standing()).toEqual([]);
    const key = keyIn(await rowFor(ben));
    const answers = await Promise.all([ben.post(url(), { key }), ben.post(url(), { key })]);
    const [back] = standing();
    expect(back?.authorId).toBe(ben.id);
    for (const { statusCode, headers } of answers)
      expect([statusCode, headers.location]).toEqual([303, `/chats/${file()?.conversation}#m-${back?.id}`]);
  });

  test('is not for former friends', async () => {
    await finish();
    expect(await rowFor(ben)).toContain(url());
    const key = keyIn(await rowFor(ben));
    const { friends } = house.app.services;
    await ben.post(`/friends/${ana.id}/remove`);
    try {
      expect(await rowFor(ben)).not.toContain(url());
      expect(await rowFor(ben)).toContain('/download');
      expect((await ben.post(url(), { key })).statusCode).toBe(403);
    } finally {
      friends.befriend(ana.id, ben.id);
    }
  });
});

describe('a download', () => {
  test('has a name that a person understands, in their language', async () => {
    await finish();
    const url = `/recordings/${recorder.id}/download`;
    const english = await ben.get(url);
    expect(english.headers['content-disposition']).toBe(
      'attachment; filename="2026-11-22 Video call with alice.webm"',
    );
    const chinese = await ben.get(url, { 'accept-language': 'zh-CN' });
    expect(chinese.headers['content-disposition']).toContain(
      `filename*=UTF-8''${encodeURIComponent('2026-11-22 与 alice 的视频通话.webm')}`,
    );
    expect(english.headers['content-length']).toBe(String(file()?.bytes));
    // Every link leads there, wherever it stands.
    for (const page of [`/calls/${call}`, `/chats/${file()?.conversation}`, '/settings']) {
      const { body } = await ana.get(page);
      expect(body, page).toContain(`href="${url}"`);
      expect(body, page).not.toContain(`/files/${recorder.id}/download`);
    }
    const range = await ben.get(url, {
      range: 'bytes=10-19',
      'if-range': String(english.headers['last-modified']),
    });
    expect([range.statusCode, range.rawPayload]).toEqual([206, english.rawPayload.subarray(10, 20)]);
    const known = await ben.get(url, { 'if-none-match': String(english.headers.etag) });
    expect(known.statusCode).toBe(304);
  });

  test('is for members, as long as they are', async () => {
    await finish();
    for (const path of [`/recordings/${recorder.id}/download`, `/files/${recorder.id}`]) {
      expect((await eve.get(path)).statusCode).toBe(404);
      expect((await ana.get(path)).statusCode).toBe(200);
      expect((await house.app.inject(path)).statusCode).toBe(303);
    }
  });

  test('is not there before there is something', async () => {
    await recorder.patch(0, live.subarray(0, 100));
    for (const state of ['receiving', 'finishing'] as const) {
      await house.app.services.files.setState(recorder.id, state);
      const answer = await ana.get(`/recordings/${recorder.id}/download`);
      expect([state, answer.statusCode]).toEqual([state, 409]);
      expect(answer.body).toContain('Download it in a moment');
    }
    expect((await eve.get(`/recordings/${recorder.id}/download`)).statusCode).toBe(404);
  });
});

describe('deleting', () => {
  const bytesOf = (id: string) =>
    readdirSync(join(house.dataDir, 'recordings')).filter((name) => name.startsWith(id));

  test('is for who recorded it, and takes the bytes', async () => {
    await finish();
    const url = `/recordings/${recorder.id}/delete`;
    expect((await ben.post(url)).statusCode).toBe(404);
    expect((await ana.post(url, { _csrf: 'made-up' })).statusCode).toBe(403);
    expect(file()).toBeDefined();
    expect(part((await ana.get(`/calls/${call}`)).body)).toMatch(
      /<details.*Delete this recording for everyone/s,
    );
    const used = house.app.services.files.usedBy(ana.id);
    const answer = await ana.post(url);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `/calls/${call}#recordings`]);
    expect(bytesOf(recorder.id)).toEqual([]);
    expect(used - house.app.services.files.usedBy(ana.id)).toBeGreaterThan(live.length * 0.9);
    expect((await ben.get(`/files/${recorder.id}`)).statusCode).toBe(404);
  });

  test('in mid-upload leaves nothing either', async () => {
    await recorder.patch(0, live.subarray(0, 10_000));
    await ana.post(`/recordings/${recorder.id}/delete`);
    expect(bytesOf(recorder.id)).toEqual([]);
  });

  test('is for the owner of the server, who may be in no such call', async () => {
    const answer = await eve.post(`/recordings/${recorder.id}/delete`);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/chats']);
    expect(file()).toBeUndefined();
  });

  test('while it is finished leaves nothing', async () => {
    await recorder.patch(0, live, live.length);
    await ana.post(`/recordings/${recorder.id}/delete`);
    await house.app.services.recordings.idle();
    expect(bytesOf(recorder.id)).toEqual([]);
  });
});

describe('a poster from the page', () => {
  const picture = (side: number) =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#2a5' } })
      .jpeg()
      .toBuffer();

  test('is drawn anew and stands for the video', async () => {
    expect((await poster(await picture(500))).statusCode).toBe(204);
    await finish();
    const shown = await ben.get(`/files/${recorder.id}/preview`);
    expect(shown.headers['content-type']).toBe('image/webp');
    expect((await sharp(shown.rawPayload).metadata()).width).toBe(500);
  });

  test('can come later', async () => {
    await finish();
    expect((await poster(await picture(64))).statusCode).toBe(204);
    const shown = await ben.get(`/files/${recorder.id}/preview`);
    expect((await sharp(shown.rawPayload).metadata()).width).toBe(64);
    expect(file()).toMatchObject({ state: 'ready', hasPreview: true, width: 160 });
  });

  test('is a picture, of one’s own recording, and not too large', async () => {
    expect((await poster(Buffer.from('<svg/>'))).statusCode).toBe(422);
    expect((await poster(await picture(64), 'image/svg+xml')).statusCode).toBe(415);
    expect((await poster(Buffer.alloc(400_000))).statusCode).toBe(413);
    expect((await poster(await picture(64), 'image/jpeg', ben)).statusCode).toBe(404);
    expect(
      readdirSync(join(house.dataDir, 'recordings')).filter((name) => name.includes('.p')),
    ).not.toContain(`${recorder.id}.preview`);
  });
});
