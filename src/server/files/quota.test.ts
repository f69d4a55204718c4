/** Limits hold while files come in, and nothing is left of what is refused or forgotten. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { upload } from '../../../test/helpers/upload.ts';

const HOUR = 60 * 60 * 1000;
const MB = 1_000_000;

let house: House;
let ana: Person;
let ben: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  // Files are swept from then on.
  await house.listen();
});
afterEach(() => house.close());

/** Without the folder's marker and what is put aside. */
const visible = (path: string) => readdirSync(path).filter((name) => !name.startsWith('.'));
const onDisk = (folder = 'uploads') => visible(join(house.dataDir, folder)).sort();
const files = () => house.app.services.files;
const send = (person: Person, bytes: number, headers = {}) => {
  const file = { name: 'data.bin', bytes: Buffer.alloc(bytes, 1) };
  return upload(house, person, `/chats/${chat}`, file, { key: randomUUID(), body: '' }, headers);
};
const limit = (form: Record<string, string>) => ana.post('/admin/storage', form);

test('a person’s limit holds, for that person alone, with a sentence', async () => {
  expect((await limit({ personBytes: '0.006' })).statusCode).toBe(303);
  expect((await send(ana, 5 * MB)).statusCode).toBe(303);
  const refused = await send(ana, 5 * MB);
  expect(refused.statusCode).toBe(413);
  expect(refused.body).toContain('You have used up your storage.');
  expect((await send(ben, 5 * MB)).statusCode).toBe(303);
  expect(onDisk()).toHaveLength(2);
  expect(files().usedBy(ana.id)).toBe(5 * MB);
  expect((await ana.get('/settings')).body).toContain('Your files take up 5 MB of 6 MB.');
});

test('the server’s limit holds over all, and writing still works', async () => {
  await limit({ serverBytes: '0.006' });
  await send(ana, 5 * MB);
  expect((await send(ben, 5 * MB)).statusCode).toBe(507);
  const text = await ben.post(`/chats/${chat}`, { key: randomUUID(), body: 'Words go' });
  expect(text.statusCode).toBe(303);
  expect(onDisk()).toHaveLength(1);
});

test('two uploads at once can’t both take the last room', async () => {
  await limit({ personBytes: '0.01' });
  const answers = await Promise.all([send(ana, 9 * MB), send(ana, 9 * MB), send(ana, 9000)]);
  expect(answers.filter(({ statusCode }) => statusCode === 413).length).toBeGreaterThanOrEqual(1);
  await eventually('left-overs gone', () => onDisk().length === files().all().length);
  expect(files().usedBy(ana.id)).toBeLessThanOrEqual(10 * MB);
});

test('an upload is stopped when the room is used up, not when it ends', async () => {
  await limit({ personBytes: '0.006' });
  let read = 0;
  function* long() {
    for (; read < 100 * MB; read += MB) yield Buffer.alloc(MB);
  }
  const request = { owner: ana.id, conversation: chat, kind: 'attachment' as const, name: 'x' };
  const taken = await house.app.services.intake.take(
    { name: 'x', stream: Readable.from(long()) },
    { ...request, may: () => true },
  );
  expect(taken).toEqual({ refused: 'quota-person' });
  expect(read).toBeLessThan(40 * MB);
  expect(onDisk()).toEqual([]);
});

test('what is longer than a file may be is refused, and nothing is left', async () => {
  const stream = Object.assign(Readable.from([Buffer.alloc(100)]), { truncated: true });
  const request = { owner: ana.id, conversation: chat, kind: 'attachment' as const, name: 'x' };
  const taken = await house.app.services.intake.take({ name: 'x', stream }, { ...request, may: () => true });
  expect(taken).toEqual({ refused: 'too-large' });
  expect(onDisk()).toEqual([]);
  expect(files().usedInAll()).toBe(0);
});

test('limits are the owner’s, and must make sense', async () => {
  expect((await ben.post('/admin/storage', { personBytes: '1' })).statusCode).toBe(404);
  for (const [field, value] of [
    ['personBytes', '-1'],
    ['serverBytes', 'lots'],
    ['serverBytes', '0'],
    ['retentionDays', '1.5'],
    ['retentionDays', '0'],
  ] as const) {
    const answer = await limit({ [field]: value });
    expect(answer.statusCode, value).toBe(422);
    expect(answer.body).toContain(`id="${field}-error"`);
    expect(answer.body).toContain(`value="${value}"`);
  }
  await limit({ personBytes: '1,5', serverBytes: '20', retentionDays: '30' });
  expect(files().limits()).toEqual({ personBytes: 1.5e9, serverBytes: 20e9, retentionDays: 30 });
  expect((await ana.get('/admin')).body).toContain('name="personBytes"');
  await limit({});
  expect(files().limits()).toEqual({
    personBytes: undefined,
    serverBytes: undefined,
    retentionDays: undefined,
  });
});

