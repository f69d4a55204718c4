/** What the rules of calling work with, and small questions that all of them ask. */
import type { Peer } from '../../protocol/common.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Chats } from '../chats/chats.ts';
import type { CallEntry } from '../chats/store.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Events } from '../events.ts';
import type { Friends } from '../friends/friends.ts';
import type { Outside } from '../background.ts';
import type { Offers } from './offers.ts';
import { refuse } from './protocol-error.ts';
import type { Connection, Registry } from './connections.ts';
import type { Call, CallStore, Member } from './store.ts';
import type { Timers } from './timers.ts';

/** How long a call rings, in ms. */
export const RING_TIME = 60_000;

export type Parts = {
  store: CallStore;
  chats: Chats;
  friends: Friends;
  accounts: AccountStore;
  clock: Clock;
  outside: Outside;
  events: Events;
  config: Pick<Config, 'stunUrls' | 'turn'>;
};

export type Desk = Parts & { registry: Registry; offers: Offers; timers: Timers };

export const memberOf = (call: Call, user: number): Member | undefined =>
  call.members.find((member) => member.user === user);

/** Whether this person is or was in that call. */
export const tookPart = (call: Call, user: number): boolean => memberOf(call, user)?.device !== undefined;

/** The other person of a call between two. */
export const otherThan = (call: Call, user: number): Member | undefined =>
  call.members.find((member) => member.user !== user);

/** A call of this person's, and their place in it. Calls of others don't exist. */
export function ownCall({ store }: Pick<Desk, 'store'>, { user }: Connection, id: string) {
  const call = store.find(id);
  const me = call && memberOf(call, user);
  if (!call || !me) throw refuse('not-found');
  return { call, me };
}

/** Whole seconds from accept to end; 0 while it is on, and when nobody accepted. */
export const secondsOf = ({ answeredAt, endedAt }: Pick<Call, 'answeredAt' | 'endedAt'>): number =>
  answeredAt === undefined || endedAt === undefined
    ? 0
    : Math.max(0, Math.floor((endedAt - answeredAt) / 1000));

/** When a call was answered, and how long ago that is: a page must not compare our moments with its own clock. */
export const answered = (answeredAt: number, now: number) => ({
  answeredAt,
  elapsed: Math.max(0, now - answeredAt),
});

/** What the conversation shows of a call. */
export const entryOf = (call: Call): CallEntry => ({
  id: call.id,
  media: call.media,
  ...(call.state.name === 'ended' && { outcome: call.state.reason }),
  seconds: secondsOf(call),
});

/** A member as the other side needs to know them. */
export const peerOf = ({ accounts }: Pick<Desk, 'accounts'>, { id, user }: Member): Peer => ({
  member: id,
  user,
  name: accounts.userById(user)?.displayName ?? '',
});
