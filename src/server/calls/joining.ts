/** Coming into a call: because it rings, because it is on, or with another device; and leaving it. */
import { randomBytes } from 'node:crypto';
import type { Description } from '../../protocol/common.ts';
import { hasDeclined, here, MOST_PLACES, othersIn, placeOf, ringing, tookPart } from './call.ts';
import type { Change } from './change.ts';
import { type Connection, mustKnow } from './connections.ts';
import { type CallContext, ownCall } from './context.ts';
import { protocolError } from './protocol-error.ts';
import { createRecent } from './recent.ts';
import type { Reconnection } from './reconnection.ts';
import type { Speech } from './speech.ts';
import type { Call, Place } from './store.ts';

/** Entries of one person in a minute: each is written, and told to everybody in the conversation. */
const MOST_ENTRIES = 20;
const MINUTE = 60_000;

export const newId = (): string => randomBytes(16).toString('base64url');

/**
 * Of two people, the smaller id is polite (docs/protocol.md). In a call of two that is the callee's, so that someone who
 * rings back into a call gives way.
 */
function placeIdIn(call: Call): string {
  const first = call.places[0];
  for (;;) {
    const id = newId();
    if (call.isGroup || !first || id < first.id) return id;
  }
}

/** For whoever starts a call: the larger of two, so that the other side finds a smaller one at the second try or so. */
export const firstPlaceId = (): string => [newId(), newId()].reduce((a, b) => (a > b ? a : b));

/** @param answer to the offer that came with the ring @param key of the ring that crossed this call, where one did */
type Entrance = { answer?: Description | undefined; key?: string | undefined };

export function createJoining(
  context: CallContext,
  change: Change,
  speech: Speech,
  reconnection: Reconnection,
) {
  const { store, connections, membership, clock, background } = context;

  const countEntry = createRecent(clock, MOST_ENTRIES, MINUTE);

  /** Frees a place; a call of two is over with that. */
  function leave(call: Call, place: Place, by?: Connection) {
    change(call.id, () => void store.free(place.id, clock.now()), by && { by });
  }

  function takeIn(call: Call, { user, device, session }: Connection, key: string | undefined) {
    const now = clock.now();
    const isIn = store.take(call.id, { id: placeIdIn(call), user, device, session, key, now }, MOST_PLACES);
    if (!isIn) throw protocolError(placeOf(call, user) ? 'answered-elsewhere' : 'full');
    store.come(call.id, user);
    store.answer(call.id, now);
    if (here(call).length + 1 >= MOST_PLACES) stopRinging(call, user);
  }

  /** There is no place left for whoever is still rung: they could only be told that it is full. */
  function stopRinging(call: Call, comer: number) {
    for (const { user, state } of call.invites)
      if (state === 'ringing' && user !== comer) store.settle(call.id, user, 'missed');
  }

  /** A person is in one call. What fails here is tried again: they are in the other one already. */
  function leaveOthers(user: number, call: string) {
    for (const other of store.openOf(user)) {
      const place = placeOf(other, user);
      if (other.id !== call && place)
        background.insist('leaving a call for another', () => leave(other, place), { call: other.id });
    }
  }

  /** Takes a place for somebody who has none in it, and leaves whatever other call they are in. */
  function enter(connection: Connection, call: Call, { answer, key }: Entrance) {
    const { user } = connection;
    mustKnow(connection, call.isGroup);
    countEntry(user);
    const entered = change(
      call.id,
      (before) => {
        // Of two devices at once, of which the other has left again: in a call of two it is over by then.
        if (!before || before.state.name === 'ended') throw protocolError('ended');
        takeIn(before, connection, key);
      },
      { joining: connection },
    );
    const me = placeOf(entered, user);
    if (!me) throw protocolError('internal');
    reconnection.takePlace(connection, entered, me);
    speech.joined(connection, entered, me);
    speech.others(entered, me, 'joined', { description: entered.isGroup ? undefined : answer });
    if (call.state.name === 'ringing') reconnection.watch(entered);
    leaveOthers(user, entered.id);
  }

  /** The same device again, or another of the same person. */
  function comeBack(connection: Connection, call: Call, me: Place, { answer }: Entrance) {
    const isOther = me.device !== connection.device;
    const before = connections.at(me.id);
    reconnection.takePlace(connection, call, me);
    speech.joined(connection, call, me);
    if (isOther) speech.others(call, me, 'fresh');
    else if (!before) speech.others(call, me, 'back');
    if (isOther || before === connection || !answer || call.isGroup) return;
    // A page that was reloaded in between has a different connection from the one whose answer was sent.
    for (const other of othersIn(call, me))
      connections
        .at(other.id)
        ?.send({ type: 'description', call: call.id, from: me.id, description: answer });
  }

  function declineFor(call: Call, user: number, by?: Connection) {
    change(call.id, () => void store.settle(call.id, user, 'declined'), {
      cause: 'decline',
      ...(by && { by }),
    });
  }

  /** Declines; who has done so, or has left, and didn't hear that it was heard, hears it now. */
  function refuse(connection: Connection, call: Call) {
    const { user } = connection;
    if (ringing(call, user)) return declineFor(call, user, connection);
    if (tookPart(call, user)) return speech.ended(connection, call, 'hung-up');
    if (!hasDeclined(call, user)) throw protocolError('out-of-turn');
    speech.ended(connection, call, 'declined');
  }

  return {
    leave,
    enter,

    /**
     * @throws not-allowed; full; too-many; answered-elsewhere where another device of theirs is in it, unless this one takes
     *   over; repeating it is harmless
     */
    join(
      connection: Connection,
      { call: id, over, ...entrance }: Entrance & { call: string; over?: boolean | undefined },
    ) {
      const call = ownCall(context, connection, id);
      if (call.state.name === 'ended') return speech.ended(connection, call);
      if (!membership.mayCallIn(call.conversation, connection.user)) throw protocolError('not-allowed');
      const me = placeOf(call, connection.user);
      if (!me) return enter(connection, call, entrance);
      if (me.device !== connection.device && !over) throw protocolError('answered-elsewhere');
      comeBack(connection, call, me, entrance);
    },

    /** Leaves, cancels or declines, depending on who says it and when. */
    goOut(connection: Connection, { call: id }: { call: string }) {
      const call = ownCall(context, connection, id);
      if (call.state.name === 'ended') return speech.ended(connection, call);
      const me = placeOf(call, connection.user);
      if (me) {
        const isHere = me.device === connection.device || connections.at(me.id) === connection;
        if (!isHere) throw protocolError('answered-elsewhere');
        return leave(call, me, connection);
      }
      refuse(connection, call);
    },

    /** @throws out-of-turn for who is in it on this device, and who isn't rung */
    decline(connection: Connection, { call: id }: { call: string }) {
      const call = ownCall(context, connection, id);
      if (call.state.name === 'ended') return speech.ended(connection, call);
      const me = placeOf(call, connection.user);
      if (me) throw protocolError(me.device === connection.device ? 'out-of-turn' : 'answered-elsewhere');
      refuse(connection, call);
    },

    declineFor,
  };
}

export type Joining = ReturnType<typeof createJoining>;
