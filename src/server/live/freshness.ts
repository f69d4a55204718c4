/**
 * Whether a connecting page is still current. Between rendering and connecting, and while its socket was
 * down, it misses pushes. So each page is rendered with a mark, and sends it along: the count of what has
 * changed for its reader so far.
 */

import { randomBytes } from 'node:crypto';
import type { Events } from '../background/events.ts';
import type { Chats } from '../chats/chats.ts';
import type { Membership } from '../chats/membership.ts';
import type { Friends } from '../friends/friends.ts';

export type Freshness = {
  /** The mark for a page that is rendered for this person now. Opaque, safe in an address. */
  mark(user: number): string;
};

export type FreshnessParts = {
  events: Events;
  friends: Friends;
  chats: Chats;
  membership: Membership;
};

export function createFreshness({ events, friends, chats, membership }: FreshnessParts): Freshness {
  // Counts start over with the process, and must not match a mark from the one before.
  const run = randomBytes(6).toString('hex');
  const changes = new Map<number, number>();

  function changed(user: number): void {
    changes.set(user, (changes.get(user) ?? 0) + 1);
  }

  events.on('presence-changed', ({ user }) => {
    for (const friend of friends.friendsOf(user)) changed(friend.id);
  });
  events.on('person-changed', ({ user }) => {
    for (const friend of friends.friendsOf(user)) changed(friend.id);
  });
  events.on('friendship-changed', ({ users }) => users.forEach(changed));
  events.on('conversation-changed', ({ conversation }) => chats.members(conversation).forEach(changed));
  events.on('members-changed', ({ users }) => users.forEach(changed));
  events.on('conversation-read', ({ conversation, user }) =>
    [user, ...membership.watchers(conversation, user)].forEach(changed),
  );

  events.on('call-place-changed', ({ user }) => changed(user));

  return { mark: (user) => `${run}-${changes.get(user) ?? 0}` };
}
