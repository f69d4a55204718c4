/** Calls between friends: the rules combined, and what the rest of the server may ask of them. */
import type { ClientMessage } from '../../protocol/client.ts';
import type { IceConfiguration } from '../../protocol/common.ts';
import { memberOf, otherThan } from './call.ts';
import { type Connection, createConnections } from './connections.ts';
import type { CallContext, CallGround } from './context.ts';
import { createEnding } from './ending.ts';
import { iceFor } from './ice.ts';
import { createOffers, type Offer } from './offers.ts';
import { protocolError } from './protocol-error.ts';
import { createReconnection } from './reconnection.ts';
import { createRelay } from './relay.ts';
import { createRinging } from './ringing.ts';
import type { Call } from './store.ts';
import { createTimers } from './timers.ts';

/** Picks up the calls that were active when the server stopped; `stop` ends its timers. */
export function createCalls(parts: CallGround) {
  const context: CallContext = {
    ...parts,
    connections: createConnections(),
    offers: createOffers(),
    timers: createTimers(parts.clock, parts.background),
  };
  const { store, friends, accounts, connections, offers, timers, events, clock, config } = context;
  const ending = createEnding(context);
  const reconnection = createReconnection(context, ending);
  const ringing = createRinging(context, ending, reconnection);
  const relay = createRelay(context);
  let stopped = false;

  const partFormerFriends = ({ users: [a, b] }: { users: [number, number] }) => {
    if (friends.areFriends(a, b)) return;
    for (const call of store.openOf(a)) if (memberOf(call, b)) ringing.leave(call);
  };
  events.on('friendship-changed', partFormerFriends, 'insist');
  reconnection.rearm();

  return {
    /** A call, whatever its state. */
    find: store.find,

    /** The calls ringing for this person, as their pages show them. */
    ringingAt: (user: number) =>
      ringing.ringingAt(user).map(({ id, caller, media }) => ({ call: id, caller, media })),

    /** The caller's offer and candidates of a ringing call, as far as they are known. */
    offerOf: (call: string): Offer => offers.of(call),

    /**
     * The call that this person is in with the browser of this session, even while no page of it shows the call: what
     * their other pages lead back to. A call on another device is left alone.
     */
    placeOf(user: number, session: string): { call: string; member: string; name: string } | undefined {
      for (const call of store.openOf(user)) {
        const me = memberOf(call, user);
        if (me?.device === undefined || connections.sessionOf(me.id) !== session) continue;
        const other = accounts.userById(otherThan(call, user)?.user ?? 0);
        return { call: call.id, member: me.id, name: other?.displayName ?? '' };
      }
      return undefined;
    },

    /** Ends a call for a page without a socket. False where this person has no such call. */
    hangUp(user: number, id: string): boolean {
      const call = store.find(id);
      const me = call && memberOf(call, user);
      if (!call || !me) return false;
      if (call.state.name !== 'ended' && me.device !== undefined) ringing.leave(call);
      return true;
    },

    iceFor: (user: number): IceConfiguration => iceFor(config, user, clock.now()),

    /** Declines for a page without a socket. False where this person has no such call. */
    decline(user: number, id: string): boolean {
      const call = store.find(id);
      if (!call || !memberOf(call, user)) return false;
      if (call.state.name === 'ringing' && call.caller !== user) ending.end(call, 'decline');
      return true;
    },

    /** A page's socket has said hello: it is told what is ringing. */
    hello(connection: Connection): void {
      connections.add(connection);
      for (const call of ringing.ringingAt(connection.user)) ringing.tell(connection, call);
    },

    /** @throws a protocol error with the code to answer */
    handle(connection: Connection, message: ClientMessage) {
      switch (message.type) {
        case 'hello':
          throw protocolError('out-of-turn');
        case 'ring':
          return ringing.ring(connection, message);
        case 'accept':
          return ringing.accept(connection, message);
        case 'decline':
          return ringing.decline(connection, message);
        case 'hang-up':
          return ringing.hangUp(connection, message);
        case 'cancel':
          return ringing.cancel(connection, message);
        case 'leave':
          return reconnection.leave(connection, message);
        case 'description':
        case 'candidates':
        case 'request-offer':
          return relay.relay(connection, message);
        case 'resume':
          return reconnection.resume(connection, message);
        case 'ice':
          return relay.ice(connection, message);
        case 'ping':
          return connection.send({ type: 'pong' });
        default:
          return message satisfies never;
      }
    },

    /** @param left whether its page was closed or left, as far as the socket says */
    gone(connection: Connection, left: boolean): void {
      if (!stopped) reconnection.gone(connection, left);
    },

    /** The session was revoked: its pages leave their calls. */
    leaveBySession(session: string): void {
      const open = (connection: Connection): Call | undefined =>
        store.find(connections.placeOf(connection)?.call ?? '');
      for (const connection of connections.ofSession(session)) {
        const call = open(connection);
        if (call && call.state.name !== 'ended') ringing.leave(call);
      }
    },

    /** Ends the timers; the database may be closed after this. */
    stop(): void {
      stopped = true;
      timers.dropAll();
    },
  };
}

export type Calls = ReturnType<typeof createCalls>;
