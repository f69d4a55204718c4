/** What an update must not lose, and what becomes of one that fails. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { populate, type Row, readAll, type Tables } from '../../../test/helpers/populated.ts';
import { openDatabase } from './database.ts';
import { migrate, migrationFiles, NewerDatabaseError } from './migrations.ts';

const FILES = migrationFiles();
const EARLIER = FILES.map((_, version) => version).slice(1);

/** What the columns hold that a migration adds to rows that were there. */
const ADDED: Record<string, Row> = {
  users: { invitation_id: null, region: null, clock: null, picture: null, removed_at: null },
  conversations: { for_newcomers: 0, picture: null },
  members: { role: 'member', joined_at: 0, first_id: 0, notify: 'all' },
  messages: { has_file: 0, event: null },
  recordings: { key: null, person_id: null },
  call_invites: { invited_by: null },
  call_places: { session: null },
};

/** Rows of an earlier version as they stand now: with what was added since, and without what is somewhere else. */
function asNow(table: string, rows: Row[]): Row[] {
  return rows.map(({ caller_id, ring_deadline, seen_at, ...row }) => ({
    ...ADDED[table],
    ...row,
    ...(caller_id !== undefined && { started_by: caller_id }),
    ...(seen_at !== undefined && table !== 'calls' && { seen_at }),
  }));
}

/** What became of those who had been rung for a call. */
function inviteState({ state, reason = null }: Row, joined: boolean): string {
  if (joined) return 'joined';
  if (state !== 'ended') return 'ringing';
  return ['declined', 'busy', 'missed'].find((kept) => kept === reason) ?? 'cancelled';
}

