/** All SQL of what only groups have: a title, a picture, and invitations that lead into them. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';

export function createGroupStore(database: Database) {
  const insertGroup = database
    .prepare<[string, number, number], number>(
      `INSERT INTO conversations (kind, title, for_newcomers, active_at) VALUES ('group', ?, ?, ?) RETURNING id`,
    )
    .pluck();
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
  const setTitle = database.prepare<[string, number]>('UPDATE conversations SET title = ? WHERE id = ?');
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

  return {
    /** @param forNewcomers whether invitations lead into it unless whoever makes them says otherwise */
    insertGroup: (title: string, forNewcomers: boolean, now: number) =>
      insertGroup.get(title, forNewcomers ? 1 : 0, now) ?? 0,
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
  };
}
