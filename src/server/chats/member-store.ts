/** All SQL of members: who is in a conversation, as what, and how far they have read. */
import type { Database } from '../database/database.ts';

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

export function createMemberStore(database: Database) {
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
  const names = database
    .prepare<[number], string>(
      `SELECT group_concat(display_name, char(0)) FROM members JOIN users ON users.id = user_id
       WHERE conversation_id = ?`,
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

  return {
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
    /** The members' names as one text, which is another when one of them has changed theirs. */
    names: (conversation: number) => names.get(conversation) ?? '',
    readId: (id: number, user: number) => readId.get(id, user) ?? 0,
    /** The last message that everyone but `user` has seen. */
    othersReadId: (id: number, user: number) => othersReadId.get(id, user) ?? 0,
    /** False when it was read that far already. */
    setRead: (id: number, user: number, message: number) =>
      setRead.run({ conversation: id, user, message }).changes === 1,
  };
}