/** The rows that migrations write into new tables, by what stood in the older ones. */
function writtenFor({ friendships = [], calls = [], call_members = [] }: Tables): Tables {
  const members = call_members.flatMap((member) =>
    calls.filter(({ id }) => id === member.call_id).map((call) => ({ member, call })),
  );
  const friends = friendships.filter(({ accepted_at }) => accepted_at !== null);
  return {
    call_invites: members.flatMap(({ member, call }) =>
      member.user_id === call.caller_id
        ? []
        : {
            ...{ call_id: member.call_id ?? '', user_id: member.user_id ?? 0 },
            ...{ state: inviteState(call, member.joined_at !== null), deadline: call.ring_deadline ?? 0 },
            ...ADDED.call_invites,
          },
    ),
    call_places: members.flatMap(({ member, call }) =>
      member.device === null ? [] : { ...member, seen_at: call.seen_at ?? 0, ...ADDED.call_places },
    ),
    storage_limits: [{ id: 1, person_bytes: null, server_bytes: null, retention_days: null }],
    conversations: friends.map(({ user_a = 0, user_b = 0, accepted_at = 0 }, index) => ({
      ...{ id: index + 1, kind: 'direct', direct_key: `${user_a}:${user_b}`, title: null, rev: 0 },
      active_at: accepted_at,
      ...ADDED.conversations,
    })),
    members: friends.flatMap(({ user_a = 0, user_b = 0 }, index) =>
      [user_a, user_b].map((user_id) => ({
        ...{ conversation_id: index + 1, user_id, read_id: 0 },
        ...ADDED.members,
      })),
    ),
  };
}

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-migrations-'));
  path = join(folder, 'porchlight.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Makes a database of a version, with something in each table. @returns its rows */
function makeDatabase(version: number) {
  const database = openDatabase(path, FILES.slice(0, version));
  populate(database);
  const rows = readAll(database);
  database.close();
  return rows;
}

/** Writes migrations that come after ours. @returns the files of all */
const withMigrations = (...texts: string[]): string[] => [
  ...FILES,
  ...texts.map((sql, index) => {
    const file = join(folder, `9${String(index).padStart(3, '0')}-test.sql`);
    writeFileSync(file, sql);
    return file;
  }),
];

/** Opens the file, hands it on, and closes it. */
function inDatabase<Result>(use: (database: Sqlite.Database) => Result, files = FILES): Result {
  const database = openDatabase(path, files);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

test.each(EARLIER)('a populated database of version %i keeps every row', (version) => {
  const before = makeDatabase(version);
  const written = writtenFor(before);
  inDatabase((database) => {
    expect(database.pragma('user_version', { simple: true })).toBe(FILES.length);
    expect(database.pragma('foreign_key_check')).toEqual([]);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    for (const [table, rows] of Object.entries(readAll(database)))
      expect({ [table]: rows }).toEqual({
        [table]: before[table] ? asNow(table, before[table]) : (written[table] ?? []),
      });
  });
});

/**
 * The migration that builds a table anew with another CHECK, as SQLite's manual says to; its columns and indexes are
 * those that it has now.
 */
function rebuilt(table: string, check: string, wider: string): string {
  return inDatabase((database) => {
    const schema = (type: string) =>
      database
        .prepare<[string, string], string>('SELECT sql FROM sqlite_schema WHERE type = ? AND tbl_name = ?')
        .pluck()
        .all(type, table)
        .filter((sql) => sql !== null);
    const [create = ''] = schema('table');
    expect(create).toContain(check);
    return [
      create.replace(/^CREATE TABLE \S+/, `CREATE TABLE new_${table}`).replace(check, wider),
      `INSERT INTO new_${table} SELECT * FROM ${table}`,
      `DROP TABLE ${table}`,
      `ALTER TABLE new_${table} RENAME TO ${table}`,
      ...schema('index'),
      '',
    ].join(';\n');
  });
}

test('a migration that builds messages and files anew keeps every row and every link', () => {
  const before = makeDatabase(FILES.length);
  const files = withMigrations(
    rebuilt('messages', `'event')`, `'event', 'notice')`),
    rebuilt('files', `'recording')`, `'recording', 'poster')`),
  );
  inDatabase((database) => {
    expect(readAll(database)).toEqual(before);
    expect(database.pragma('foreign_key_check')).toEqual([]);
    // What the migration was for.
    database.exec(`UPDATE messages SET kind = 'notice' WHERE id = 3`);
    database.exec(`UPDATE files SET kind = 'poster' WHERE id = 'shot'`);
    // The links still work: NULL for the file of a message, gone with its file for a recording.
    database.exec('DELETE FROM messages WHERE id = 9');
    database.exec(`DELETE FROM files WHERE id = 'film'`);
    const after = readAll(database);
    expect(after.files?.map(({ id, message_id, call_id }) => ({ id, message_id, call_id }))).toEqual([
      { id: 'cake', message_id: null, call_id: null },
      { id: 'half', message_id: null, call_id: 'going-on' },
      { id: 'shot', message_id: null, call_id: 'over' },
    ]);
    expect(after.recordings?.map(({ id }) => id)).toEqual(['half']);
    expect(() => database.exec('UPDATE messages SET conversation_id = 99 WHERE id = 3')).toThrow(
      'FOREIGN KEY constraint failed',
    );
    expect(() => database.exec(`UPDATE messages SET key = 'key-of-4' WHERE id = 7`)).toThrow('UNIQUE');
  }, files);
});

test('friends without a conversation get one, and who are only asked get none', () => {
  const database = openDatabase(path, FILES.slice(0, 12));
  populate(database);
  database.exec(
    `UPDATE friendships SET accepted_at = 77 WHERE user_a = 2 AND user_b = 5;
     INSERT INTO users (id, username, display_name, password_hash, created_at) VALUES (6, 'dora', 'Dora', '', 0);
     INSERT INTO friendships VALUES (1, 6, 6, NULL, 0);`,
  );
  const { conversations, members } = readAll(database);
  database.close();
  inDatabase((after) => {
    expect(readAll(after)).toMatchObject({
      conversations: [
        ...(conversations ?? []),
        { id: 7, kind: 'direct', direct_key: '2:5', title: null, rev: 0, active_at: 77 },
      ],
      members: [
        ...(members ?? []),
        { conversation_id: 7, user_id: 2, read_id: 0 },
        { conversation_id: 7, user_id: 5, read_id: 0 },
      ],
    });
  });
});

test('a migration that fails takes back those before it, and leaves the file as it was', () => {
  makeDatabase(FILES.length);
  const before = readFileSync(path);
  const files = withMigrations(
    'CREATE TABLE further (id INTEGER PRIMARY KEY) STRICT; DELETE FROM messages WHERE author_id = 2;',
    `UPDATE users SET display_name = ''; INSERT INTO nowhere VALUES (1);`,
  );
  expect(() => openDatabase(path, files)).toThrow('no such table: nowhere');
  expect(readFileSync(path).equals(before)).toBe(true);
  // Closed again, so the old version finds neither a lock nor a log.
  inDatabase((database) => expect(database.pragma('user_version', { simple: true })).toBe(FILES.length));
});

test('a migration that leaves a row pointing nowhere is taken back', () => {
  makeDatabase(FILES.length);
  const before = readFileSync(path);
  const files = withMigrations('DELETE FROM users WHERE id = 5;');
  expect(() => openDatabase(path, files)).toThrow(/foreign keys .* → users/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('what was broken by hand before an update doesn’t stop it', () => {
  makeDatabase(FILES.length);
  inDatabase((database) => {
    database.pragma('foreign_keys = OFF');
    database.exec("UPDATE files SET message_id = 99 WHERE id = 'cake'");
  });
  const files = withMigrations('CREATE TABLE further (id INTEGER PRIMARY KEY) STRICT;');
  inDatabase((database) => {
    expect(database.pragma('user_version', { simple: true })).toBe(files.length);
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
  }, files);
});

test('a database that has had more migrations than there are is refused, and not touched', () => {
  makeDatabase(FILES.length);
  const before = readFileSync(path);
  const database = new Sqlite(path);
  expect(() => migrate(database, FILES.slice(0, -1))).toThrow(NewerDatabaseError);
  database.close();
  expect(readFileSync(path).equals(before)).toBe(true);
});
