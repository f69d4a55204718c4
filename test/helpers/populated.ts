/** A family's database of any version, with something in each of its tables. */
import type Sqlite from 'better-sqlite3';

type Value = string | number | null | Buffer;
export type Row = Record<string, Value>;
export type Tables = Record<string, Row[]>;

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 20, 18, 0);
const [ANA, BEN, CLEO] = [1, 2, 5];

/** Rows as the newest version has them; ids with gaps, as deleting leaves them. */
const ROWS: Tables = {
  users: [
    {
      ...{ id: ANA, username: 'ana', display_name: 'Ana', password_hash: '$argon2id$a', is_owner: 1 },
      ...{ locale: null, time_zone: null, sound: 1, created_at: START, invitation_id: null },
      ...{ region: null, clock: null, picture: null, removed_at: null },
    },
    {
      ...{ id: BEN, username: 'ben', display_name: '本 “Ben” 😀', password_hash: '$argon2id$b', is_owner: 0 },
      ...{ locale: 'zh-CN', time_zone: 'Asia/Shanghai', sound: 0, created_at: START + 1, invitation_id: 3 },
      ...{ region: 'CN', clock: '24', picture: 'portrait-of-ben', removed_at: null },
    },
    {
      ...{ id: CLEO, username: 'cleo', display_name: 'Cleo', password_hash: '$argon2id$c', is_owner: 0 },
      ...{ locale: 'en', time_zone: 'Europe/London', sound: 1, created_at: START + 2, invitation_id: 3 },
      ...{ region: 'GB', clock: '12', picture: null, removed_at: null },
    },
  ],
  sessions: [
    {
      ...{ id: 'session-of-ana', user_id: ANA, expires_at: START + 9e9, created_at: START },
      ...{ seen_at: START + MINUTE, user_agent: 'Firefox' },
    },
    {
      ...{ id: 'session-of-ben', user_id: BEN, expires_at: START + 9e9, created_at: START },
      ...{ seen_at: START + 2 * MINUTE, user_agent: '' },
    },
  ],
  invitations: [
    { id: 3, code: 'used-up', inviter_id: ANA, created_at: START, expires_at: START + 9e9, uses_left: 0 },
    { id: 4, code: 'open', inviter_id: BEN, created_at: START, expires_at: START + 9e9, uses_left: 5 },
  ],
  friendships: [
    { user_a: ANA, user_b: BEN, requested_by: BEN, accepted_at: START + 3, created_at: START },
    { user_a: ANA, user_b: CLEO, requested_by: ANA, accepted_at: START + 4, created_at: START },
    { user_a: BEN, user_b: CLEO, requested_by: CLEO, accepted_at: null, created_at: START },
  ],
  blocks: [{ blocker_id: CLEO, blocked_id: BEN, created_at: START }],
  conversations: [
    conversation({ id: 2, direct_key: '1:2', rev: 7, active_at: START + MINUTE }),
    conversation({ id: 4, kind: 'group', title: '家', picture: 'portrait-of-4', rev: 0, active_at: START }),
    conversation({ id: 6, direct_key: '1:5', rev: 1, active_at: START + 2 * MINUTE }),
  ],
  members: [
    member({ conversation_id: 2, user_id: ANA, read_id: 9 }),
    member({ conversation_id: 2, user_id: BEN, read_id: 3 }),
    member({ conversation_id: 4, user_id: CLEO, read_id: 0 }),
    member({ conversation_id: 6, user_id: ANA, read_id: 0 }),
    member({ conversation_id: 6, user_id: CLEO, read_id: 8 }),
  ],
  messages: [
    message({ id: 3, author_id: ANA, body: 'Shall we bring the cake?\n生日快乐', first_rev: 1, rev: 1 }),
    message({ id: 4, author_id: BEN, body: 'Yes!', first_rev: 2, rev: 3, edited_at: START + MINUTE }),
    message({ id: 7, author_id: BEN, body: '', first_rev: 4, rev: 6, deleted_at: START + MINUTE }),
    message({ id: 8, author_id: CLEO, body: 'Hello', conversation_id: 6, first_rev: 1, rev: 1 }),
    message({ id: 9, author_id: ANA, body: '', first_rev: 5, rev: 5, has_file: 1 }),
    message({
      id: 11,
      author_id: ANA,
      body: '',
      first_rev: 7,
      rev: 7,
      kind: 'call',
      call: '{"call":"over"}',
    }),
  ],
  calls: [
    call({
      id: 'over',
      state: 'ended',
      reason: 'hung-up',
      answered_at: START + 5_000,
      ended_at: START + MINUTE,
    }),
    call({ id: 'missed', conversation_id: 6, state: 'ended', reason: 'missed', ended_at: START + MINUTE }),
    call({ id: 'going-on', media: 'voice', state: 'active', answered_at: START + MINUTE }),
    call({ id: 'ringing', conversation_id: 6, state: 'ringing' }),
  ],
  call_invites: [
    { call_id: 'over', user_id: BEN, state: 'joined', deadline: START + MINUTE, invited_by: null },
    { call_id: 'going-on', user_id: BEN, state: 'joined', deadline: START + MINUTE, invited_by: null },
    { call_id: 'ringing', user_id: CLEO, state: 'ringing', deadline: START + MINUTE, invited_by: ANA },
  ],
  call_places: [
    {
      ...{ id: 'ana-in-going-on', call_id: 'going-on', user_id: ANA, device: 'tablet', ring_key: 'rings' },
      ...{ joined_at: START, seen_at: START + MINUTE, left_at: null, session: 'session-of-ana' },
    },
    {
      ...{ id: 'ben-in-going-on', call_id: 'going-on', user_id: BEN, device: 'phone', ring_key: null },
      ...{ joined_at: START + MINUTE, seen_at: START + MINUTE, left_at: null, session: null },
    },
    {
      ...{ id: 'ana-in-over', call_id: 'over', user_id: ANA, device: 'tablet', ring_key: 'rang' },
      ...{ joined_at: START, seen_at: START + MINUTE, left_at: START + MINUTE, session: null },
    },
    {
      ...{ id: 'ben-in-over', call_id: 'over', user_id: BEN, device: 'phone', ring_key: null },
      ...{ joined_at: START + 5_000, seen_at: START + MINUTE, left_at: START + MINUTE, session: null },
    },
  ],
  // Until version 15.
  call_members: [
    {
      ...{ id: 'ana-in-going-on', call_id: 'going-on', user_id: ANA, device: 'tablet', ring_key: 'rings' },
      ...{ joined_at: START, left_at: null },
    },
    {
      ...{ id: 'ben-in-going-on', call_id: 'going-on', user_id: BEN, device: 'phone', ring_key: null },
      ...{ joined_at: START + MINUTE, left_at: null },
    },
    {
      ...{ id: 'ana-in-over', call_id: 'over', user_id: ANA, device: 'tablet', ring_key: 'rang' },
      ...{ joined_at: START, left_at: START + MINUTE },
    },
    {
      ...{ id: 'ben-in-over', call_id: 'over', user_id: BEN, device: 'phone', ring_key: null },
      ...{ joined_at: START + 5_000, left_at: START + MINUTE },
    },
    {
      ...{ id: 'cleo-in-ringing', call_id: 'ringing', user_id: CLEO, device: null, ring_key: null },
      ...{ joined_at: null, left_at: null },
    },
  ],
  files: [
    file({ id: 'cake', message_id: 9, kind: 'attachment', width: 640, height: 480, has_preview: 1 }),
    file({ id: 'shot', owner_id: BEN, call_id: 'over', kind: 'screenshot', name: 'Screenshot.png' }),
    file({ id: 'film', call_id: 'over', kind: 'recording', type: 'video/webm', duration_ms: 55_000 }),
    file({ id: 'half', call_id: 'going-on', kind: 'recording', type: 'video/webm', state: 'receiving' }),
  ],
  storage_limits: [{ id: 1, person_bytes: 5e9, server_bytes: null, retention_days: 30 }],
  recordings: [
    {
      id: 'film',
      mode: 'everyone',
      person_id: null,
      length: 4_096,
      finished: 4_096,
      posted: 1,
      key: 'key-of-film',
    },
    {
      id: 'half',
      mode: 'sound',
      person_id: null,
      length: null,
      finished: null,
      posted: 0,
      key: 'key-of-half',
    },
  ],
  secrets: [{ name: 'known devices', value: Buffer.from([0, 1, 127, 128, 255]) }],
  folders: [
    { name: 'recordings', marker: 'marker-of-recordings' },
    { name: 'uploads', marker: 'marker-of-uploads' },
  ],
  push_subscriptions: [
    {
      ...{ session_id: 'session-of-ben', endpoint: 'https://push.example.net/ben', locale: 'zh-CN' },
      ...{ p256dh: Buffer.alloc(65, 4), auth: Buffer.alloc(16, 7), shows_text: 1, created_at: START },
    },
  ],
  quiet_hours: [{ user_id: BEN, starts: 1320, ends: 420, time_zone: 'Asia/Shanghai', calls_ring: 1 }],
  invitation_groups: [{ invitation_id: 4, conversation_id: 4 }],
  group_portraits: [
    { conversation_id: 4, version: 'portrait-of-4', bytes: Buffer.from('RIFF\0\xff', 'latin1') },
  ],
  portraits: [{ user_id: BEN, version: 'portrait-of-ben', bytes: Buffer.from('RIFF\0\xff', 'latin1') }],
};

