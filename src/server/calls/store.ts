/** All SQL of calls, the invitations to them, and the places in them. Descriptions and candidates never come here. */
import type { Media } from '../../protocol/common.ts';
import type { Database } from '../database/database.ts';
import type { CallState, InviteState, Reason } from './transitions.ts';

/**
 * Somebody who is rung, or was, and what has become of it. `deadline`: when it stops ringing. `by`: who had them rung, where
 * that isn't who started the call.
 */
export type Invite = { user: number; state: InviteState; deadline: number; by?: number | undefined };

/**
 * A person's place in a call, held by one device at a time. `key` is missing where they didn't ring. Whoever has left, and
 * comes in again, has another.
 */
export type Place = {
  id: string;
  user: number;
  device: string;
  /** The stored (hashed) id of the session it is held with; missing after an update, until its page is back. */
  session: string | undefined;
  key: string | undefined;
  joinedAt: number;
  /** When its page was last known to be there. */
  seenAt: number;
  leftAt: number | undefined;
};

/** Moments are ms since 1970. */
export type Call = {
  id: string;
  conversation: number;
  isGroup: boolean;
  startedBy: number;
  media: Media;
  state: CallState;
  startedAt: number;
  /** When a second person came in. */
  answeredAt: number | undefined;
  endedAt: number | undefined;
  invites: Invite[];
  /** In the order in which they were taken. */
  places: Place[];
};

export type NewCall = { id: string; conversation: number; startedBy: number; media: Media; now: number };
export type NewPlace = {
  id: string;
  user: number;
  device: string;
  session?: string | undefined;
  /** Of the ring that led here. */
  key: string | undefined;
  now: number;
};

type CallRow = {
  id: string;
  conversation_id: number;
  kind: 'direct' | 'group';
  started_by: number;
  media: Media;
  state: CallState['name'];
  reason: Reason | null;
  started_at: number;
  answered_at: number | null;
  ended_at: number | null;
};

type PlaceRow = {
  id: string;
  user_id: number;
  device: string;
  session: string | null;
  ring_key: string | null;
  joined_at: number;
  seen_at: number;
  left_at: number | null;
};

const toState = ({ state, reason }: CallRow): CallState =>
  state === 'ended' ? { name: state, reason: reason ?? 'failed' } : { name: state };

const CALL = `SELECT calls.id, conversation_id, kind, started_by, media, state, reason, started_at, answered_at, ended_at
  FROM calls JOIN conversations ON conversations.id = conversation_id`;

/** Starts with the few that are going on: SQLite would rather start with all the calls of this person's life. */
const OPEN = CALL.replace('FROM calls', 'FROM calls INDEXED BY calls_open');

