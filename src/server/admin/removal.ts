/**
 * Removing a person. They are signed out everywhere, a call they are in ends, and they leave their groups; friendships,
 * requests, blocks, open invitations and their picture are gone, and the username is free again. What they wrote stays in the chats of the people
 * they wrote to, which belong to those as well; so do files and recordings, unless the owner wants them deleted.
 */
import type { Sessions } from '../accounts/sessions.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Groups } from '../chats/groups.ts';
import type { Clock } from '../clock.ts';
import type { Files } from '../files/files.ts';
import type { Friends } from '../friends/friends.ts';
import type { InvitationStore } from '../friends/invitation-store.ts';
import type { Recordings } from '../recordings/recordings.ts';

export type RemovalParts = {
  accounts: AccountStore;
  sessions: Sessions;
  friends: Friends;
  groups: Groups;
  invitations: InvitationStore;
  files: Files;
  recordings: Recordings;
  clock: Clock;
};

/** False for owners, and for whom there is no account. */
export function removePerson(parts: RemovalParts, user: number): boolean {
  const { accounts, sessions, friends, groups, invitations, clock } = parts;
  let announce = () => {};
  // Signing out is announced first: their pages leave calls before the friendships go.
  const removed = sessions.endAll(user, undefined, () => {
    if (!accounts.remove(user, clock.now())) return false;
    const announcements = [friends.leaveAll(user), groups.leaveAll(user)];
    announce = () => {
      for (const one of announcements) one();
    };
    invitations.removeOf(user);
    return true;
  });
  announce();
  return removed;
}

/** Deletes for everyone what somebody has sent or recorded; their messages say that a file is gone. */
export async function removeFilesOf({ files, recordings }: RemovalParts, user: number): Promise<void> {
  for (const { id, kind } of files.ofOwner(user))
    await (kind === 'recording' ? recordings.remove(id) : files.remove(id));
}
