/** All SQL of users. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { type Clock12Or24, isClock } from '../language/region.ts';

export type User = {
  id: number;
  username: string;
  displayName: string;
  /** Where their picture is: `/pictures/<this>`. */
  picture: string | undefined;
  isOwner: boolean;
  /** Their account is gone; what they left in chats stays under their name. */
  isRemoved: boolean;
  /** `undefined` follows the browser. */
  locale: string | undefined;
  timeZone: string | undefined;
  /** Two letters (ISO 3166): whose way of writing dates this person wants. */
  region: string | undefined;
  clock: Clock12Or24 | undefined;
  /** Whether this person wants to hear the ring tone. */
  sound: boolean;
};

/** Columns of `users` as SQLite returns them; also what the session's join selects. */
export type UserRow = {
  id: number;
  username: string;
  display_name: string;
  picture: string | null;
  is_owner: number;
  removed_at: number | null;
  locale: string | null;
  time_zone: string | null;
  region: string | null;
  clock: string | null;
  sound: number;
};

export const USER_COLUMNS =
  'users.id, username, display_name, picture, is_owner, removed_at, locale, time_zone, region, clock, sound';

export const toUser = (row: UserRow): User => ({
  id: row.id,
  username: row.username,
  displayName: row.display_name,
  picture: row.picture ?? undefined,
  isOwner: row.is_owner === 1,
  isRemoved: row.removed_at !== null,
  locale: row.locale ?? undefined,
  timeZone: row.time_zone ?? undefined,
  region: row.region ?? undefined,
  clock: isClock(row.clock) ? row.clock : undefined,
  sound: row.sound === 1,
});

export type Preferences = {
  locale?: string;
  timeZone?: string;
  region?: string;
  clock?: Clock12Or24;
  sound: boolean;
};

export type NewUser = {
  /** Folded already. */
  username: string;
  displayName: string;
  passwordHash: string;
  isOwner: boolean;
  /** The invitation that the person came with. */
  invitation?: number | undefined;
  createdAt: number;
};

export function createAccountStore(database: Database) {
  const byId = database.prepare<[number], UserRow>(`SELECT ${USER_COLUMNS} FROM users WHERE id = ?`);
  const byUsername = database.prepare<[string], UserRow>(
    `SELECT ${USER_COLUMNS} FROM users WHERE username = ? AND removed_at IS NULL`,
  );
  const all = database.prepare<[number], UserRow>(
    `SELECT ${USER_COLUMNS} FROM users WHERE (removed_at IS NOT NULL) = ? ORDER BY id`,
  );
  const count = database.prepare<[], number>('SELECT COUNT(*) FROM users').pluck();
  const passwordHash = database
    .prepare<[number], string>('SELECT password_hash FROM users WHERE id = ?')
    .pluck();
  const insert = database
    .prepare<Record<string, string | number | null>, number>(
      `INSERT INTO users (username, display_name, password_hash, is_owner, invitation_id, created_at)
       VALUES (:username, :displayName, :passwordHash, :isOwner, :invitation, :createdAt)
       ON CONFLICT (username) DO NOTHING RETURNING id`,
    )
    .pluck();
  const setPassword = database.prepare<{ id: number; hash: string; verified: string | null }>(
    `UPDATE users SET password_hash = :hash
     WHERE id = :id AND (:verified IS NULL OR password_hash = :verified)`,
  );
  const setPreferences = database.prepare<Record<string, string | number | null>>(
    `UPDATE users SET locale = :locale, time_zone = :timeZone, region = :region, clock = :clock, sound = :sound
     WHERE id = :id`,
  );

  const setDisplayName = database.prepare<[string, number]>('UPDATE users SET display_name = ? WHERE id = ?');
  const setVersion = database.prepare<[string | null, number]>('UPDATE users SET picture = ? WHERE id = ?');
  const putPortrait = database.prepare<[number, string, Buffer]>(
    `INSERT INTO portraits (user_id, version, bytes) VALUES (?, ?, ?)
     ON CONFLICT (user_id) DO UPDATE SET version = excluded.version, bytes = excluded.bytes`,
  );
  // No password has this hash, and no form accepts this username.
  const remove = database.prepare<[number, number]>(
    `UPDATE users SET username = 'removed:' || id, password_hash = '', invitation_id = NULL, removed_at = ?
     WHERE id = ? AND is_owner = 0 AND removed_at IS NULL`,
  );
  const removePortrait = database.prepare<[number]>('DELETE FROM portraits WHERE user_id = ?');
  const portrait = database
    .prepare<[string], Buffer>('SELECT bytes FROM portraits WHERE version = ?')
    .pluck();

  const found = (row: UserRow | undefined) => (row ? toUser(row) : undefined);
  return {
    userById: (id: number) => found(byId.get(id)),
    userByUsername: (username: string) => found(byUsername.get(username)),
    /** Everybody who has an account. */
    allUsers: () => all.all(0).map(toUser),
    /** Whose account the owner has removed. */
    removedUsers: () => all.all(1).map(toUser),
    hasUsers: () => (count.get() ?? 0) > 0,
    passwordHash: (id: number) => passwordHash.get(id),
    /** The new user's id, or `undefined` when the username is taken. */
    insertUser: (user: NewUser) =>
      insert.get({ ...user, isOwner: user.isOwner ? 1 : 0, invitation: user.invitation ?? null }),
    /** @param verified the hash that must still be there: false where another one has taken its place */
    setPassword: (id: number, hash: string, verified?: string): boolean =>
      setPassword.run({ id, hash, verified: verified ?? null }).changes === 1,
    setDisplayName: (id: number, name: string) => void setDisplayName.run(name, id),
    /** @param bytes WebP, or `undefined` for none. What was there before is gone. */
    setPicture(id: number, bytes: Buffer | undefined): void {
      const version = bytes ? randomBytes(16).toString('base64url') : null;
      database
        .transaction(() => {
          if (bytes && version) putPortrait.run(id, version, bytes);
          else removePortrait.run(id);
          setVersion.run(version, id);
        })
        .immediate();
    },
    /**
     * Takes away what signs them in, and their picture; the name stays with what they wrote. To be used in a transaction.
     * @returns false for owners, and for whom there is no account
     */
    remove(id: number, now: number): boolean {
      if (remove.run(now, id).changes === 0) return false;
      removePortrait.run(id);
      setVersion.run(null, id);
      return true;
    },
    /** WebP, or `undefined` where there is no such version any more. */
    pictureBytes: (version: string) => portrait.get(version),
    /** What is missing follows the browser. */
    setPreferences(id: number, to: Preferences): void {
      const { locale = null, timeZone = null, region = null, clock = null, sound } = to;
      setPreferences.run({ id, locale, timeZone, region, clock, sound: sound ? 1 : 0 });
    },
    transaction: <Result>(work: () => Result): Result => database.transaction(work).immediate(),
  };
}

export type AccountStore = ReturnType<typeof createAccountStore>;
