/** What the rules of calls work with. */
import type { Peer } from '../../protocol/common.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Background } from '../background.ts';
import type { Chats } from '../chats/chats.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Events } from '../events.ts';
import type { Friends } from '../friends/friends.ts';
import type { Presence } from '../friends/presence.ts';
import { memberOf } from './call.ts';
import type { Connection, Connections } from './connections.ts';
import type { Offers } from './offers.ts';
import { protocolError } from './protocol-error.ts';
import type { CallStore, Member } from './store.ts';
import type { Timers } from './timers.ts';

/** What a call needs of the rest of the server. */
export type CallGround = {
  store: CallStore;
  chats: Chats;
  friends: Friends;
  presence: Presence;
  accounts: AccountStore;
  clock: Clock;
  background: Background;
  events: Events;
  config: Pick<Config, 'stunUrls' | 'turn'>;
};

/** That, and what is kept in memory about current calls. */
export type CallContext = CallGround & { connections: Connections; offers: Offers; timers: Timers };

/** One of this person's calls, and their place in it. Other people's calls don't exist. */
export function ownCall({ store }: Pick<CallContext, 'store'>, { user }: Connection, id: string) {
  const call = store.find(id);
  const me = call && memberOf(call, user);
  if (!call || !me) throw protocolError('not-found');
  return { call, me };
}

/** A member as the other side needs to know them. */
export const peerOf = ({ accounts }: Pick<CallContext, 'accounts'>, { id, user }: Member): Peer => ({
  member: id,
  user,
  name: accounts.userById(user)?.displayName ?? '',
});
