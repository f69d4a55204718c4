/** All SQL of friendships and blocks. */
import type { Database } from '../database/database.ts';

export type Person = { id: number; username: string; displayName: string; picture: string | undefined };

/** `accepted` false: only asked, by `requestedBy`. */
export type Friendship = { requestedBy: number; accepted: boolean };

type PersonRow = { id: number; username: string; display_name: string; picture: string | null };

const toPerson = (row: PersonRow): Person => ({
  id: row.id,
  username: row.username,
  displayName: row.display_name,
  picture: row.picture ?? undefined,
});

export function createFriendStore(database: Database) {
  const pair = (a: number, b: number) => (a < b ? { a, b } : { a: b, b: a });
  const find = database.prepare<
    { a: number; b: number },
    { requested_by: number; accepted_at: number | null }
  >('SELECT requested_by, accepted_at FROM friendships WHERE user_a = :a AND user_b = :b');
  const put = database.prepare<{ a: number; b: number; by: number; acceptedAt: number | null; now: number }>(
    `INSERT INTO friendships (user_a, user_b, requested_by, accepted_at, created_at)
     VALUES (:a, :b, :by, :acceptedAt, :now)
     ON CONFLICT (user_a, user_b) DO UPDATE SET accepted_at = COALESCE(accepted_at, excluded.accepted_at)`,
  );
  const remove = database.prepare<{ a: number; b: number }>(
    'DELETE FROM friendships WHERE user_a = :a AND user_b = :b',
  );
  const removeAll = database
    .prepare<{ me: number }, number>(
      `DELETE FROM friendships WHERE user_a = :me OR user_b = :me
       RETURNING CASE :me WHEN user_a THEN user_b ELSE user_a END`,
    )
    .pluck();
  const unblockAll = database.prepare<{ me: number }>(
    'DELETE FROM blocks WHERE blocker_id = :me OR blocked_id = :me',
  );
  const PEOPLE = `SELECT users.id, users.username, users.display_name, users.picture FROM friendships
    JOIN users ON users.id = CASE :me WHEN user_a THEN user_b ELSE user_a END
    WHERE (user_a = :me OR user_b = :me)`;
  const accepted = database.prepare<{ me: number }, PersonRow>(
    `${PEOPLE} AND accepted_at IS NOT NULL ORDER BY users.display_name COLLATE NOCASE, users.id`,
  );
  const asking = database.prepare<{ me: number }, PersonRow>(
    `${PEOPLE} AND accepted_at IS NULL AND requested_by <> :me ORDER BY friendships.created_at`,
  );
  const asked = database.prepare<{ me: number }, PersonRow>(
    `${PEOPLE} AND accepted_at IS NULL AND requested_by = :me ORDER BY friendships.created_at`,
  );
  const block = database.prepare<[number, number, number]>(
    'INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const unblock = database.prepare<[number, number]>(
    'DELETE FROM blocks WHERE blocker_id = ? AND blocked_id = ?',
  );
  const blocked = database
    .prepare<[number, number], number>('SELECT 1 FROM blocks WHERE blocker_id = ? AND blocked_id = ?')
    .pluck();
  const blockedBy = database.prepare<[number], PersonRow>(
    `SELECT users.id, users.username, users.display_name, users.picture FROM blocks
     JOIN users ON users.id = blocked_id WHERE blocker_id = ? ORDER BY users.display_name COLLATE NOCASE`,
  );

  return {
    find: (a: number, b: number): Friendship | undefined => {
      const row = find.get(pair(a, b));
      return row && { requestedBy: row.requested_by, accepted: row.accepted_at !== null };
    },
    /** Inserts a request, or accepts one that is there. */
    put: (by: number, other: number, acceptedAt: number | null, now: number) =>
      void put.run({ ...pair(by, other), by, acceptedAt, now }),
    remove: (a: number, b: number) => remove.run(pair(a, b)).changes === 1,
    /** Ends everything between a person and others. @returns the others that they were friends with, or asked, or were asked by */
    removeAll: (me: number): number[] => {
      unblockAll.run({ me });
      return removeAll.all({ me });
    },
    friendsOf: (me: number) => accepted.all({ me }).map(toPerson),
    asking: (me: number) => asking.all({ me }).map(toPerson),
    asked: (me: number) => asked.all({ me }).map(toPerson),
    block: (blocker: number, other: number, now: number) => void block.run(blocker, other, now),
    unblock: (blocker: number, other: number) => unblock.run(blocker, other).changes === 1,
    hasBlocked: (blocker: number, other: number) => blocked.get(blocker, other) === 1,
    blockedBy: (blocker: number) => blockedBy.all(blocker).map(toPerson),
    transaction: <Result>(work: () => Result): Result => database.transaction(work).immediate(),
  };
}

export type FriendStore = ReturnType<typeof createFriendStore>;
