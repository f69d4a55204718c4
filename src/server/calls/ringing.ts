/** Starting a call, or walking into the one that is on; and how long it rings. */
import type { ClientMessage } from '../../protocol/client.ts';
import { placeOf, RING_TIME, ringing } from './call.ts';
import type { Change } from './change.ts';
import { type Connection, knows, mustKnow } from './connections.ts';
import type { CallContext } from './context.ts';
import { firstPlaceId, type Joining, newId } from './joining.ts';
import { protocolError } from './protocol-error.ts';
import { createRecent } from './recent.ts';
import type { Reconnection } from './reconnection.ts';
import type { Speech } from './speech.ts';
import type { Call } from './store.ts';

/** New calls of one person in `RING_WINDOW` ms: each makes someone's devices ring and appears in the chat. */
const MOST_RINGS = 12;
const RING_WINDOW = 60_000;

type Ring = ClientMessage & { type: 'ring' };

export function createRinging(
  context: CallContext,
  change: Change,
  speech: Speech,
  joining: Joining,
  reconnection: Reconnection,
) {
  const { store, chats, membership, connections, offers, accounts, timers, events, clock } = context;
  const countRing = createRecent(clock, MOST_RINGS, RING_WINDOW);

  /** Someone who rings from another page has left their previous call; someone in a call on another device hasn't. */
  function leaveOwn(connection: Connection) {
    for (const call of store.openOf(connection.user)) {
      const me = placeOf(call, connection.user);
      if (!me) continue;
      if (me.device !== connection.device && connections.at(me.id)) throw protocolError('out-of-turn');
      joining.leave(call, me);
    }
  }

  /**
   * Whether this person's devices ring, or have a page in a call. Someone who has left one is not busy, nor is someone for whom
   * a call rings unheard.
   */
  const isBusy = (user: number): boolean =>
    store.openOf(user).some((call) => {
      const me = placeOf(call, user);
      if (me !== undefined && connections.at(me.id) !== undefined) return true;
      return ringing(call, user) !== undefined && membership.wantsRings(call.conversation, user);
    });

  /** They are in a call: whoever rings hears busy, and they find a missed call. */
  function tellMissed({ id: call, conversation, media, isGroup }: Call, caller: number, callee: number) {
    if (!membership.wantsRings(conversation, callee)) return;
    const name = accounts.userById(caller)?.displayName ?? '';
    for (const page of connections.ofUser(callee))
      if (knows(page, isGroup)) page.send({ type: 'missed', name, media });
    events.emit('call-missed-busy', { call, conversation, callee, caller, media });
  }

  /** A repeated ring is the same call: the page hears again how it stands. */
  function ringAgain(connection: Connection, call: Call, { key, offer }: Ring) {
    const me = placeOf(call, connection.user);
    if (call.state.name === 'ended') return speech.ended(connection, call, undefined, key);
    // It led to a place that they have left since.
    if (me?.key !== key) return speech.ended(connection, call, 'hung-up', key);
    if (me.device !== connection.device) throw protocolError('out-of-turn');
    reconnection.takePlace(connection, call, me);
    if (call.state.name === 'ringing' && offer && !call.isGroup) offers.put(call.id, offer);
    speech.joined(connection, call, me);
    // The answer may have been lost with the socket.
    speech.others(call, me, 'back');
  }

  /** Ends the ringing of those whose time is over, and looks again when the next one's is. */
  function ringUntil(call: Call) {
    const deadlines = call.invites.flatMap(({ state, deadline }) => (state === 'ringing' ? deadline : []));
    if (deadlines.length === 0) return timers.cancel(call.id, 'deadline');
    const soonest = Math.min(...deadlines);
    // A clock that was set back while the server was down must not make anything ring for longer.
    const moment = Math.min(soonest, clock.now() + RING_TIME);
    timers.set(call.id, 'deadline', moment, () => expire(call.id, soonest));
  }

  function expire(id: string, soonest: number) {
    if (store.find(id)?.state.name === 'ended') return;
    const due = Math.max(soonest, clock.now());
    const after = change(
      id,
      (call) => {
        for (const { user, state, deadline } of call?.invites ?? [])
          if (state === 'ringing' && deadline <= due) store.settle(id, user, 'missed');
      },
      { cause: 'expire' },
    );
    if (after.state.name !== 'ended') ringUntil(after);
  }

  /** How people are rung: who is in a call already finds a missed one. @param by who has them rung, if not who starts it */
  function summonsTo(people: number[], by?: number) {
    const busy = people.filter(isBusy);
    const deadline = clock.now() + RING_TIME;
    return {
      /** To be used in the change of a call. */
      write(call: string) {
        for (const user of people)
          store.invite(call, { user, state: busy.includes(user) ? 'busy' : 'ringing', deadline, by });
      },
      /** After it. @param by who rings */
      tell(call: Call, by: number) {
        for (const user of busy) tellMissed(call, by, user);
      },
    };
  }

  /** Makes the call with whoever rings in it, and invites the others. */
  function start({ user, device, session }: Connection, { key, chat, media, offer, quiet }: Ring): Call {
    const id = newId();
    const now = clock.now();
    const isGroup = chats.kind(chat) === 'group';
    // Of two people, a call that rings nowhere would be none.
    const summons = summonsTo(quiet && isGroup ? [] : membership.rungBy(chat, user));
    const call = change(
      id,
      () => {
        store.insert({ id, conversation: chat, startedBy: user, media, now });
        // Whoever is told of it is told with the offer. It is dropped with the call, also one that couldn't be written.
        if (offer && !isGroup) offers.put(id, offer);
        summons.write(id);
        store.take(id, { id: firstPlaceId(), user, device, session, key, now }, 1);
      },
      { cause: 'busy' },
    );
    summons.tell(call, user);
    return call;
  }

  return {
    ringUntil,
    summonsTo,

    /**
     * @throws not-found, not-allowed, full, too-many, or out-of-turn where another device of theirs is in a call
     */
    ring(connection: Connection, message: Ring) {
      const { user } = connection;
      const { key, chat } = message;
      const known = store.byKey(user, key);
      if (known) return ringAgain(connection, known, message);
      if (!chats.isMember(chat, user)) throw protocolError('not-found');
      if (!membership.mayCallIn(chat, user)) throw protocolError('not-allowed');
      mustKnow(connection, chats.kind(chat) === 'group');
      const crossed = store.openIn(chat);
      if (crossed && !placeOf(crossed, user)) return joining.enter(connection, crossed, { key });
      leaveOwn(connection);
      const left = store.openIn(chat);
      if (left) return joining.enter(connection, left, { key });
      countRing(user);
      const call = start(connection, message);
      const me = placeOf(call, user);
      if (call.state.name === 'ended' || !me) return speech.ended(connection, call);
      reconnection.takePlace(connection, call, me);
      ringUntil(call);
      speech.joined(connection, call, me);
    },

    /** @throws not-found if the ring didn't lead to a call: it was refused, or never arrived */
    cancel(connection: Connection, { key }: { key: string }) {
      const call = store.byKey(connection.user, key);
      if (!call) throw protocolError('not-found');
      joining.goOut(connection, { call: call.id });
    },
  };
}

export type Ringing = ReturnType<typeof createRinging>;
