/** All SQL of conversations, members and messages. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../database.ts';

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
  | { what: 'left' | 'pictured' | 'unpictured' };

export type Role = 'member' | 'admin';

/** Of which messages somebody is told: of all, of those that mention them, of none. */
export const NOTIFY = ['all', 'mentions', 'nothing'] as const;
export type Notify = (typeof NOTIFY)[number];

/** Somebody in a conversation. Nobody administers a direct one. */
export type Member = {
  role: Role;
  /** They read what comes after this message. */
  firstId: number;
  /** ms since 1970. */
  joinedAt: number;
  notify: Notify;
};

/** A member with what is shown of them. */
export type Participant = {
  id: number;
  displayName: string;
  picture: string | undefined;
  role: Role;
  /** The last message they have seen. */
  readId: number;
};

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

export type Kind = 'direct' | 'group';

export type Conversation = {
  id: number;
  kind: Kind;
  title: string | undefined;
  /** Of a group, the version of its picture (group-picture-routes.ts). */
  picture: string | undefined;
  rev: number;
};

/** A line in the list of chats, as one member sees it. */
export type ConversationLine = {
  id: number;
  /** The other person of a direct conversation. */
  otherId: number | undefined;
  name: string;
  picture: string | undefined;
  /** At most 100: "99+" is what is shown then. */
  unread: number;
  activeAt: number;
  lastMessageId: number | undefined;
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

/** What a member hasn't seen; the same rule as `isNews` (news.ts). */
const NEWS = `SELECT 1 FROM messages WHERE conversation_id = members.conversation_id AND id > members.read_id
  AND author_id <> members.user_id AND deleted_at IS NULL AND kind <> 'event'
  AND (call IS NULL OR IIF(call -> 'people' IS NULL, call ->> 'outcome' IN ('missed', 'busy', 'cancelled'),
    call ->> ('$.people."' || members.user_id || '"') = 'missed'))`;

/** Counts that, and stops at a hundred. */
const UNREAD = `(SELECT COUNT(*) FROM (${NEWS} LIMIT 100))`;

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

export function createChatStore(database: Database) {
  const conversation = database.prepare<
    [number],
    Omit<Conversation, 'title' | 'picture'> & { title: string | null; picture: string | null }
  >('SELECT id, kind, title, picture, rev FROM conversations WHERE id = ?');
  const rev = database.prepare<[number], number>('SELECT rev FROM conversations WHERE id = ?').pluck();
  const direct = database
    .prepare<[string], number>('SELECT id FROM conversations WHERE direct_key = ?')
    .pluck();
  const insertDirect = database.prepare<[string, number]>(
    `INSERT INTO conversations (kind, direct_key, active_at) VALUES ('direct', ?, ?) ON CONFLICT DO NOTHING`,
  );
  const insertGroup = database
    .prepare<[string, number, number], number>(
      `INSERT INTO conversations (kind, title, for_newcomers, active_at) VALUES ('group', ?, ?, ?) RETURNING id`,
    )
    .pluck();
  const insertMember = database.prepare<Record<string, number | string>>(
    `INSERT INTO members (conversation_id, user_id, role, joined_at, first_id, read_id)
     VALUES (:conversation, :user, :role, :now, :firstId, :readId) ON CONFLICT DO NOTHING`,
  );
  const removeMember = database.prepare<[number, number]>(
    'DELETE FROM members WHERE conversation_id = ? AND user_id = ?',
  );
  const setRole = database.prepare<[Role, number, number]>(
    'UPDATE members SET role = ? WHERE conversation_id = ? AND user_id = ?',
  );
  const setNotify = database.prepare<[Notify, number, number]>(
    'UPDATE members SET notify = ? WHERE conversation_id = ? AND user_id = ?',
  );
  const promoteEldest = database.prepare<{ conversation: number }>(
    `UPDATE members SET role = 'admin' WHERE conversation_id = :conversation AND user_id = (
       SELECT user_id FROM members WHERE conversation_id = :conversation ORDER BY joined_at, user_id LIMIT 1)
     AND NOT EXISTS (SELECT 1 FROM members WHERE conversation_id = :conversation AND role = 'admin')`,
  );
  const groupsOf = database.prepare<[number], { id: number; title: string; for_newcomers: number }>(
    `SELECT conversations.id, title, for_newcomers FROM members
       JOIN conversations ON conversations.id = conversation_id
     WHERE kind = 'group' AND user_id = ? ORDER BY title COLLATE NOCASE, conversations.id`,
  );
  const leadInto = database.prepare<[number, number]>(
    'INSERT INTO invitation_groups (invitation_id, conversation_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const invitedInto = database.prepare<[number], { id: number; title: string }>(
    `SELECT conversations.id, title FROM invitation_groups
       JOIN conversations ON conversations.id = conversation_id
     WHERE invitation_id = ? ORDER BY title COLLATE NOCASE, conversations.id`,
  );
  const setVersion = database.prepare<[string | null, number]>(
    'UPDATE conversations SET picture = ? WHERE id = ?',
  );
  const putPortrait = database.prepare<[number, string, Buffer]>(
    `INSERT INTO group_portraits (conversation_id, version, bytes) VALUES (?, ?, ?)
     ON CONFLICT (conversation_id) DO UPDATE SET version = excluded.version, bytes = excluded.bytes`,
  );
  const removePortrait = database.prepare<[number]>('DELETE FROM group_portraits WHERE conversation_id = ?');
  const portrait = database
    .prepare<[number, string], Buffer>(
      'SELECT bytes FROM group_portraits WHERE conversation_id = ? AND version = ?',
    )
    .pluck();
  const setTitle = database.prepare<[string, number]>('UPDATE conversations SET title = ? WHERE id = ?');
  const kind = database.prepare<[number], Kind>('SELECT kind FROM conversations WHERE id = ?').pluck();
  const member = database.prepare<
    [number, number],
    { role: Role; first_id: number; joined_at: number; notify: Notify }
  >('SELECT role, first_id, joined_at, notify FROM members WHERE conversation_id = ? AND user_id = ?');
  const participants = database.prepare<
    [number],
    { id: number; display_name: string; picture: string | null; role: Role; read_id: number }
  >(
    `SELECT users.id, display_name, picture, role, read_id FROM members JOIN users ON users.id = user_id
     WHERE conversation_id = ? ORDER BY display_name COLLATE NOCASE, users.id`,
  );
  const members = database
    .prepare<[number], number>(
      'SELECT user_id FROM members WHERE conversation_id = ? ORDER BY joined_at, user_id',
    )
    .pluck();
  const readId = database
    .prepare<[number, number], number>(
      'SELECT read_id FROM members WHERE conversation_id = ? AND user_id = ?',
    )
    .pluck();
  const othersReadId = database
    .prepare<[number, number], number>(
      'SELECT MIN(read_id) FROM members WHERE conversation_id = ? AND user_id <> ?',
    )
    .pluck();
  const setRead = database.prepare<{ conversation: number; user: number; message: number }>(
    `UPDATE members SET read_id = (
       SELECT MAX(id) FROM messages WHERE conversation_id = :conversation AND id <= :message)
     WHERE conversation_id = :conversation AND user_id = :user AND read_id < (
       SELECT MAX(id) FROM messages WHERE conversation_id = :conversation AND id <= :message)`,
  );
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
  const names = database
    .prepare<[number], string>(
      `SELECT group_concat(display_name, char(0)) FROM members JOIN users ON users.id = user_id
       WHERE conversation_id = ?`,
    )
    .pluck();
  const running = database
    .prepare<[number], string>(
      `SELECT call FROM messages WHERE conversation_id = ? AND call IS NOT NULL AND call ->> 'outcome' IS NULL
       ORDER BY id DESC LIMIT 1`,
    )
    .pluck();
  const newest = database
    .prepare<[number], number>('SELECT MAX(id) FROM messages WHERE conversation_id = ?')
    .pluck();
  const lines = database.prepare<
    { me: number },
    {
      id: number;
      other_id: number | null;
      name: string;
      picture: string | null;
      unread: number;
      active_at: number;
      last_id: number | null;
    }
  >(
    `SELECT conversations.id, other.id AS other_id, COALESCE(title, other.display_name, '') AS name,
       COALESCE(other.picture, conversations.picture) AS picture,
       ${UNREAD} AS unread, active_at,
       (SELECT MAX(id) FROM messages WHERE conversation_id = conversations.id AND id > members.first_id) AS last_id
     FROM members JOIN conversations ON conversations.id = members.conversation_id
     LEFT JOIN members AS others ON kind = 'direct' AND others.conversation_id = conversations.id
       AND others.user_id <> members.user_id
     LEFT JOIN users AS other ON other.id = others.user_id
     WHERE members.user_id = :me ORDER BY last_id IS NULL, active_at DESC, conversations.id DESC`,
  );
  const unreadConversations = database
    .prepare<[number], number>(
      `SELECT COUNT(*) FROM members WHERE user_id = ? AND notify <> 'nothing' AND EXISTS (${NEWS})`,
    )
    .pluck();

  const bump = (id: number): number => nextRev.get(id) ?? 0;
  return {
    conversation: (id: number): Conversation | undefined => {
      const row = conversation.get(id);
      return row && { ...row, title: row.title ?? undefined, picture: row.picture ?? undefined };
    },
    rev: (id: number) => rev.get(id) ?? 0,
    direct: (key: string) => direct.get(key),
    insertDirect: (key: string, users: number[], now: number) => {
      const { changes, lastInsertRowid } = insertDirect.run(key, now);
      const conversation = Number(lastInsertRowid);
      if (changes === 0) return;
      for (const user of users)
        insertMember.run({ conversation, user, role: 'member', now, firstId: 0, readId: 0 });
    },
    /** @param forNewcomers whether invitations lead into it unless whoever makes them says otherwise */
    insertGroup: (title: string, forNewcomers: boolean, now: number) =>
      insertGroup.get(title, forNewcomers ? 1 : 0, now) ?? 0,
    /** False if they are in it. What they read from is read: nobody begins with a hundred unread messages. */
    addMember: (
      id: number,
      user: number,
      { role, firstId, joinedAt: now }: Omit<Member, 'notify'>,
      readId: number,
    ) => insertMember.run({ conversation: id, user, role, now, firstId, readId }).changes === 1,
    removeMember: (id: number, user: number) => removeMember.run(id, user).changes === 1,
    setRole: (id: number, user: number, role: Role) => setRole.run(role, id, user).changes === 1,
    setNotify: (id: number, user: number, notify: Notify) => void setNotify.run(notify, id, user),
    /** Makes whoever has been in it longest its admin, where there is none. */
    promoteEldest: (id: number) => void promoteEldest.run({ conversation: id }),
    groupsOf: (user: number) =>
      groupsOf.all(user).map(({ id, title, for_newcomers }) => ({
        ...{ id, title, forNewcomers: for_newcomers === 1 },
      })),
    leadInto: (invitation: number, group: number) => void leadInto.run(invitation, group),
    invitedInto: (invitation: number) => invitedInto.all(invitation),
    setTitle: (id: number, title: string) => void setTitle.run(title, id),
    /** @param bytes WebP, or `undefined` for none. What was there before is gone. To be used in a transaction. */
    setPicture(id: number, bytes: Buffer | undefined): void {
      const version = bytes ? randomBytes(16).toString('base64url') : null;
      if (bytes && version) putPortrait.run(id, version, bytes);
      else removePortrait.run(id);
      setVersion.run(version, id);
    },
    /** WebP, or `undefined` where the group has no such version any more. */
    pictureBytes: (id: number, version: string) => portrait.get(id, version),
    kind: (id: number) => kind.get(id),
    isMember: (id: number, user: number) => member.get(id, user) !== undefined,
    member: (id: number, user: number): Member | undefined => {
      const row = member.get(id, user);
      return row && { role: row.role, firstId: row.first_id, joinedAt: row.joined_at, notify: row.notify };
    },
    participants: (id: number): Participant[] =>
      participants.all(id).map((row) => ({
        id: row.id,
        displayName: row.display_name,
        picture: row.picture ?? undefined,
        role: row.role,
        readId: row.read_id,
      })),
    members: (id: number) => members.all(id),
    readId: (id: number, user: number) => readId.get(id, user) ?? 0,
    /** The last message that everyone but `user` has seen. */
    othersReadId: (id: number, user: number) => othersReadId.get(id, user) ?? 0,
    /** False when it was read that far already. */
    setRead: (id: number, user: number, message: number) =>
      setRead.run({ conversation: id, user, message }).changes === 1,
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
    /** The members' names as one text, which is another when one of them has changed theirs. */
    names: (conversation: number) => names.get(conversation) ?? '',
    /** The call that is going on. */
    runningCall: (conversation: number): CallEntry | undefined => {
      const call = running.get(conversation);
      return call === undefined ? undefined : JSON.parse(call);
    },
    newestId: (conversation: number) => newest.get(conversation) ?? 0,
    lines: (me: number): ConversationLine[] =>
      lines.all({ me }).map((row) => ({
        id: row.id,
        otherId: row.other_id ?? undefined,
        name: row.name,
        picture: row.picture ?? undefined,
        unread: row.unread,
        activeAt: row.active_at,
        lastMessageId: row.last_id ?? undefined,
      })),
    /** Without those that somebody wants to be told nothing of. */
    unreadConversations: (user: number) => unreadConversations.get(user) ?? 0,
    transaction: <Result>(work: () => Result): Result => database.transaction(work).immediate(),
    /** For reading only: the statements share one lock, and see one state. */
    snapshot: <Result>(work: () => Result): Result => database.transaction(work).deferred(),
  };
}

export type ChatStore = ReturnType<typeof createChatStore>;
