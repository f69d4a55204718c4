/** The groups that an invitation leads into. */
import type { InvitedGroups } from '../friends/invitation-groups.ts';
import type { Groups } from './groups.ts';
import type { ChatStore } from './store.ts';

export function createInvitedGroups(store: ChatStore, groups: Groups): InvitedGroups {
  return {
    offeredBy: store.groupsOf,

    attach(invitation, inviter, chosen) {
      const own = new Set(store.groupsOf(inviter).map(({ id }) => id));
      store.transaction(() => {
        for (const group of chosen) if (own.has(group)) store.leadInto(invitation, group);
      });
    },

    namesOf: (invitation) => store.invitedInto(invitation).map(({ title }) => title),

    enter(invitation, inviter, newcomer) {
      // One that is full, or that the inviter has left, is left out; the friendship stands all the same.
      for (const { id } of store.invitedInto(invitation)) groups.add(id, inviter, [newcomer], false);
    },

    begin: (owner, title) => void groups.create(owner, title, [], true),
  };
}
