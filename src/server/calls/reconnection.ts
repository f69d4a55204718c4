/**
 * A socket is not the call: what happens when one closes, when it comes back, and after the server was down.
 */
import type { ClientMessage } from '../../protocol/client.ts';
import { answered, otherThan, RING_TIME } from './call.ts';
import type { Connection, Place } from './connections.ts';
import { type CallContext, ownCall, peerOf } from './context.ts';
import type { Ending } from './ending.ts';
import { protocolError } from './protocol-error.ts';
import type { Call, Member } from './store.ts';

/** A caller who closed the page must not keep the other side's devices ringing. */
const CALLER_GRACE = 10_000;
/** How long the place of a closed page is held: a reload takes less. */
const LEFT_GRACE = 10_000;
/** The same while their browser shows another page, which offers the way back: they may have left without meaning to. */
const AWAY_GRACE = 60_000;
/** How long members of an active call may be without a socket; their media don't need it. */
const MEMBER_GRACE = 120_000;
/** The precision of the duration of a call that nobody came back to. */
const SEEN_EVERY = 30_000;

export function createReconnection(context: CallContext, ending: Ending) {
  const { store, connections, presence, timers, clock, background } = context;

  function endLost(id: string, member: Member, lostAt: number): void {
    const call = store.find(id);
    // They may have come back while nothing could be written.
    if (call?.state.name !== 'active' || connections.at(member.id)) return;
    const answeredAt = call.answeredAt ?? call.startedAt;
    // Accepted, but over within a second: nobody has talked.
    ending.end(call, lostAt - answeredAt < 1000 ? 'fail' : 'hang-up', { at: Math.max(lostAt, answeredAt) });
  }

  /** @param since when this member was last there: where the call ends if they don't come back */
  function waitFor(call: Call, member: Member, since: number): void {
    if (call.state.name === 'active') {
      timers.set(call.id, member.id, clock.now() + MEMBER_GRACE, () => endLost(call.id, member, since));
    } else if (call.state.name === 'ringing' && member.user === call.caller) {
      timers.set(call.id, member.id, clock.now() + CALLER_GRACE, () => {
        const now = store.find(call.id);
        if (now?.state.name === 'ringing' && !connections.at(member.id)) ending.end(now, 'cancel');
      });
    }
  }

  /** How long after they left somebody is waited for at the latest, as it looks now. */
  function patienceWith(member: Member): number {
    // Not one page of the house is connected: a proxy that is restarted closes its sockets as a page does that is left.
    if (!connections.isAnyOpen() && !presence.hasAnyPage()) return MEMBER_GRACE;
    return presence.hasPage(connections.sessionOf(member.id) ?? '') ? AWAY_GRACE : 0;
  }

  function waitForReturn(call: Call, member: Member, since: number): void {
    const until = since + Math.max(LEFT_GRACE, patienceWith(member));
    const next = Math.min(clock.now() + LEFT_GRACE, until);
    timers.set(call.id, member.id, next, () => {
      if (next < since + patienceWith(member)) waitForReturn(call, member, since);
      else endLost(call.id, member, since);
    });
  }

  /** Best effort: without it, a call that nobody comes back to is a little shorter than it was. */
  function see(id: string): void {
    background.spare('noting that a call goes on', () => store.see(id, clock.now()), { call: id });
  }

  function noteSeen(id: string): void {
    timers.set(id, 'seen', clock.now() + SEEN_EVERY, () => {
      const call = store.find(id);
      if (call?.state.name !== 'active') return;
      noteSeen(id);
      if (call.members.every((member) => connections.at(member.id))) see(id);
    });
  }

  function ringUntil(call: Call): void {
    // A clock that was set back while the server was down must not make anything ring for longer.
    const deadline = Math.min(call.ringDeadline, clock.now() + RING_TIME);
    timers.set(call.id, 'deadline', deadline, () => {
      const now = store.find(call.id);
      if (now?.state.name === 'ringing') ending.end(now, 'expire');
    });
  }

  /** Puts a page at its place. Another page that was there is told that it was taken over. */
  function takePlace(connection: Connection, call: Call, me: Member): void {
    const session = connections.sessionOf(me.id);
    const before = connections.takePlace(connection, call.id, me);
    if (before && before !== connection)
      before.send({ type: 'ended', call: call.id, reason: 'answered-elsewhere', seconds: 0 });
    timers.cancel(call.id, me.id);
    if (session !== connection.session) context.events.emit('call-place-changed', { user: me.user });
  }

  /** Tells a page the state of the call, and the other side that it is back. */
  function confirm(connection: Connection, call: Call, me: Member, fresh: boolean): void {
    const peer = call.state.name === 'active' ? otherThan(call, me.user) : undefined;
    connection.send({
      type: 'resumed',
      call: call.id,
      member: me.id,
      state: call.state.name === 'active' ? 'active' : 'ringing',
      ...(call.answeredAt !== undefined && answered(call.answeredAt, clock.now())),
      ...(peer && { peer: peerOf(context, peer) }),
    });
    if (!peer) return;
    connections.at(peer.id)?.send({ type: 'peer', call: call.id, member: me.id, connected: true, fresh });
    if (!connections.at(peer.id))
      connection.send({ type: 'peer', call: call.id, member: peer.id, connected: false, fresh: false });
  }

  /** Waits for the page that has left this place, and tells the other side that it has. */
  function vacate(place: Place, left: boolean): void {
    const call = store.find(place.call);
    const me = call?.members.find((member) => member.id === place.member);
    if (!call || !me) return;
    if (left && call.state.name === 'active') waitForReturn(call, me, clock.now());
    else waitFor(call, me, clock.now());
    const other = call.state.name === 'active' ? otherThan(call, me.user) : undefined;
    const standing = other && connections.at(other.id);
    if (!standing) return;
    const gone = { type: 'peer' as const, call: call.id, member: me.id, connected: false, fresh: false };
    standing.send(left ? { ...gone, left } : gone);
    see(call.id);
  }

  return {
    ringUntil,
    takePlace,
    confirm,

    /** From now on the call lasts as long as its members are there. */
    watch(call: Call): void {
      timers.cancel(call.id, 'deadline');
      noteSeen(call.id);
      for (const member of call.members) if (!connections.at(member.id)) waitFor(call, member, clock.now());
    },

    /**
     * @throws out-of-turn where this person hasn't joined; not-found for a place that isn't theirs; answered-elsewhere
     *   for a page that names no place where another device has it
     */
    resume(connection: Connection, message: ClientMessage & { type: 'resume' }) {
      const { call, me } = ownCall(context, connection, message.call);
      if (message.member !== undefined && me.id !== message.member) throw protocolError('not-found');
      if (call.state.name === 'ended') return ending.tellEnded(connection, call);
      if (me.device === undefined) throw protocolError('out-of-turn');
      if (message.member === undefined && me.device !== connection.device)
        throw protocolError('answered-elsewhere');
      takePlace(connection, call, me);
      // The offer of a page that was reloaded leads to a connection that is gone.
      if (message.fresh && call.state.name === 'ringing') context.offers.drop(call.id);
      confirm(connection, call, me, message.fresh);
    },

    /**
     * A page says that it is being closed or left. Its socket may outlive that for a moment, its place doesn't.
     * @throws out-of-turn for a page that has no place in this call
     */
    leave(connection: Connection, { call }: { call: string }): void {
      if (connections.placeOf(connection)?.call !== call) throw protocolError('out-of-turn');
      const place = connections.vacate(connection);
      if (place) vacate(place, true);
    },

    /**
     * A socket has closed. The call continues: media don't go through the server.
     * @param left whether that was its page's end
     */
    gone(connection: Connection, left: boolean): void {
      const place = connections.remove(connection);
      if (place) vacate(place, left);
    },

    /** After a start: ringing calls still have their deadline, and active ones wait for their members. */
    rearm(): void {
      for (const call of store.open()) {
        if (call.state.name === 'ringing') ringUntil(call);
        else noteSeen(call.id);
        for (const member of call.members) waitFor(call, member, call.seenAt);
      }
    },
  };
}

export type Reconnection = ReturnType<typeof createReconnection>;