function conversation(own: Row): Row {
  return { kind: 'direct', direct_key: null, title: null, for_newcomers: 0, picture: null, ...own };
}

function member(own: Row): Row {
  return { role: 'member', joined_at: 0, first_id: 0, notify: 'all', ...own };
}

function message(own: Row): Row {
  return {
    ...{ conversation_id: 2, key: `key-of-${own.id}`, kind: 'text', call: null, sent_at: START + MINUTE },
    ...{ edited_at: null, deleted_at: null, has_file: 0, event: null, ...own },
  };
}

function call(own: Row): Row {
  return {
    ...{ conversation_id: 2, started_by: ANA, media: 'video', reason: null, started_at: START },
    ...{ answered_at: null, ended_at: null, ...own },
    // Until version 15.
    ...{ caller_id: ANA, ring_deadline: START + MINUTE, seen_at: START + MINUTE },
  };
}

function file(own: Row): Row {
  return {
    ...{ owner_id: ANA, conversation_id: 2, call_id: null, message_id: null, name: '蛋糕.jpg' },
    ...{ type: 'image/jpeg', bytes: 4_096, width: null, height: null, duration_ms: null, state: 'ready' },
    ...{ has_preview: 0, created_at: START, ...own },
  };
}

const quote = (name: string): string => `"${name}"`;

