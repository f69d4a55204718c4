/** All SQL of calls and their members. Descriptions and candidates never come here. */
import type { Media } from '../../protocol/common.ts';
import type { Database } from '../database.ts';
import type { CallState, Reason } from './transitions.ts';

/** A person's place in a call. `device` is missing until they have joined, `key` where they didn't ring. */
export type Member = { id: string; user: number; device: string | undefined; key: string | undefined };

/** Moments are ms since 1970. */
export type Call = {
  id: string;
  conversation: number;
  caller: number;
  media: Media;
  state: CallState;
  startedAt: number;
  ringDeadline: number;
  answeredAt: number | undefined;
  /** When it was last known to be going on. */
  seenAt: number;
  endedAt: number | undefined;
  members: Member[];
};

export type NewCall = {
  id: string;
  conversation: number;
  media: Media;
  now: number;
  ringDeadline: number;
  caller: { member: string; user: number; device: string; key: string };
  callee: { member: string; user: number };
};

type CallRow = {
  id: string;
  conversation_id: number;
  caller_id: number;
  media: Media;
  state: CallState['name'];
  reason: Reason | null;
  started_at: number;
  ring_deadline: number;
  answered_at: number | null;
  seen_at: number;
  ended_at: number | null;
};

type MemberRow = { id: string; user_id: number; device: string | null; ring_key: string | null };

const toState = ({ state, reason }: CallRow): CallState =>
  state === 'ended' ? { name: state, reason: reason ?? 'failed' } : { name: state };

export function createCallStore(database: Database) {
  const byId = database.prepare<[string], CallRow>('SELECT * FROM calls WHERE id = ?');
  const members = database.prepare<[string], MemberRow>(
    'SELECT id, user_id, device, ring_key FROM call_members WHERE call_id = ? ORDER BY id',
  );
  const byKey = database.prepare<[number, string], CallRow>(
    `SELECT calls.* FROM call_members JOIN calls ON calls.id = call_id
     WHERE user_id = ? AND ring_key = ?`,
  );
  const open = database.prepare<[], CallRow>(
    `SELECT * FROM calls WHERE state <> 'ended' ORDER BY started_at`,
  );
  const openOf = database.prepare<[number], CallRow>(
    // Starts with the few that are going on: SQLite would rather start with all the calls of this person's life.
    `SELECT * FROM calls INDEXED BY calls_open WHERE state <> 'ended' AND EXISTS
       (SELECT 1 FROM call_members WHERE call_id = calls.id AND user_id = ?) ORDER BY started_at`,
  );
  const insert = database.prepare<Record<string, string | number>>(
    `INSERT INTO calls (id, conversation_id, caller_id, media, state, started_at, ring_deadline, seen_at)
     VALUES (:id, :conversation, :caller, :media, 'ringing', :now, :ringDeadline, :now)`,
  );
  const insertMember = database.prepare<Record<string, string | number | null>>(
    `INSERT INTO call_members (id, call_id, user_id, device, ring_key, joined_at)
     VALUES (:member, :call, :user, :device, :key, :joinedAt)`,
  );
  const accept = database.prepare<{ id: string; now: number }>(
    `UPDATE calls SET state = 'active', answered_at = :now, seen_at = :now
     WHERE id = :id AND state = 'ringing'`,
  );
  const join = database.prepare<Record<string, string | number | null>>(
    `UPDATE call_members SET device = :device, ring_key = :key, joined_at = :now
     WHERE call_id = :call AND user_id = :user AND device IS NULL`,
  );
  const end = database.prepare<{ id: string; reason: Reason; at: number; from: string }>(
    `UPDATE calls SET state = 'ended', reason = :reason, ended_at = :at WHERE id = :id AND state = :from`,
  );
  const leave = database.prepare<[number, string]>(
    'UPDATE call_members SET left_at = ? WHERE call_id = ? AND joined_at IS NOT NULL AND left_at IS NULL',
  );
  const see = database.prepare<[number, string]>('UPDATE calls SET seen_at = ? WHERE id = ?');

  const toCall = (row: CallRow): Call => ({
    id: row.id,
    conversation: row.conversation_id,
    caller: row.caller_id,
    media: row.media,
    state: toState(row),
    startedAt: row.started_at,
    ringDeadline: row.ring_deadline,
    answeredAt: row.answered_at ?? undefined,
    seenAt: row.seen_at,
    endedAt: row.ended_at ?? undefined,
    members: members.all(row.id).map((member) => ({
      id: member.id,
      user: member.user_id,
      device: member.device ?? undefined,
      key: member.ring_key ?? undefined,
    })),
  });

  return {
    find: (id: string): Call | undefined => {
      const row = byId.get(id);
      return row && toCall(row);
    },
    /** The call that this person's page rang, or joined by ringing back, with this key. */
    byKey: (user: number, key: string): Call | undefined => {
      const row = byKey.get(user, key);
      return row && toCall(row);
    },
    /** All that ring or are on. */
    open: (): Call[] => open.all().map(toCall),
    openOf: (user: number): Call[] => openOf.all(user).map(toCall),
    insert: ({ id, conversation, media, now, ringDeadline, caller, callee }: NewCall) => {
      insert.run({ id, conversation, caller: caller.user, media, now, ringDeadline });
      insertMember.run({ ...caller, call: id, joinedAt: now });
      insertMember.run({ ...callee, call: id, device: null, key: null, joinedAt: null });
    },
    /**
     * Takes a ringing call for one device. False if it isn't ringing any more: if two accept at once,
     * one gets true. To be used in a transaction.
     * @param key of the ring that crossed this call, where one did
     */
    accept: (id: string, user: number, device: string, key: string | undefined, now: number): boolean =>
      accept.run({ id, now }).changes === 1 &&
      join.run({ call: id, user, device, key: key ?? null, now }).changes === 1,
    /** False when it isn't in the state `from` any more. To be used in a transaction. */
    end: (id: string, from: CallState['name'], reason: Reason, at: number): boolean => {
      const ended = end.run({ id, from, reason, at }).changes === 1;
      if (ended) leave.run(at, id);
      return ended;
    },
    see: (id: string, now: number) => void see.run(now, id),
    transaction: <Result>(work: () => Result): Result => database.transaction(work).immediate(),
  };
}

export type CallStore = ReturnType<typeof createCallStore>;
