/**
 * lucia's adapter on our own table. Ids are stored as SHA-256, so a stolen database file signs nobody in.
 * (lucia's published adapter stores them raw and doesn't accept this better-sqlite3.)
 */
import { createHash } from 'node:crypto';
import type { Adapter } from 'lucia';
import type { Background } from '../background/background.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import { toUser, USER_COLUMNS, type User, type UserRow } from './store.ts';

export type SessionAttributes = {
  createdAt: number;
  seenAt: number;
  userAgent: string;
  /** What the password was checked against; not stored. */
  passwordHash?: string;
};

/** The password has changed since it was checked. */
export class PasswordChangedError extends Error {}

type SessionRow = {
  id: string;
  user_id: number;
  expires_at: number;
  created_at: number;
  seen_at: number;
  user_agent: string;
};

/** The form in which a session's id is stored, compared and named in pages. */
export const hashSessionId = (id: string): string => createHash('sha256').update(id).digest('hex');

/**
 * Times are those of `clock`, while lucia uses the machine's own time.
 * @param spare does optional writes: extending a session, or removing one that turns out to have expired
 */
export function createSessionStore(database: Database, clock: Clock, spare: Background['spare']) {
  const ahead = (): number => clock.now() - Date.now();
  const toSession = (row: SessionRow, id: string) => ({
    id,
    userId: row.user_id,
    expiresAt: new Date(row.expires_at - ahead()),
    attributes: { createdAt: row.created_at, seenAt: row.seen_at, userAgent: row.user_agent },
  });
  const find = database.prepare<
    [string],
    UserRow & { expires_at: number; created_at: number; seen_at: number; user_agent: string }
  >(
    `SELECT ${USER_COLUMNS}, expires_at, sessions.created_at, seen_at, user_agent
     FROM sessions JOIN users ON users.id = user_id WHERE sessions.id = ?`,
  );
  const byUser = database.prepare<[number], SessionRow>(
    'SELECT * FROM sessions WHERE user_id = ? ORDER BY seen_at DESC',
  );
  // Checked in the same statement: changing the password meanwhile has ended all sessions, including this one.
  const insert = database.prepare<{
    id: string;
    user: number;
    expiresAt: number;
    createdAt: number;
    seenAt: number;
    userAgent: string;
    passwordHash: string | null;
  }>(
    `INSERT INTO sessions (id, user_id, expires_at, created_at, seen_at, user_agent)
     SELECT :id, id, :expiresAt, :createdAt, :seenAt, :userAgent FROM users
     WHERE id = :user AND password_hash = :passwordHash`,
  );
  const extend = database.prepare<[number, string]>('UPDATE sessions SET expires_at = ? WHERE id = ?');
  const see = database.prepare<[number, string]>('UPDATE sessions SET seen_at = ? WHERE id = ?');
  const remove = database.prepare<[string]>('DELETE FROM sessions WHERE id = ?');
  const removeOf = database.prepare<[number]>('DELETE FROM sessions WHERE user_id = ?');
  const endOf = database
    .prepare<[number, string | null], string>(
      'DELETE FROM sessions WHERE user_id = ? AND id IS NOT ? RETURNING id',
    )
    .pluck();
  const removeOwn = database.prepare<[string, number]>('DELETE FROM sessions WHERE id = ? AND user_id = ?');
  const isOpen = database
    .prepare<[string, number], number>('SELECT 1 FROM sessions WHERE id = ? AND expires_at > ?')
    .pluck();
  const exists = database.prepare<[string], number>('SELECT 1 FROM sessions WHERE id = ?').pluck();
  const removeExpired = database.prepare<[number]>('DELETE FROM sessions WHERE expires_at <= ?');

  const adapter: Adapter = {
    async getSessionAndUser(id) {
      const row = find.get(hashSessionId(id));
      if (!row) return [null, null];
      const session = toSession({ ...row, id, user_id: row.id }, id);
      return [session, { id: row.id, attributes: toUser(row) }];
    },
    async getUserSessions(userId) {
      return byUser.all(userId).map((row) => toSession(row, row.id));
    },
    async setSession({ id, userId, expiresAt, attributes }) {
      const { createdAt, seenAt, userAgent, passwordHash = null } = attributes;
      const row = {
        id: hashSessionId(id),
        user: userId,
        expiresAt: expiresAt.getTime() + ahead(),
        passwordHash,
      };
      if (insert.run({ ...row, createdAt, seenAt, userAgent }).changes === 0)
        throw new PasswordChangedError();
    },
    async updateSessionExpiration(id, expiresAt) {
      spare('prolonging a session', () => extend.run(expiresAt.getTime() + ahead(), hashSessionId(id)));
    },
    async deleteSession(id) {
      // lucia's own, for an expired session, which it refuses whatever happens to the row.
      spare('removing a session that has run out', () => remove.run(hashSessionId(id)));
    },
    async deleteUserSessions(userId) {
      removeOf.run(userId);
    },
    async deleteExpiredSessions() {
      removeExpired.run(clock.now());
    },
  };

  return {
    adapter,
    /** Newest seen first; ids are hashed. */
    ofUser: (userId: number) =>
      byUser.all(userId).map((row) => ({
        id: row.id,
        expiresAt: row.expires_at,
        createdAt: row.created_at,
        seenAt: row.seen_at,
        userAgent: row.user_agent,
      })),
    /** `id` is hashed. False when this person has no such session. */
    removeOwn: (id: string, userId: number) => removeOwn.run(id, userId).changes === 1,
    /** Ends all of a person's sessions but one; the answer is their ids. */
    endOf: (userId: number, except: string | undefined) => endOf.all(userId, except ?? null),
    transaction: <Result>(work: () => Result): Result => database.transaction(work).immediate(),
    isOpen: (id: string, now: number) => isOpen.get(id, now) === 1,
    removeExpired: (now: number) => void removeExpired.run(now),
    exists: (id: string) => exists.get(id) === 1,
    see: (id: string, now: number) => void see.run(now, id),
  };
}

declare module 'lucia' {
  interface Register {
    UserId: number;
    DatabaseSessionAttributes: SessionAttributes;
    DatabaseUserAttributes: User;
  }
}
