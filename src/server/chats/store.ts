/** All SQL of conversations; what is in them has stores of its own, which are one with this for whoever uses it. */
import type { Database } from '../database/database.ts';
import { createGroupStore } from './group-store.ts';
import { createMemberStore } from './member-store.ts';
import { createMessageStore } from './message-store.ts';

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

/** What a member hasn't seen; the same rule as `isNews` (news.ts). */
const NEWS = `SELECT 1 FROM messages WHERE conversation_id = members.conversation_id AND id > members.read_id
  AND author_id <> members.user_id AND deleted_at IS NULL AND kind <> 'event'
  AND (call IS NULL OR IIF(call -> 'people' IS NULL, call ->> 'outcome' IN ('missed', 'busy', 'cancelled'),
    call ->> ('$.people."' || members.user_id || '"') = 'missed'))`;

/** Counts that, and stops at a hundred. */
const UNREAD = `(SELECT COUNT(*) FROM (${NEWS} LIMIT 100))`;

export function createChatStore(database: Database) {
  const members = createMemberStore(database);
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
  const kind = database.prepare<[number], Kind>('SELECT kind FROM conversations WHERE id = ?').pluck();
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

  return {
    ...members,
    ...createGroupStore(database),
    ...createMessageStore(database),
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
        members.addMember(conversation, user, { role: 'member', firstId: 0, joinedAt: now }, 0);
    },
    kind: (id: number) => kind.get(id),
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
