import { globSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { troubleOf } from '../database/trouble.ts';
import { type Background, createBackground, guardTimers } from './background.ts';
import { createEvents } from './events.ts';

let clock: FakeClock;
let logged: { level: string; ids: unknown; words: unknown }[];
let background: Background;
beforeEach(() => {
  clock = fakeClock();
  logged = [];
  const log = (level: string) => (ids: unknown, words?: unknown) => void logged.push({ level, ids, words });
  const writing = { trouble: () => undefined, note: troubleOf, makeRoom: () => {} };
  background = createBackground(clock, { error: log('error'), warn: log('warn') }, writing);
});

function fail(): never {
  throw new Error('no');
}

describe('what fails outside of a request', () => {
  test('at once or later is logged with its name and ids, and goes no further', async () => {
    background.attempt('tidying', fail, { call: 'c1' });
    background.attempt('tidying', async () => fail(), { call: 'c2' });
    await vi.waitFor(() => expect(logged).toHaveLength(2));
    expect(logged).toMatchObject([
      { level: 'error', ids: { call: 'c1' }, words: 'tidying failed' },
      { level: 'error', ids: { call: 'c2' }, words: 'tidying failed' },
    ]);
  });

  test('in a timer stops neither the clock nor the next timer', () => {
    const guarded = guardTimers(clock, background);
    const ran: string[] = [];
    guarded.at(clock.now() + 1, fail);
    guarded.at(clock.now() + 2, () => ran.push('next'));
    clock.advance(10);
    expect(ran).toEqual(['next']);
    expect(logged).toHaveLength(1);
  });

  test('in a listener stops neither the others nor who announces', () => {
    const events = createEvents(background);
    const heard: number[] = [];
    events.on('conversation-changed', fail);
    events.on('conversation-changed', ({ conversation }) => heard.push(conversation));
    events.emit('conversation-changed', { conversation: 7 });
    expect(heard).toEqual([7]);
    expect(logged).toHaveLength(1);
  });
});

describe('what matters', () => {
  const files: Sqlite.Database[] = [];
  afterEach(() => {
    for (const file of files.splice(0)) file.close();
  });

  /** Two connections to one file, the second of which holds it for writing. */
  function held() {
    const path = join(mkdtempSync(join(tmpdir(), 'porchlight-')), 'notes.db');
    const [own, other] = [new Sqlite(path, { timeout: 0 }), new Sqlite(path)];
    files.push(own, other);
    own.pragma('journal_mode = WAL');
    own.exec('CREATE TABLE notes (body TEXT)');
    other.exec('BEGIN IMMEDIATE');
    const write = vi.fn(() => own.exec("INSERT INTO notes VALUES ('kept')"));
    const count = () => own.prepare('SELECT COUNT(*) FROM notes').pluck().get();
    return { write, count, release: () => other.exec('ROLLBACK') };
  }

  test('is done again until it can be written, and then no more', () => {
    const { write, count, release } = held();
    background.insist('ending a call', write);
    clock.advance(60_000);
    expect(write.mock.calls.length).toBeGreaterThan(3);
    expect(write.mock.calls.length).toBeLessThan(15);
    expect(count()).toBe(0);
    release();
    clock.advance(60_000);
    expect(count()).toBe(1);
    const times = write.mock.calls.length;
    clock.advance(60 * 60_000);
    expect(write.mock.calls.length).toBe(times);
  });

  test('fills no log meanwhile', () => {
    const { write } = held();
    background.insist('ending a call', write, { call: 'c1' });
    clock.advance(10 * 60_000);
    expect(write.mock.calls.length).toBeGreaterThan(15);
    expect(logged.length).toBeLessThan(12);
    expect(logged[0]).toMatchObject({ level: 'warn', ids: { call: 'c1' } });
  });

  test('ends with the server', () => {
    const { write } = held();
    background.insist('ending a call', write);
    background.stop();
    clock.advance(60_000);
    expect(write).toHaveBeenCalledTimes(1);
  });

  test('is done once where the error has nothing to do with writing', () => {
    const work = vi.fn(fail);
    background.insist('ending a call', work);
    clock.advance(60_000);
    expect(work).toHaveBeenCalledTimes(1);
  });
});

/**
 * Where the source may be called by Node itself, and why nothing can come out of it. Anything else goes by the clock,
 * by events, by serveSocket or by background.
 */
const CALLED_BY_NODE = new Map([
  ['accounts/sessions.ts', 'its void is of a write whose failure is the caller’s'],
  ['clock.ts', 'guarded for the server by guardTimers'],
  ['database/commit-queue.ts', 'its flush gives every error to who waits for the write'],
  ['background/other-processes.ts', 'attempts'],
  ['cli/password-input.ts', 'the command line'],
  ['doctor/apart.ts', 'settles or kills, touches no database'],
  ['doctor/ask.ts', 'settles, and only in a process of its own'],
  ['doctor/doctor-worker.ts', 'a process of its own'],
  ['backup/restore.ts', 'the command line'],
  ['files/files.ts', 'its void is of a function that returns at once'],
  ['files/media-worker.ts', 'a process of its own'],
  ['files/media.ts', 'settles or kills, touches no database'],
  ['files/picture-worker.ts', 'a process of its own'],
  ['files/pictures.ts', 'settles or kills, touches no database'],
  ['files/fair-queue.ts', 'each piece of work gives its failure to who waits for it'],
  ['http/closing.ts', 'cuts connections, touches no database'],
  ['http/multipart.ts', 'reads to the end what nobody wanted, touches no database'],
  ['http/slow-bodies.ts', 'cuts a connection, or takes a timer back'],
  ['http/sockets.ts', 'attempts'],
  ['relay/attached.ts', 'its lines go to the log, and who is told of its end attempts what comes of it'],
  ['network/host-network.ts', 'settles, touches no database'],
  ['relay/stun-line.ts', 'settles, and tells its client, which only the doctor’s process has'],
  ['relay/taken-port.ts', 'settles, touches no database'],
  ['relay/turn-client.ts', 'settles, touches no database'],
  ['start.ts', 'a request is noted, and memory collected'],
  ['live/chat-push.ts', 'its microtask attempts each conversation'],
  ['live/polls.ts', 'only says that what was kept has gone, which may bring the next in turns'],
  ['live/background-queue.ts', 'given how to bear a failure'],
  ['push/delivery.ts', 'settles, touches no database'],
  ['recordings/appending.ts', 'ends a stream, touches no database'],
  ['recordings/finish-worker.ts', 'a process of its own'],
  ['recordings/playable.ts', 'settles or kills, touches no database'],
  ['tls/acme-worker.ts', 'a process of its own'],
  ['tls/lan-worker.ts', 'a process of its own'],
  ['tls/job.ts', 'settles or kills; what is heard is attempted, or only kept in memory'],
  ['tls/door.ts', 'settles, then logs'],
  ['database/writing.ts', 'its tries to write catch what they meet'],
]);

const SERVER = join(import.meta.dirname, '..');

test('nothing else of the source is called by Node itself', () => {
  const called =
    /(?<!\.)\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\(|(?<!\bevents)\.(?:on|once)\('|\bvoid \w+\(/;
  const found = globSync('**/*.ts', { cwd: SERVER })
    .filter((name) => !name.includes('test'))
    .filter((name) => called.test(readFileSync(join(SERVER, name), 'utf8')));
  expect(found.filter((name) => !CALLED_BY_NODE.has(name))).toEqual([]);
});
