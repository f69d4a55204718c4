/** All SQL of invitations. */
import type { Database } from '../database/database.ts';

export type Invitation = {
  id: number;
  code: string;
  inviterId: number;
  inviterName: string;
  /** ms since 1970 */
  expiresAt: number;
  usesLeft: number;
};

type InvitationRow = {
  id: number;
  code: string;
  inviter_id: number;
  inviter_name: string;
  expires_at: number;
  uses_left: number;
};

const toInvitation = (row: InvitationRow): Invitation => ({
  id: row.id,
  code: row.code,
  inviterId: row.inviter_id,
  inviterName: row.inviter_name,
  expiresAt: row.expires_at,
  usesLeft: row.uses_left,
});

export function createInvitationStore(database: Database) {
  const INVITATION = `SELECT invitations.id, code, inviter_id, users.display_name AS inviter_name, expires_at, uses_left
    FROM invitations JOIN users ON users.id = inviter_id`;
  const byCode = database.prepare<[string, number], InvitationRow>(
    `${INVITATION} WHERE code = ? AND expires_at > ? AND uses_left > 0`,
  );
  const known = database.prepare<[string], InvitationRow>(`${INVITATION} WHERE code = ?`);
  const cameBy = database
    .prepare<[number, string], number>(
      'SELECT 1 FROM users JOIN invitations ON invitations.id = invitation_id WHERE users.id = ? AND code = ?',
    )
    .pluck();
  const madeBy = database.prepare<[number, number], InvitationRow>(
    `${INVITATION} WHERE inviter_id = ? AND expires_at > ? AND uses_left > 0 ORDER BY invitations.id DESC`,
  );
  const insert = database
    .prepare<[string, number, number, number, number], number>(
      `INSERT INTO invitations (code, inviter_id, created_at, expires_at, uses_left) VALUES (?, ?, ?, ?, ?)
       RETURNING id`,
    )
    .pluck();
  const use = database.prepare<[string, number]>(
    'UPDATE invitations SET uses_left = uses_left - 1 WHERE code = ? AND expires_at > ? AND uses_left > 0',
  );
  const remove = database.prepare<[number, number]>(
    'DELETE FROM invitations WHERE id = ? AND inviter_id = ?',
  );

  const removeOf = database.prepare<[number]>('DELETE FROM invitations WHERE inviter_id = ?');

  return {
    /** Only while it can still be used. */
    byCode: (code: string, now: number) => {
      const row = byCode.get(code, now);
      return row ? toInvitation(row) : undefined;
    },
    /** Also one that has expired or is used up; one that was withdrawn is gone. */
    known: (code: string) => {
      const row = known.get(code);
      return row && toInvitation(row);
    },
    /** Whether this invitation, used up or not, led to the person's account. */
    cameBy: (user: number, code: string) => cameBy.get(user, code) === 1,
    /** Those of one person that can still be used, newest first. */
    madeBy: (inviter: number, now: number) => madeBy.all(inviter, now).map(toInvitation),
    /** @returns its id */
    insert: (given: { code: string; inviterId: number; now: number; expiresAt: number; uses: number }) =>
      insert.get(given.code, given.inviterId, given.now, given.expiresAt, given.uses) ?? 0,
    /** Takes one use; false when it has none left or has expired. */
    use: (code: string, now: number) => use.run(code, now).changes === 1,
    remove: (id: number, inviter: number) => remove.run(id, inviter).changes === 1,
    /** Withdraws all of one person. */
    removeOf: (inviter: number) => void removeOf.run(inviter),
  };
}

export type InvitationStore = ReturnType<typeof createInvitationStore>;
