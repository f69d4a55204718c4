/** What the rules of calls work with. */
import type { Invited, Peer } from '../../protocol/common.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Background } from '../background/background.ts';
import type { Events } from '../background/events.ts';
import type { Chats } from '../chats/chats.ts';
import type { Membership } from '../chats/membership.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Presence } from '../friends/presence.ts';
import { concerns } from './call.ts';
import type { Connection, Connections } from './connections.ts';
import type { Moves } from './moves.ts';
import type { Offers } from './offers.ts';
import { protocolError } from './protocol-error.ts';
import type { Call, CallStore, Place } from './store.ts';
import type { Timers } from './timers.ts';

/** What a call needs of the rest of the server. */
export type CallGround = {
  store: CallStore;
  chats: Chats;
  membership: Membership;
  presence: Presence;
  accounts: AccountStore;
  clock: Clock;
  background: Background;
  events: Events;
  /** @param host by which the page was asked for */
  iceServers(host: string): Pick<Config, 'stunUrls' | 'turn'>;
};

/** That, and what is kept in memory about current calls. */
export type CallContext = CallGround & {
  connections: Connections;
  offers: Offers;
  moves: Moves;
  timers: Timers;
};

/** One of this person's calls: of two, their own; of a group, all that it has. Other calls don't exist. */
export function ownCall({ store, chats }: CallContext, { user }: Connection, id: string): Call {
  const call = store.find(id);
  if (!call || !chats.isMember(call.conversation, user)) throw protocolError('not-found');
  if (!call.isGroup && !concerns(call, user)) throw protocolError('not-found');
  return call;
}

const nameOf = ({ accounts }: Pick<CallContext, 'accounts'>, user: number): string =>
  accounts.userById(user)?.displayName ?? '';

/** Somebody's place as the others need to know it. */
export function peerOf({ accounts }: Pick<CallContext, 'accounts'>, { id, user }: Place): Peer {
  const { displayName, picture } = accounts.userById(user) ?? { displayName: '' };
  return { member: id, user, name: displayName, ...(picture !== undefined && { picture }) };
}

/** Who was rung and isn't in it, as those who are see it. Who came, and left again, is not among them. */
export const invitedTo = (context: Pick<CallContext, 'accounts'>, call: Call): Invited[] =>
  call.invites.flatMap(({ user, state }) =>
    state === 'joined' || state === 'cancelled' ? [] : { user, state, name: nameOf(context, user) },
  );