function tablesOf(database: Sqlite.Database): string[] {
  return database
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all();
}

function columnsOf(database: Sqlite.Database, table: string): string[] {
  return database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
}

/** Fills the tables and columns that `database`, of whatever version, has. */
export function populate(database: Sqlite.Database): void {
  database.pragma('foreign_keys = OFF');
  for (const table of tablesOf(database)) {
    const rows = ROWS[table];
    if (!rows) throw new Error(`The table ${table} has no rows here: give it some.`);
    const columns = columnsOf(database, table);
    const insert = database.prepare(
      `INSERT OR REPLACE INTO ${quote(table)} (${columns.map(quote).join(', ')})
       VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
    );
    for (const row of rows) insert.run(row);
  }
  const dangling = database.pragma('foreign_key_check');
  database.pragma('foreign_keys = ON');
  if (Array.isArray(dangling) && dangling.length > 0)
    throw new Error('The rows point to rows that are missing.');
}

/** All rows of all tables, in the order of their primary keys. */
export function readAll(database: Sqlite.Database): Tables {
  return Object.fromEntries(
    tablesOf(database).map((table) => {
      const [first = '', second] = columnsOf(database, table).map(quote);
      const order = second ? `${first}, ${second}` : first;
      return [table, database.prepare<[], Row>(`SELECT * FROM ${quote(table)} ORDER BY ${order}`).all()];
    }),
  );
}
