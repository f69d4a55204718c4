/** All SQL of messages: texts, call entries, and what happened to a group. */
import type { Database } from '../database/database.ts';

/** What a call entry in a chat shows. `seconds` from accept to end; `outcome` is missing while the call is on. */
export type CallEntry = {
  id: string;
  media: 'voice' | 'video';
  outcome?: 'hung-up' | 'declined' | 'cancelled' | 'busy' | 'missed' | 'failed';
  seconds: number;
  /** In a group, what has become of each person in it; who isn't named was neither rung nor there. */
  people?: Record<number, 'in' | 'was' | 'ringing' | 'declined' | 'missed'>;
};

/** What happened to a group itself, with names as they were then. */
export type GroupEvent =
  | { what: 'created' | 'renamed'; title: string }
  | { what: 'added'; people: string[] }
  | { what: 'removed' | 'made-admin'; person: string }
  | { what: 'left' | 'stepped-down' | 'pictured' | 'unpictured' };

export type Message = {
  id: number;
  authorId: number;
  authorName: string;
  /** Made up by whoever sent it, and repeated at each try. */
  key: string;
  kind: 'text' | 'call' | 'event';
  /** Empty when deleted. */
  body: string;
  call: CallEntry | undefined;
  event: GroupEvent | undefined;
  /** It was sent with a file, which may be gone by now. */
  hasFile: boolean;
  firstRev: number;
  rev: number;
  sentAt: number;
  editedAt: number | undefined;
  deleted: boolean;
};

export type NewMessage = {
  conversation: number;
  author: number;
  key: string;
  kind: 'text' | 'call' | 'event';
  body: string;
  call: CallEntry | undefined;
  event?: GroupEvent;
  hasFile?: boolean;
  now: number;
};

type MessageRow = {
  id: number;
  author_id: number;
  display_name: string;
  key: string;
  kind: 'text' | 'call' | 'event';
  body: string;
  call: string | null;
  event: string | null;
  has_file: number;
  first_rev: number;
  rev: number;
  sent_at: number;
  edited_at: number | null;
  deleted_at: number | null;
};

const toMessage = (row: MessageRow): Message => ({
  id: row.id,
  authorId: row.author_id,
  authorName: row.display_name,
  key: row.key,
  kind: row.kind,
  body: row.body,
  call: row.call ? JSON.parse(row.call) : undefined,
  event: row.event ? JSON.parse(row.event) : undefined,
  hasFile: row.has_file === 1,
  firstRev: row.first_rev,
  rev: row.rev,
  sentAt: row.sent_at,
  editedAt: row.edited_at ?? undefined,
  deleted: row.deleted_at !== null,
});

const MESSAGE = `SELECT messages.id, author_id, display_name, key, kind, body, call, event, has_file, first_rev, rev, sent_at,
    edited_at, deleted_at
  FROM messages JOIN users ON users.id = author_id`;

export function createMessageStore(database: Database) {
  const nextRev = database
    .prepare<[number], number>('UPDATE conversations SET rev = rev + 1 WHERE id = ? RETURNING rev')
    .pluck();
  const touch = database.prepare<[number, number]>('UPDATE conversations SET active_at = ? WHERE id = ?');
  const insert = database
    .prepare<Record<string, string | number | null>, number>(
      `INSERT INTO messages (conversation_id, author_id, key, kind, body, call, event, has_file, first_rev, rev, sent_at)
       VALUES (:conversation, :author, :key, :kind, :body, :call, :event, :hasFile, :rev, :rev, :now) RETURNING id`,
    )
    .pluck();
  const byKey = database.prepare<[number, string], MessageRow & { conversation_id: number }>(
    `${MESSAGE.replace('SELECT', 'SELECT conversation_id,')} WHERE author_id = ? AND key = ?`,
  );
  const byId = database.prepare<[number, number], MessageRow>(
    `${MESSAGE} WHERE conversation_id = ? AND messages.id = ?`,
  );
  const edit = database.prepare<[string, number, number, number]>(
    'UPDATE messages SET body = ?, edited_at = ?, rev = ? WHERE id = ?',
  );
  const touchMessage = database.prepare<[number, number]>('UPDATE messages SET rev = ? WHERE id = ?');
  const setCall = database.prepare<[string, number, number]>(
    'UPDATE messages SET call = ?, rev = ? WHERE id = ?',
  );
  const tombstone = database.prepare<[number, number, number]>(
    `UPDATE messages SET body = '', call = NULL, has_file = 0, deleted_at = ?, rev = ? WHERE id = ?`,
  );
  const before = database.prepare<[number, number, number, number], MessageRow>(
    `${MESSAGE} WHERE conversation_id = ? AND messages.id < ? AND messages.id > ? ORDER BY messages.id DESC LIMIT ?`,
  );
  const after = database
    .prepare<[number, number, number], number>(
      'SELECT id FROM messages WHERE conversation_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?',
    )
    .pluck();
  const changed = database.prepare<[number, number, number], MessageRow>(
    `${MESSAGE} WHERE conversation_id = ? AND rev > ? ORDER BY rev LIMIT ?`,
  );
  const running = database
    .prepare<[number], string>(
      `SELECT call FROM messages WHERE conversation_id = ? AND call IS NOT NULL AND call ->> 'outcome' IS NULL
       ORDER BY id DESC LIMIT 1`,
    )
    .pluck();
  const newest = database
    .prepare<[number], number>('SELECT MAX(id) FROM messages WHERE conversation_id = ?')
    .pluck();

  const bump = (id: number): number => nextRev.get(id) ?? 0;
  return {
    insert: (given: NewMessage): { id: number; rev: number } => {
      const rev = bump(given.conversation);
      const call = given.call ? JSON.stringify(given.call) : null;
      const event = given.event ? JSON.stringify(given.event) : null;
      const id = insert.get({ ...given, call, event, hasFile: given.hasFile ? 1 : 0, rev }) ?? 0;
      touch.run(given.now, given.conversation);
      return { id, rev };
    },
    byKey: (author: number, key: string) => {
      const row = byKey.get(author, key);
      return row && { ...toMessage(row), conversation: row.conversation_id };
    },
    byId: (conversation: number, id: number) => {
      const row = byId.get(conversation, id);
      return row && toMessage(row);
    },
    edit: (conversation: number, id: number, body: string, now: number) =>
      void edit.run(body, now, bump(conversation), id),
    setCall: (conversation: number, id: number, call: CallEntry) =>
      void setCall.run(JSON.stringify(call), bump(conversation), id),
    /** What is shown with it has changed. */
    touchMessage: (conversation: number, id: number) => void touchMessage.run(bump(conversation), id),
    /** Soft: the row stays, so that returning pages learn of it; the text is gone. */
    tombstone: (conversation: number, id: number, now: number) =>
      void tombstone.run(now, bump(conversation), id),
    /** At most `limit` messages with smaller ids, newest first; none up to `first`. */
    before: (conversation: number, id: number, limit: number, first = 0) =>
      before.all(conversation, id, first, limit).map(toMessage),
    /** The id of the message that comes so many later. */
    after: (conversation: number, id: number, count: number): number | undefined =>
      after.get(conversation, id, count - 1),
    /** What changed after `rev`, oldest change first. */
    changedSince: (conversation: number, since: number, limit: number) =>
      changed.all(conversation, since, limit).map(toMessage),
    /** The call that is going on. */
    runningCall: (conversation: number): CallEntry | undefined => {
      const call = running.get(conversation);
      return call === undefined ? undefined : JSON.parse(call);
    },
    newestId: (conversation: number) => newest.get(conversation) ?? 0,
  };
}