export function createCallStore(database: Database) {
  const byId = database.prepare<[string], CallRow>(`${CALL} WHERE calls.id = ?`);
  const invites = database.prepare<
    [string],
    { user: number; state: InviteState; deadline: number; by: number | null }
  >(
    `SELECT user_id AS user, state, deadline, invited_by AS by FROM call_invites
     WHERE call_id = ? ORDER BY user_id`,
  );
  const places = database.prepare<[string], PlaceRow>(
    `SELECT id, user_id, device, session, ring_key, joined_at, seen_at, left_at FROM call_places
     WHERE call_id = ? ORDER BY joined_at, id DESC`,
  );
  const byKey = database
    .prepare<[number, string], string>('SELECT call_id FROM call_places WHERE user_id = ? AND ring_key = ?')
    .pluck();
  const open = database.prepare<[], CallRow>(`${OPEN} WHERE state <> 'ended' ORDER BY started_at, calls.id`);
  const openOf = database.prepare<{ user: number }, CallRow>(
    `${OPEN} WHERE state <> 'ended' AND (
       EXISTS (SELECT 1 FROM call_places WHERE call_id = calls.id AND user_id = :user AND left_at IS NULL)
       OR EXISTS (SELECT 1 FROM call_invites
         WHERE call_id = calls.id AND user_id = :user AND call_invites.state = 'ringing'))
     ORDER BY started_at, calls.id`,
  );
  const openIn = database.prepare<[number], CallRow>(
    `${OPEN} WHERE state <> 'ended' AND conversation_id = ? ORDER BY started_at, calls.id`,
  );
  const insert = database.prepare<Record<string, string | number>>(
    `INSERT INTO calls (id, conversation_id, started_by, media, state, started_at)
     VALUES (:id, :conversation, :startedBy, :media, 'ringing', :now)`,
  );
  const invite = database.prepare<Record<string, string | number | null>>(
    `INSERT INTO call_invites (call_id, user_id, state, deadline, invited_by)
     VALUES (:call, :user, :state, :deadline, :by)
     ON CONFLICT DO UPDATE SET state = excluded.state, deadline = excluded.deadline, invited_by = excluded.invited_by`,
  );
  const come = database.prepare<[string, number]>(
    `UPDATE call_invites SET state = 'joined' WHERE call_id = ? AND user_id = ?`,
  );
  const settle = database.prepare<[InviteState, string, number]>(
    `UPDATE call_invites SET state = ? WHERE call_id = ? AND user_id = ? AND state = 'ringing'`,
  );
  const settleAll = database.prepare<[InviteState, string]>(
    `UPDATE call_invites SET state = ? WHERE call_id = ? AND state = 'ringing'`,
  );
  const take = database.prepare<Record<string, string | number | null>>(
    `INSERT INTO call_places (id, call_id, user_id, device, session, ring_key, joined_at, seen_at)
     SELECT :id, :call, :user, :device, :session, :key, :now, :now FROM calls
     WHERE calls.id = :call AND state <> 'ended'
       AND (SELECT COUNT(*) FROM call_places WHERE call_id = :call AND left_at IS NULL) < :most
     ON CONFLICT (call_id, user_id) WHERE left_at IS NULL DO NOTHING`,
  );
  const hold = database.prepare<[string, string, string]>(
    'UPDATE call_places SET device = ?, session = ? WHERE id = ? AND left_at IS NULL',
  );
  const free = database.prepare<[number, string]>(
    'UPDATE call_places SET left_at = ? WHERE id = ? AND left_at IS NULL',
  );
  const freeAll = database.prepare<[number, string]>(
    'UPDATE call_places SET left_at = ? WHERE call_id = ? AND left_at IS NULL',
  );
  const answer = database.prepare<[number, string]>(
    `UPDATE calls SET state = 'active', answered_at = ? WHERE id = ? AND state = 'ringing'`,
  );
  const end = database.prepare<{ id: string; reason: Reason; at: number; from: string }>(
    `UPDATE calls SET state = 'ended', reason = :reason, ended_at = :at WHERE id = :id AND state = :from`,
  );
  const see = database.prepare<[number, string]>(
    'UPDATE call_places SET seen_at = ? WHERE id = ? AND left_at IS NULL',
  );

  const toCall = (row: CallRow): Call => ({
    id: row.id,
    conversation: row.conversation_id,
    isGroup: row.kind === 'group',
    startedBy: row.started_by,
    media: row.media,
    state: toState(row),
    startedAt: row.started_at,
    answeredAt: row.answered_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    invites: invites.all(row.id).map((given) => ({ ...given, by: given.by ?? undefined })),
    places: places.all(row.id).map((place) => ({
      id: place.id,
      user: place.user_id,
      device: place.device,
      session: place.session ?? undefined,
      key: place.ring_key ?? undefined,
      joinedAt: place.joined_at,
      seenAt: place.seen_at,
      leftAt: place.left_at ?? undefined,
    })),
  });

  function find(id: string): Call | undefined {
    const row = byId.get(id);
    return row && toCall(row);
  }

  return {
    find,
    /** The call that this person's page rang, or joined by ringing back, with this key. */
    byKey: (user: number, key: string): Call | undefined => {
      const id = byKey.get(user, key);
      return id === undefined ? undefined : find(id);
    },
    /** All that ring or are on. */
    open: (): Call[] => open.all().map(toCall),
    /** Of those, the ones that somebody is in, or is rung for. */
    openOf: (user: number): Call[] => openOf.all({ user }).map(toCall),
    /** The oldest of them in a conversation. */
    openIn: (conversation: number): Call | undefined => {
      const row = openIn.get(conversation);
      return row && toCall(row);
    },
    insert: (call: NewCall): void => void insert.run(call),
    /** Rings somebody, also once more, or says what has become of it at once. */
    invite: (call: string, { user, state, deadline, by }: Invite): void =>
      void invite.run({ call, user, state, deadline, by: by ?? null }),
    /** What has become of a ringing invitation. False if it isn't ringing any more. */
    settle: (call: string, user: number, state: InviteState): boolean =>
      settle.run(state, call, user).changes === 1,
    /** They have come in, whatever had become of their invitation, if they had one. */
    come: (call: string, user: number): void => void come.run(call, user),
    /**
     * Takes a place in a call that is going on. False if it is over, if it is full, or if this person is in it: of two
     * devices at once, one gets true.
     * @param most places there may be in it
     */
    take: (call: string, { id, user, device, session, key, now }: NewPlace, most: number): boolean =>
      take.run({ id, call, user, device, session: session ?? null, key: key ?? null, now, most }).changes ===
      1,
    /** Gives a place to another device, or to the same one with another session. */
    hold: (place: string, { device, session }: { device: string; session: string }): void =>
      void hold.run(device, session, place),
    /** False where they had left before. */
    free: (place: string, at: number): boolean => free.run(at, place).changes === 1,
    /** A second person is there. False where that isn't news. */
    answer: (id: string, now: number): boolean => answer.run(now, id).changes === 1,
    /** False when it isn't in the state `from` any more. To be used in a transaction. */
    end: (
      id: string,
      from: CallState['name'],
      { reason, at, unanswered }: { reason: Reason; at: number; unanswered: InviteState },
    ): boolean => {
      const ended = end.run({ id, from, reason, at }).changes === 1;
      if (ended) {
        freeAll.run(at, id);
        settleAll.run(unanswered, id);
      }
      return ended;
    },
    see: (place: string, now: number): void => void see.run(now, place),
    transaction: <Result>(work: () => Result): Result => database.transaction(work).immediate(),
  };
}

export type CallStore = ReturnType<typeof createCallStore>;
