/** Calls: the rules combined, and what the rest of the server may ask of them. */
import type { ClientMessage } from '../../protocol/client.ts';
import type { IceConfiguration } from '../../protocol/common.ts';
import { callerOf, concerns, here, placeOf, ringing as ringingFor } from './call.ts';
import { createChanges } from './change.ts';
import { type Connection, createConnections } from './connections.ts';
import { type CallContext, type CallGround, invitedTo } from './context.ts';
import { iceFor } from './ice.ts';
import { createInviting } from './inviting.ts';
import { createJoining } from './joining.ts';
import { createMoves } from './moves.ts';
import { createOffers, type Offer } from './offers.ts';
import { protocolError } from './protocol-error.ts';
import { createReconnection } from './reconnection.ts';
import { createRelay } from './relay.ts';
import { createRinging } from './ringing.ts';
import { createSpeech } from './speech.ts';
import type { Call } from './store.ts';
import { createTimers } from './timers.ts';

/** Picks up the calls that were on when the server stopped; `stop` ends its timers. */
export function createCalls(parts: CallGround) {
  const context: CallContext = {
    ...parts,
    connections: createConnections(),
    offers: createOffers(),
    moves: createMoves(),
    timers: createTimers(parts.clock, parts.background),
  };
  const { store, chats, membership, accounts, connections, offers, timers, events, clock, iceServers } =
    context;
  const speech = createSpeech(context);
  const change = createChanges(context, speech);
  const reconnection = createReconnection(context, change, speech);
  const joining = createJoining(context, change, speech, reconnection);
  const ringing = createRinging(context, change, speech, joining, reconnection);
  const inviting = createInviting(context, change, speech, reconnection, ringing);
  const relay = createRelay(context);
  let stopped = false;

  const ringingAt = (user: number) =>
    store
      .openOf(user)
      .filter((call) => ringingFor(call, user) && membership.wantsRings(call.conversation, user));

  /** A call as it rings for this person. */
  const ringOf = (call: Call, user: number) => {
    const { id, conversation, media } = call;
    return { call: id, conversation, caller: callerOf(call, user), media };
  };

  /** Who may not call here any more leaves, and is rung no longer: a friendship has ended, or somebody's membership. */
  function part(conversation: number) {
    const call = store.openIn(conversation);
    if (!call) return;
    const mayStay = (user: number) => membership.mayCallIn(conversation, user);
    change(call.id, () => {
      for (const place of here(call)) if (!mayStay(place.user)) store.free(place.id, clock.now());
      for (const { user, state } of call.invites)
        if (state === 'ringing' && !mayStay(user)) store.settle(call.id, user, 'cancelled');
    });
  }

  events.on(
    'friendship-changed',
    ({ users: [a, b] }) => {
      const conversation = chats.conversationWith(a, b);
      if (conversation !== undefined) part(conversation);
    },
    'insist',
  );
  events.on('members-changed', ({ conversation }) => part(conversation), 'insist');
  reconnection.rearm();
  for (const call of store.open()) ringing.ringUntil(call);

  /** What somebody is in a call with: the other person, or the group. */
  function nameOf(conversation: number, user: number): string {
    const other = chats.otherOf(conversation, user);
    const name = other === undefined ? undefined : accounts.userById(other)?.displayName;
    return name ?? chats.conversation(conversation)?.title ?? '';
  }

  return {
    /** A call, whatever its state. */
    find: store.find,

    /** The call that rings or is on in a conversation. */
    runningIn: store.openIn,

    /** The calls ringing for this person, as their pages show them: not where they want to hear of nothing. */
    ringingAt: (user: number) => ringingAt(user).map((call) => ringOf(call, user)),

    /** All that rings at this moment, for each person whose devices do. */
    allRinging: () =>
      store
        .open()
        .flatMap((call) =>
          call.invites.flatMap(({ user, state }) =>
            state === 'ringing' && membership.wantsRings(call.conversation, user)
              ? { ...ringOf(call, user), callee: user }
              : [],
          ),
        ),

    /** The caller's offer and candidates of a ringing call, as far as they are known. */
    offerOf: (call: string): Offer => offers.of(call),

    /**
     * The call that this person is in with the browser of this session, even while no page of it shows the call: what
     * their other pages lead back to. A call on another device is left alone.
     */
    placeOf(user: number, session: string): { call: string; member: string; name: string } | undefined {
      for (const call of store.openOf(user)) {
        const me = placeOf(call, user);
        if (!me || me.session !== session) continue;
        return { call: call.id, member: me.id, name: nameOf(call.conversation, user) };
      }
      return undefined;
    },

    /** Leaves a call for a page without a socket. False where this person has no such call. */
    hangUp(user: number, id: string): boolean {
      const call = store.find(id);
      if (!call || !concerns(call, user)) return false;
      const me = placeOf(call, user);
      if (me) joining.leave(call, me);
      return true;
    },

    /** Everybody in a call, and who was rung and isn't in it. `away`: their page has no socket at this moment. */
    peopleIn: (call: Call) => [
      ...here(call).map(({ id, user }) => ({ user, state: connections.at(id) ? 'in' : 'away' })),
      ...invitedTo(context, call),
    ],

    mayInvite: inviting.mayInvite,
    invite: inviting.invite,
    move: inviting.move,

    /** @param host by which the page was asked for */
    iceFor: (user: number, host: string): IceConfiguration => iceFor(iceServers(host), user, clock.now()),

    /** Declines for a page without a socket. False where this person has no such call. */
    decline(user: number, id: string): boolean {
      const call = store.find(id);
      if (!call || !concerns(call, user)) return false;
      if (ringingFor(call, user)) joining.declineFor(call, user);
      return true;
    },

    /** A page's socket has said hello: it is told what is ringing. */
    hello(connection: Connection) {
      connections.add(connection);
      for (const call of ringingAt(connection.user)) speech.incoming(connection, call);
    },

    /** @throws a protocol error with the code to answer */
    handle(connection: Connection, message: ClientMessage) {
      switch (message.type) {
        case 'hello':
          throw protocolError('out-of-turn');
        case 'ring':
          return ringing.ring(connection, message);
        case 'join':
          return joining.join(connection, message);
        case 'decline':
          return joining.decline(connection, message);
        case 'leave':
          return message.closing
            ? reconnection.closing(connection, message)
            : joining.goOut(connection, message);
        case 'cancel':
          return ringing.cancel(connection, message);
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
    gone(connection: Connection, left: boolean) {
      if (!stopped) reconnection.gone(connection, left);
    },

    /** The session was revoked: its places are free, also where their pages have no socket at this moment. */
    leaveBySession(session: string) {
      for (const call of store.open())
        for (const place of here(call).filter((one) => one.session === session))
          if (connections.at(place.id)) joining.leave(call, place);
          else reconnection.giveUp(call, place);
    },

    /** The sessions of everybody who is in a call. */
    sessions: (): string[] =>
      store
        .open()
        .flatMap(here)
        .flatMap(({ session }) => session ?? []),

    /** Ends the timers; the database may be closed after this. */
    stop() {
      stopped = true;
      timers.dropAll();
    },
  };
}

export type Calls = ReturnType<typeof createCalls>;
