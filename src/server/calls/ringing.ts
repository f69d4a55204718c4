/** Ringing, accepting, declining, and hanging up. */
import { randomBytes } from 'node:crypto';
import type { ClientMessage } from '../../protocol/client.ts';
import type { Description } from '../../protocol/common.ts';
import { answered, entryOf, memberOf, otherThan, RING_TIME } from './call.ts';
import type { Connection } from './connections.ts';
import { type CallContext, ownCall, peerOf } from './context.ts';
import type { Ending } from './ending.ts';
import { iceFor } from './ice.ts';
import { protocolError } from './protocol-error.ts';
import type { Reconnection } from './reconnection.ts';
import type { Call } from './store.ts';

/** New calls of one person in `RING_WINDOW` ms: each makes someone's devices ring and appears in the chat. */
const MOST_RINGS = 12;
const RING_WINDOW = 60_000;

type Ring = ClientMessage & { type: 'ring' };

const newId = (): string => randomBytes(16).toString('base64url');

export function createRinging(context: CallContext, ending: Ending, reconnection: Reconnection) {
  const { store, chats, connections, offers, accounts, events, clock, config } = context;
  const rings = new Map<number, number[]>();

  function countRing(user: number): void {
    const now = clock.monotonic();
    const since = now - RING_WINDOW;
    const recent = (rings.get(user) ?? []).filter((moment) => moment > since);
    if (recent.length >= MOST_RINGS) throw protocolError('too-many');
    rings.set(user, [...recent, now]);
  }

  /** Ends a call that this person leaves for another. */
  const leave = (call: Call): void => ending.end(call, call.state.name === 'ringing' ? 'cancel' : 'hang-up');

  /** Someone who rings from another page has left their previous call; someone in a call on another device hasn't. */
  function leaveOwn(connection: Connection): void {
    for (const call of store.openOf(connection.user)) {
      const me = memberOf(call, connection.user);
      if (me?.device === undefined) continue;
      if (me.device !== connection.device && connections.at(me.id)) throw protocolError('out-of-turn');
      leave(call);
    }
  }

  /** Whether this person is being called, or has a page in a call. Someone who has left one is not busy. */
  const isBusy = (user: number): boolean =>
    store.openOf(user).some((call) => {
      const me = memberOf(call, user);
      return me?.device === undefined || connections.at(me.id) !== undefined;
    });

  /** Rings at an open call page, which prepares its answer meanwhile. */
  function tell(connection: Connection, call: Call): void {
    const { description, candidates } = offers.of(call.id);
    connections.noteTold(connection, call.id);
    connection.send({
      type: 'incoming',
      call: call.id,
      chat: call.conversation,
      name: accounts.userById(call.caller)?.displayName ?? '',
      media: call.media,
      ...(description && { offer: description }),
      candidates,
      ice: iceFor(config, connection.user, clock.now()),
    });
  }

  /** The callee is in a call: the caller hears busy, and the callee finds a missed call. */
  function busy(connection: Connection, call: Call, callee: number): void {
    ending.end(call, 'busy', { by: connection });
    const name = accounts.userById(call.caller)?.displayName ?? '';
    for (const page of connections.ofUser(callee)) page.send({ type: 'missed', name, media: call.media });
    events.emit('call-missed-busy', { callee, caller: call.caller, media: call.media });
  }

  function insert({ user, device }: Connection, { key, chat, media }: Ring, callee: number): string {
    const id = newId();
    // The smaller id is polite (docs/protocol.md): the callee's, so that someone who rings back into a call gives way.
    const [smaller = '', larger = ''] = [newId(), newId()].sort();
    const now = clock.now();
    store.insert({
      id,
      conversation: chat,
      media,
      now,
      ringDeadline: now + RING_TIME,
      caller: { member: larger, user, device, key },
      callee: { member: smaller, user: callee },
    });
    return id;
  }

  /** A repeated ring is the same call: the page hears again how it stands. */
  function ringAgain(connection: Connection, call: Call, offer: Description) {
    const me = memberOf(call, connection.user);
    if (call.state.name === 'ended') return ending.tellEnded(connection, call);
    if (!me || me.device !== connection.device) throw protocolError('out-of-turn');
    reconnection.takePlace(connection, call, me);
    if (call.state.name === 'ringing') {
      offers.put(call.id, offer);
      return sendRinging(connection, call);
    }
    sendAccepted(connection, call);
    // The answer may have been lost with the socket: `resumed` makes the page repeat its offer.
    reconnection.confirm(connection, call, me, false);
  }

  function sendRinging(connection: Connection, call: Call): void {
    const me = memberOf(call, connection.user);
    if (me?.key) connection.send({ type: 'ringing', key: me.key, call: call.id, member: me.id });
  }

  /** @param answer for the caller, where it came with the accept */
  function sendAccepted(connection: Connection, call: Call, answer?: Description): void {
    const me = memberOf(call, connection.user);
    const peer = otherThan(call, connection.user);
    if (!me || !peer) return;
    const isCaller = me.user === call.caller;
    const offer = offers.of(call.id);
    const description = isCaller ? answer : offer.description;
    connection.send({
      type: 'accepted',
      call: call.id,
      ...(me.key && { key: me.key }),
      member: me.id,
      peer: peerOf(context, peer),
      ...answered(call.answeredAt ?? clock.now(), clock.now()),
      ...(description && { description }),
      candidates: isCaller ? [] : offer.candidates,
    });
  }

  function join(
    connection: Connection,
    call: Call,
    { answer, key }: { answer?: Description | undefined; key?: string },
  ): void {
    const { user, device } = connection;
    const now = clock.now();
    if (!store.transaction(() => store.accept(call.id, user, device, key, now)))
      throw protocolError('answered-elsewhere');
    for (const other of store.openOf(user))
      if (other.id !== call.id && memberOf(other, user)?.device !== undefined) leave(other);
    const active = store.find(call.id);
    const me = active && memberOf(active, user);
    const caller = active && memberOf(active, active.caller);
    if (!me || !caller) throw protocolError('internal');
    reconnection.takePlace(connection, active, me);
    for (const page of connections.forgetTold(call.id))
      page.send({ type: 'ended', call: call.id, reason: 'answered-elsewhere', seconds: 0 });
    sendAccepted(connection, active);
    const callerPage = connections.at(caller.id);
    if (callerPage) sendAccepted(callerPage, active, answer);
    reconnection.watch(active);
    events.emit('call-quiet', { call: call.id, callee: user });
  }

  /** Cancels, declines or ends, depending on who says it and when. */
  function hangUp(connection: Connection, { call: id }: { call: string }) {
    const { call, me } = ownCall(context, connection, id);
    if (call.state.name === 'ended') return ending.tellEnded(connection, call);
    const joined = me.device === connection.device || connections.at(me.id) === connection;
    if (me.device !== undefined && !joined) throw protocolError('answered-elsewhere');
    if (call.state.name === 'active') return ending.end(call, 'hang-up', { by: connection });
    ending.end(call, call.caller === connection.user ? 'cancel' : 'decline', { by: connection });
  }

  return {
    /** The calls ringing for this person, on all of their devices. */
    ringingAt: (user: number): Call[] =>
      store.openOf(user).filter((call) => call.state.name === 'ringing' && call.caller !== user),

    tell,

    /** @throws not-found, not-allowed, too-many, or out-of-turn where another device of theirs is in a call */
    ring(connection: Connection, message: Ring) {
      const { user } = connection;
      const known = store.byKey(user, message.key);
      if (known) return ringAgain(connection, known, message.offer);
      const callee = chats.otherOf(message.chat, user);
      if (!chats.isMember(message.chat, user) || callee === undefined) throw protocolError('not-found');
      if (!chats.mayWrite(message.chat, user)) throw protocolError('not-allowed');
      const crossed = store
        .openOf(user)
        .find((call) => call.state.name === 'ringing' && call.caller === callee);
      if (crossed) return join(connection, crossed, { key: message.key });
      leaveOwn(connection);
      countRing(user);
      const calleeIsBusy = isBusy(callee);
      const call = store.transaction(() => {
        const made = store.find(insert(connection, message, callee));
        if (made) chats.putCall(made.conversation, made.caller, entryOf(made));
        return made;
      });
      const me = call && memberOf(call, user);
      if (!me) throw protocolError('internal');
      if (calleeIsBusy) return busy(connection, call, callee);
      chats.announce(call.conversation);
      offers.put(call.id, message.offer);
      reconnection.takePlace(connection, call, me);
      reconnection.ringUntil(call);
      sendRinging(connection, call);
      for (const page of connections.ofUser(callee)) tell(page, call);
      const { media, conversation } = call;
      events.emit('call-ringing', { call: call.id, conversation, caller: user, callee, media });
    },

    /** @throws answered-elsewhere for all but the first device; repeating it is harmless */
    accept(connection: Connection, message: { call: string; answer?: Description | undefined }) {
      const { call, me } = ownCall(context, connection, message.call);
      if (call.state.name === 'ended') return ending.tellEnded(connection, call);
      if (call.caller === connection.user) throw protocolError('out-of-turn');
      if (!chats.mayWrite(call.conversation, connection.user)) throw protocolError('not-allowed');
      if (call.state.name === 'ringing') return join(connection, call, message);
      if (me.device !== connection.device) throw protocolError('answered-elsewhere');
      const isBack = connections.at(me.id) !== connection;
      reconnection.takePlace(connection, call, me);
      sendAccepted(connection, call);
      // A page that was reloaded in between has a different connection from the one whose answer was sent.
      const other = otherThan(call, me.user);
      const { answer } = message;
      if (!isBack || !answer || !other) return;
      connections
        .at(other.id)
        ?.send({ type: 'description', call: call.id, from: me.id, description: answer });
    },

    /** @throws out-of-turn for the caller, and in a call that is on */
    decline(connection: Connection, { call: id }: { call: string }) {
      const { call, me } = ownCall(context, connection, id);
      if (call.state.name === 'ended') return ending.tellEnded(connection, call);
      if (call.caller === connection.user) throw protocolError('out-of-turn');
      if (call.state.name === 'active')
        throw protocolError(me.device === connection.device ? 'out-of-turn' : 'answered-elsewhere');
      ending.end(call, 'decline', { by: connection });
    },

    hangUp,

    /** @throws not-found if the ring didn't lead to a call: it was refused, or never arrived */
    cancel(connection: Connection, { key }: { key: string }): void {
      const call = store.byKey(connection.user, key);
      if (!call) throw protocolError('not-found');
      hangUp(connection, { call: call.id });
    },

    leave,
  };
}
