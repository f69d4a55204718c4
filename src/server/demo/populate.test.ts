import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signIn } from '../accounts/sign-in.ts';
import { createAccountStore } from '../accounts/store.ts';
import { createChatStore } from '../chats/store.ts';
import { createFileStore } from '../files/store.ts';
import { createRecordingStore } from '../recordings/store.ts';
import { CONVERSATIONS, GROUP, PASSWORD, PEOPLE } from './family.ts';
import { populateDemo } from './populate.ts';

const folder = mkdtempSync(join(tmpdir(), 'porchlight-demo-'));
/** Just after midnight, where "today" is shortest. */
const now = new Date(2026, 10, 22, 0, 5).getTime();
let database: Sqlite.Database;
beforeAll(async () => {
  await populateDemo(folder, now);
  database = new Sqlite(join(folder, 'porchlight.db'));
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

test('everybody can sign in, and the first is the owner', async () => {
  const accounts = createAccountStore(database);
  for (const { username } of PEOPLE) expect(await signIn(accounts, username, PASSWORD)).toBeDefined();
  expect(accounts.allUsers().map((user) => user.isOwner)).toEqual([
    true,
    ...PEOPLE.slice(1).map(() => false),
  ]);
});

test('the talk is whole, in order, over several days, and never in the future', () => {
  const chats = createChatStore(database);
  const days = new Set<string>();
  for (const [index, { lines }] of CONVERSATIONS.entries()) {
    const messages = chats.before(index + 1, Number.MAX_SAFE_INTEGER, 1000).reverse();
    expect(messages).toHaveLength(lines.length);
    const times = messages.map(({ sentAt }) => sentAt);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const time of times) {
      expect(time).toBeLessThanOrEqual(now);
      days.add(new Date(time).toDateString());
    }
  }
  expect(days.size).toBeGreaterThan(3);
});

test('all of them but who isn’t a friend yet are in a group, in which one has something to read', () => {
  const chats = createChatStore(database);
  const accounts = createAccountStore(database);
  const anna = accounts.userByUsername('anna')?.id ?? 0;
  const [group] = chats.groupsOf(anna);
  expect(group?.title).toBe(GROUP.title);
  expect(chats.members(group?.id ?? 0)).toHaveLength(GROUP.people.length);
  expect(chats.lines(anna).find(({ id }) => id === group?.id)?.unread).toBe(1);
});

test('it shows what a chat can hold', () => {
  const count = (where: string) =>
    database.prepare<[], number>(`SELECT COUNT(*) FROM messages WHERE ${where}`).pluck().get() ?? 0;
  for (const what of [
    'edited_at IS NOT NULL',
    'deleted_at IS NOT NULL',
    `body LIKE '%https://%'`,
    `call LIKE '%missed%'`,
    `call LIKE '%hung-up%'`,
  ])
    expect(count(what), what).toBeGreaterThan(0);
  const anna = createChatStore(database).lines(1);
  expect(anna.filter(({ unread }) => unread > 0).map(({ name, unread }) => [name, unread])).toEqual([
    [GROUP.title, 1],
    ['Leo', 1],
    ['林伟', 2],
  ]);
  const calls = database.prepare('SELECT state, reason, ended_at >= started_at AS sound FROM calls').all();
  expect(calls.length).toBeGreaterThan(3);
  for (const call of calls) expect(call).toMatchObject({ state: 'ended', sound: 1 });
});

test('one call was recorded, and the server takes the recording for a whole one', () => {
  const files = createFileStore(database).all();
  expect(files).toMatchObject([{ kind: 'recording', state: 'ready', type: 'video/webm' }]);
  const [recording] = files;
  const lying = readdirSync(join(folder, 'recordings')).sort();
  expect(lying.filter((name) => !name.startsWith('.'))).toEqual([recording?.id, `${recording?.id}.preview`]);
  expect(statSync(join(folder, 'recordings', recording?.id ?? '')).size).toBe(recording?.bytes);
  expect(createRecordingStore(database).open()).toEqual([]);
});

test('two runs are alike, but for the passwords’ salt and the keys of what happened', async () => {
  const again = mkdtempSync(join(tmpdir(), 'porchlight-demo-'));
  await populateDemo(again, now);
  const other = new Sqlite(join(again, 'porchlight.db'));
  for (const table of ['friendships', 'conversations', 'members', 'messages', 'calls', 'call_places']) {
    const all = `SELECT * FROM ${table} ORDER BY 1, 2`;
    const rowsOf = (from: Sqlite.Database) =>
      from
        .prepare<[], { key?: string; kind?: string }>(all)
        .all()
        .map(({ key, ...row }) => ({ ...row, ...(row.kind !== 'event' && { key }) }));
    expect(rowsOf(other)).toEqual(rowsOf(database));
  }
  other.close();
  rmSync(again, { recursive: true });
});
