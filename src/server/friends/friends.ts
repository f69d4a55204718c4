/** Who is whose friend: asked, accepted, declined, blocked. */
import { foldUsername } from '../accounts/registration.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { FriendStore } from './store.ts';

export type AskResult = 'asked' | 'accepted' | 'unknown' | 'self' | 'already-friends' | 'already-asked';

/** What a friendship begins with. It runs in the same transaction, and may be called for people who are already friends. */
export type FriendshipBegan = (a: number, b: number) => void;

export function createFriends(
  store: FriendStore,
  accounts: AccountStore,
  clock: Clock,
  events: Events,
  began: FriendshipBegan,
) {
  const announce = (a: number, b: number) => events.emit('friendship-changed', { users: [a, b] });

  /** Runs a change and announces it if there was one. */
  function change(me: number, other: number, work: () => boolean): boolean {
    const changed = store.transaction(work);
    if (changed) announce(me, other);
    return changed;
  }

  /** Makes two people friends. @param by who asked, or invited */
  function accept(by: number, other: number): void {
    store.put(by, other, clock.now(), clock.now());
    began(by, other);
  }

  return {
    friendsOf: store.friendsOf,
    asking: store.asking,
    asked: store.asked,
    blockedBy: store.blockedBy,

    /** Friends may message and call each other and see each other's presence. A block ends a friendship. */
    areFriends: (a: number, b: number): boolean => store.find(a, b)?.accepted ?? false,

    /** Without a request: for inviter and newcomer, and for the command line. False if one has blocked the other. */
    befriend: (a: number, b: number): boolean =>
      change(a, b, () => {
        if (store.hasBlocked(a, b) || store.hasBlocked(b, a)) return false;
        accept(a, b);
        return true;
      }),

    /**
     * Sends a friend request by username. Someone who has blocked the sender responds as if they didn't exist.
     * Requesting back is accepting.
     */
    ask(me: number, username: string): AskResult {
      const other = accounts.userByUsername(foldUsername(username));
      if (!other || store.hasBlocked(other.id, me)) return 'unknown';
      if (other.id === me) return 'self';
      const result = store.transaction((): AskResult => {
        const known = store.find(me, other.id);
        if (known?.accepted) return 'already-friends';
        if (known?.requestedBy === me) return 'already-asked';
        // Sending someone a request lifts one's own block of them.
        store.unblock(me, other.id);
        if (known) {
          accept(me, other.id);
          return 'accepted';
        }
        store.put(me, other.id, null, clock.now());
        return 'asked';
      });
      if (result === 'asked' || result === 'accepted') announce(me, other.id);
      return result;
    },

    hasBlocked: store.hasBlocked,

    /**
     * Follows someone's invitation, who has agreed by creating it: friends right away. It lifts one's own block of
     * them; theirs stays.
     * @param use takes a use of the invitation, in the same transaction; false refuses
     */
    follow: (me: number, inviter: number, use: () => boolean): boolean =>
      change(me, inviter, () => {
        if (me === inviter || store.hasBlocked(inviter, me) || store.find(me, inviter)?.accepted)
          return false;
        if (!use()) return false;
        store.unblock(me, inviter);
        accept(inviter, me);
        return true;
      }),

    accept: (me: number, other: number): boolean =>
      change(me, other, () => {
        const known = store.find(me, other);
        if (!known || known.accepted || known.requestedBy === me) return false;
        accept(me, other);
        return true;
      }),

    decline: (me: number, other: number): boolean =>
      change(me, other, () => {
        const known = store.find(me, other);
        return known?.accepted === false && known.requestedBy === other && store.remove(me, other);
      }),

    withdraw: (me: number, other: number): boolean =>
      change(me, other, () => {
        const known = store.find(me, other);
        return known?.accepted === false && known.requestedBy === me && store.remove(me, other);
      }),

    remove: (me: number, other: number): boolean =>
      change(me, other, () => store.find(me, other)?.accepted === true && store.remove(me, other)),

    /**
     * Ends all friendships, requests and blocks of somebody who is being removed. To be used in a transaction.
     * @returns announces it, to be called once that is on disk
     */
    leaveAll(me: number): () => void {
      const others = store.removeAll(me);
      return () => {
        for (const other of others) announce(me, other);
      };
    },

    /** Only people one has a connection to can be blocked: otherwise this would reveal whether an id exists. */
    block: (me: number, other: number): boolean =>
      change(me, other, () => {
        if (!store.find(me, other)) return false;
        store.remove(me, other);
        store.block(me, other, clock.now());
        return true;
      }),

    unblock: (me: number, other: number): boolean => change(me, other, () => store.unblock(me, other)),
  };
}

export type Friends = ReturnType<typeof createFriends>;
