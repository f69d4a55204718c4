/** Sends presence and changed friendships to open pages. */

import type { AccountStore } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import type { Chats } from '../chats/chats.ts';
import type { Membership } from '../chats/membership.ts';
import type { Friends } from '../friends/friends.ts';
import type { Presence } from '../friends/presence.ts';
import { faceOf, type Render } from '../http/views.ts';
import { type Hub, type LiveListeners, type LivePage, send } from './hub.ts';

export type FriendPushParts = {
  events: Events;
  accounts: AccountStore;
  friends: Friends;
  presence: Presence;
  chats: Chats;
  membership: Membership;
};

export function friendPush(
  { events, accounts, friends, presence, chats, membership }: FriendPushParts,
  hub: Hub,
  render: Render,
): LiveListeners {
  const sendPresence = (page: LivePage, id: number, online: boolean) =>
    send(page, render('friends/presence', page.reader, { id, online, oob: true }));

  events.on('presence-changed', ({ user, online }) => {
    for (const friend of friends.friendsOf(user))
      for (const page of hub.pagesOf(friend.id)) sendPresence(page, user, online);
  });

  events.on('person-changed', ({ user }) => {
    const person = accounts.userById(user);
    if (!person) return;
    const data = { ...faceOf(person), name: person.displayName };
    for (const { id } of [person, ...friends.friendsOf(user)])
      for (const page of hub.pagesOf(id)) send(page, render('friends/person-changed', page.reader, data));
  });

  events.on('friendship-changed', ({ users }) => {
    for (const user of users)
      for (const page of hub.pagesOf(user)) send(page, render('friends/changed', page.reader, {}));
  });

  return {
    opened(page) {
      if (page.stale) send(page, render('friends/changed', page.reader, {}));
    },
    catchUp(page) {
      const other = page.stale && page.conversation && chats.otherOf(page.conversation.id, page.user);
      if (other && membership.mayWatch(page.user, other)) sendPresence(page, other, presence.isOnline(other));
    },
  };
}
