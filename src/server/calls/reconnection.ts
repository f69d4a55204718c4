/**
 * A socket is not the call: what happens when one closes, when it comes back, and after the server was down.
 */
import type { ClientMessage } from '../../protocol/client.ts';
import { here, isOpen, placeOf } from './call.ts';
import type { Change } from './change.ts';
import { type Connection, mustKnow, type Standing } from './connections.ts';
import { type CallContext, ownCall } from './context.ts';
import { protocolError } from './protocol-error.ts';
import type { Speech } from './speech.ts';
import type { Call, Place } from './store.ts';

/** Whoever closed the page that rings must not keep other people's devices ringing. */
const CALLER_GRACE = 10_000;
/** How long the place of a closed page is held: a reload takes less. */
const LEFT_GRACE = 10_000;
/** The same while their browser shows another page, which offers the way back: they may have left without meaning to. */
const AWAY_GRACE = 60_000;
/** How long somebody may be without a socket in a call that is on; their media don't need it. */
const SOCKET_GRACE = 120_000;
/** The precision of the duration of a call that nobody came back to. */
const SEEN_EVERY = 30_000;

export function createReconnection(context: CallContext, change: Change, speech: Speech) {
  const { store, connections, moves, presence, timers, clock, background } = context;

  /** @param lostAt where their time in the call ends */
  function endLost(id: string, place: Place, lostAt: number) {
    const call = store.find(id);
    // They may have come back while nothing could be written.
    if (!call || !isOpen(call, place.id) || connections.at(place.id)) return;
    const at = Math.max(lostAt, call.answeredAt ?? call.startedAt);
    change(id, () => void store.free(place.id, at), { at, cause: 'lost' });
  }

  /** @param since when this page was last there */
  function waitFor(call: Call, place: Place, since: number) {
    const isRinging = call.state.name === 'ringing';
    const until = clock.now() + (isRinging ? CALLER_GRACE : SOCKET_GRACE);
    timers.set(call.id, place.id, until, () => endLost(call.id, place, isRinging ? clock.now() : since));
  }

  /** How long after they left somebody is waited for at the latest, as it looks now. */
  function patienceWith(place: Place): number {
    // Not one page of the house is connected: a proxy that is restarted closes its sockets as a page does that is left.
    if (!connections.isAnyOpen() && !presence.hasAnyPage()) return SOCKET_GRACE;
    return presence.hasPage(place.session ?? '') ? AWAY_GRACE : 0;
  }

  function waitForReturn(call: Call, place: Place, since: number) {
    const until = since + Math.max(LEFT_GRACE, patienceWith(place));
    const next = Math.min(clock.now() + LEFT_GRACE, until);
    timers.set(call.id, place.id, next, () => {
      if (next < since + patienceWith(place)) waitForReturn(call, place, since);
      else endLost(call.id, place, since);
    });
  }

  /** Best effort: without it, the time of somebody who doesn't come back is a little shorter than it was. */
  function see(call: string, places: Place[]) {
    const now = clock.now();
    background.spare(
      'noting that a call goes on',
      () =>
        store.transaction(() => {
          for (const { id } of places) store.see(id, now);
        }),
      { call },
    );
  }

  function noteSeen(id: string) {
    timers.set(id, 'seen', clock.now() + SEEN_EVERY, () => {
      const call = store.find(id);
      if (!call || call.state.name === 'ended') return;
      noteSeen(id);
      see(
        id,
        here(call).filter((place) => connections.at(place.id)),
      );
    });
  }

  /**
   * Puts a page at its place, which may be another device's until now. Another page that was there is told that it was
   * taken over.
   */
  function takePlace(connection: Connection, call: Call, me: Place) {
    const isOther = me.device !== connection.device;
    const isElsewhere = me.session !== connection.session;
    if (isOther || isElsewhere) store.hold(me.id, connection);
    // The offer that rang, and what was made of it, is one of the device that loses the call.
    if (isOther) context.offers.drop(call.id);
    const before = connections.takePlace(connection, call.id, me);
    if (before && before !== connection) speech.ended(before, call, 'answered-elsewhere');
    timers.cancel(call.id, me.id);
    if (isElsewhere) context.events.emit('call-place-changed', { user: me.user });
  }

  /** Waits for the page that has left this place, and tells the others that it has. */
  function vacate(standing: Standing, closing: boolean) {
    const call = store.find(standing.call);
    const me = call && here(call).find(({ id }) => id === standing.member);
    if (!call || !me) return;
    if (closing && call.state.name === 'active') waitForReturn(call, me, clock.now());
    else waitFor(call, me, clock.now());
    if (call.state.name !== 'active') return;
    speech.others(call, me, 'away', { closing });
    see(call.id, [me]);
  }

  /** A page whose call is over; perhaps it goes on in a group, where it had no socket to hear of it. */
  function follow(connection: Connection, call: Call) {
    const to = store.find(moves.of(call.id) ?? '');
    const me = to && placeOf(to, connection.user);
    if (!me || me.device !== connection.device) return speech.ended(connection, call);
    takePlace(connection, to, me);
    speech.moved(connection, call.id, to);
  }

  return {
    takePlace,

    /** Nobody can come back to this place: it ends when its page was last there, or in mid-ring now. */
    giveUp(call: Call, place: Place) {
      endLost(call.id, place, call.state.name === 'ringing' ? clock.now() : place.seenAt);
    },

    /** A second person has come in: from now on the call lasts as long as there are people in it. */
    watch(call: Call) {
      noteSeen(call.id);
      for (const place of here(call)) if (!connections.at(place.id)) waitFor(call, place, clock.now());
    },

    /**
     * @throws out-of-turn where this person hasn't come in; not-found for a place that isn't theirs; answered-elsewhere
     *   where another device has it, unless this one takes over
     */
    resume(connection: Connection, message: ClientMessage & { type: 'resume' }) {
      const call = ownCall(context, connection, message.call);
      const me = placeOf(call, connection.user);
      const isTheirs = call.places.some(({ id, user }) => id === message.member && user === connection.user);
      if (message.member !== undefined && !isTheirs) throw protocolError('not-found');
      if (call.state.name === 'ended') return follow(connection, call);
      if (!me) {
        if (message.member === undefined) throw protocolError('out-of-turn');
        // They were waited for, and the others went on without them.
        return speech.ended(connection, call, 'hung-up');
      }
      mustKnow(connection, call.isGroup);
      const isOther = me.device !== connection.device;
      if (isOther && !message.over) throw protocolError('answered-elsewhere');
      const isFresh = message.fresh || isOther;
      takePlace(connection, call, me);
      // The offer of a page that was reloaded leads to a connection that is gone, and so does one that it has answered.
      if (isFresh) context.offers.drop(call.id);
      speech.joined(connection, call, me);
      speech.others(call, me, isFresh ? 'fresh' : 'back');
    },

    /**
     * A page says that it is being closed or left. Its socket may outlive that for a moment, its place doesn't.
     * @throws out-of-turn for a page that has no place in this call
     */
    closing(connection: Connection, { call }: { call: string }) {
      if (connections.placeOf(connection)?.call !== call) throw protocolError('out-of-turn');
      const standing = connections.vacate(connection);
      if (standing) vacate(standing, true);
    },

    /**
     * A socket has closed. The call continues: media don't go through the server.
     * @param left whether that was its page's end
     */
    gone(connection: Connection, left: boolean) {
      const standing = connections.remove(connection);
      if (standing) vacate(standing, left);
    },

    /** After a start: whoever was in a call is waited for. */
    rearm() {
      for (const call of store.open()) {
        noteSeen(call.id);
        // Of a call of two, which ends with the first of them, the one who was there less long.
        for (const place of here(call).sort((a, b) => a.seenAt - b.seenAt))
          waitFor(call, place, place.seenAt);
      }
    },
  };
}

export type Reconnection = ReturnType<typeof createReconnection>;