test('what is older than it may be goes within the hour, messages stay', async () => {
  await send(ana, 100);
  house.clock.advance(20 * 24 * HOUR);
  await send(ana, 200);
  await limit({ retentionDays: '30' });
  house.clock.advance(9 * 24 * HOUR);
  expect(onDisk()).toHaveLength(2);
  house.clock.advance(2 * 24 * HOUR);
  await eventually('one file', () => onDisk().length === 1);
  expect(files().usedBy(ana.id)).toBe(200);
  expect((await ben.get(`/chats/${chat}`)).body).toContain('This file is no longer available.');
});

test('a start removes what a crash left, and keeps what belongs to somebody', async () => {
  await send(ana, 100);
  const [good] = onDisk();
  const request = { owner: ana.id, conversation: chat, kind: 'attachment' as const, name: 'x' };
  // Cut off while it was received, without its bytes, and bytes without a row.
  const half = await files().create(request);
  const bare = await files().create(request);
  if (!('id' in half) || !('id' in bare)) throw new Error('refused');
  writeFileSync(half.path, 'half');
  writeFileSync(join(house.dataDir, 'uploads', 'stray.preview'), 'x');
  writeFileSync(join(house.dataDir, 'recordings', 'stray'), 'x');
  const recording = await files().create({ ...request, kind: 'recording' });
  if (!('id' in recording)) throw new Error('refused');
  writeFileSync(recording.path, 'may be taken up again');
  await house.restart();
  await eventually('strays gone', () => onDisk().length === 1 && onDisk('recordings').length === 1);
  expect(onDisk()).toEqual([good]);
  expect(files().find(recording.id)?.state).toBe('receiving');
  // It counts while it waits.
  expect(files().usedBy(ana.id)).toBe(100 + 'may be taken up again'.length);
  house.clock.advance(2 * HOUR);
  await eventually('the row without bytes gone', () => files().find(bare.id) === undefined);
  expect(files().find(recording.id)).toBeDefined();
});

test('whoever leaves a group still finds there what they sent, and deletes it, but can’t open it', async () => {
  const { groups, chats } = house.app.services;
  const group = groups.create(ana.id, 'Family', [ben.id]) ?? 0;
  const file = { name: 'big.bin', bytes: Buffer.alloc(MB, 1) };
  await upload(house, ben, `/chats/${group}`, file, { key: randomUUID(), body: '' });
  const [sent] = files().ofOwner(ben.id);
  if (!sent) throw new Error('nothing was sent');
  groups.leave(group, ben.id);
  for (const comeBack of [() => undefined, () => groups.add(group, ana.id, [ben.id], false)]) {
    comeBack();
    const settings = (await ben.get('/settings')).body;
    expect(settings).toContain('big.bin');
    expect(settings).not.toContain(`/files/${sent.id}/download`);
    expect((await ben.get(`/files/${sent.id}`)).statusCode).toBe(404);
  }
  expect(chats.isMember(group, ben.id)).toBe(true);
  expect((await ana.post(`/files/${sent.id}/delete`)).statusCode).toBe(404);
  groups.leave(group, ben.id);
  expect((await ben.post(`/files/${sent.id}/delete`, { back: '/settings' })).statusCode).toBe(303);
  expect(files().usedBy(ben.id)).toBe(0);
  expect(onDisk()).toEqual([]);
});

/** A disk of 12 MB, where this process may make one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

test('a disk that fills up refuses files and goes on taking messages', async ({ skip }) => {
  const disk = smallDisk();
  if (!disk) return skip('no right to mount');
  const full = await openHouse({ DATA_DIR: disk });
  try {
    const cy = await full.person('cy');
    const dee = await full.person('dee');
    full.app.services.friends.befriend(cy.id, dee.id);
    const room = full.app.services.chats.directWith(cy.id, dee.id);
    const file = { name: 'data.bin', bytes: Buffer.alloc(20 * MB, 1) };
    const answer = await upload(full, cy, `/chats/${room}`, file, { key: randomUUID(), body: '' });
    expect(answer.statusCode).toBe(507);
    expect(answer.body).toContain('disk is full');
    expect(visible(join(disk, 'uploads'))).toEqual([]);
    const text = await cy.post(`/chats/${room}`, { key: randomUUID(), body: 'x'.repeat(10_000) });
    expect(text.statusCode).toBe(303);
  } finally {
    await full.app.close();
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
    await full.close().catch(() => {});
  }
});
