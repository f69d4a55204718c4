/** Brings presence and changed friendships to open pages. */
import type { Render } from '../http/views.ts';
import type { Services } from '../services.ts';
import { type Hub, send } from './hub.ts';

export function friendPush({ events, friends }: Services, hub: Hub, render: Render): void {
  events.on('presence-changed', ({ user, online }) => {
    for (const friend of friends.friendsOf(user))
      for (const page of hub.pagesOf(friend.id))
        send(page, render('friends/presence', page.reader, { id: user, online, oob: true }));
  });

  events.on('friendship-changed', ({ users }) => {
    for (const user of users)
      for (const page of hub.pagesOf(user)) send(page, render('friends/changed', page.reader, {}));
  });
}
