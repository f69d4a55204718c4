/**
 * The rules of groups: who is in them, and what they are called. What happens to a group stands in its chat. Everybody in
 * it may add their own friends and rename it; its admins take people out, make others admins, and step down as long as there is another.
 */
import { randomUUID } from 'node:crypto';
import type { AccountStore } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { Friends } from '../friends/friends.ts';
import type { GroupEvent } from './message-store.ts';
import type { ChatStore } from './store.ts';

/** A family has fifty; each message is brought to all of them. */
export const MOST_MEMBERS = 100;
/** That somebody is in: each stands in their list. */
export const MOST_GROUPS = 100;

/** Why nothing was done: keys of `chats.errors` in locales/*.json. `gone`: for this person there is no such group. */
export type GroupRefusal = 'gone' | 'notAdmin' | 'lastAdmin' | 'notAFriend' | 'groupFull';
export type GroupOutcome = { refused: GroupRefusal } | { refused?: undefined };

export type GroupGround = {
  store: ChatStore;
  accounts: Pick<AccountStore, 'userById'>;
  friends: Pick<Friends, 'areFriends'>;
  clock: Clock;
  events: Events;
};

export function createGroups({ store, accounts, friends, clock, events }: GroupGround) {
  const nameOf = (user: number): string => accounts.userById(user)?.displayName ?? '';

  /** No form can send a key with a colon. */
  const tell = (conversation: number, author: number, event: GroupEvent): number =>
    store.insert({
      ...{ conversation, author, key: `event:${randomUUID()}`, kind: 'event', body: '', call: undefined },
      ...{ event, now: clock.now() },
    }).id;

  function announce(conversation: number, users: number[]): void {
    events.emit('conversation-changed', { conversation });
    if (users.length > 0) events.emit('members-changed', { conversation, users });
  }

  /** The group, as what it is to this person; `undefined` if they aren't in it, or it is no group. */
  const memberOf = (conversation: number, me: number) =>
    store.kind(conversation) === 'group' ? store.member(conversation, me) : undefined;

  /** Runs a change, and announces it unless it was refused. @param users whose list of chats changes with it */
  function change(conversation: number, users: number[], work: () => GroupRefusal | undefined): GroupOutcome {
    const refused = store.transaction(work);
    if (refused) return { refused };
    announce(conversation, users);
    return {};
  }

  function goOut(conversation: number, me: number): void {
    tell(conversation, me, { what: 'left' });
    store.removeMember(conversation, me);
    store.promoteEldest(conversation);
  }

  const isInTooMany = (user: number): boolean => store.groupsOf(user).length >= MOST_GROUPS;

  return {
    memberOf,

    /** Whether somebody is in as many groups as there may be, and is put into no other. */
    isInTooMany,

    /**
     * Makes a group, unless they are in too many. May be called inside another transaction.
     * @param title as DisplayName has it
     * @param people friends of `me` who aren't in too many; others are left out
     * @param forNewcomers whether invitations lead into it unless whoever makes them says otherwise
     */
    create(me: number, title: string, people: number[], forNewcomers = false): number | undefined {
      if (isInTooMany(me)) return undefined;
      const chosen = [...new Set(people)].filter(
        (user) => user !== me && friends.areFriends(me, user) && !isInTooMany(user),
      );
      const now = clock.now();
      const conversation = store.transaction(() => {
        const id = store.insertGroup(title, forNewcomers, now);
        store.addMember(id, me, { role: 'admin', firstId: 0, joinedAt: now }, 0);
        for (const user of chosen.slice(0, MOST_MEMBERS - 1))
          store.addMember(id, user, { role: 'member', firstId: 0, joinedAt: now }, 0);
        tell(id, me, { what: 'created', title });
        return id;
      });
      announce(conversation, [me, ...chosen]);
      return conversation;
    },

    /** The group of exactly these people, `me` among them, if there is one. */
    ofExactly(me: number, people: number[]): number | undefined {
      const wanted = new Set(people);
      return store
        .groupsOf(me)
        .map(({ id }) => id)
        .find((id) => {
          const members = store.members(id);
          return members.length === wanted.size && members.every((user) => wanted.has(user));
        });
    },

    /**
     * Those who are in too many are left out.
     * @param fromStart whether they may read what was written before
     */
    add(conversation: number, me: number, people: number[], fromStart: boolean): GroupOutcome {
      const added: number[] = [];
      return change(conversation, people, () => {
        if (!memberOf(conversation, me)) return 'gone';
        const members = new Set(store.members(conversation));
        added.push(...new Set(people.filter((user) => !members.has(user) && !isInTooMany(user))));
        if (added.some((user) => !friends.areFriends(me, user))) return 'notAFriend';
        if (members.size + added.length > MOST_MEMBERS) return 'groupFull';
        if (added.length === 0) return undefined;
        const newest = store.newestId(conversation);
        const firstId = fromStart ? (store.member(conversation, me)?.firstId ?? 0) : newest;
        const member = { role: 'member', firstId, joinedAt: clock.now() } as const;
        for (const user of added) store.addMember(conversation, user, member, newest);
        tell(conversation, me, { what: 'added', people: added.map(nameOf) });
        return undefined;
      });
    },

    leave: (conversation: number, me: number): GroupOutcome =>
      change(conversation, [me], () => {
        if (!memberOf(conversation, me)) return 'gone';
        goOut(conversation, me);
        return undefined;
      }),

    /**
     * Takes somebody who is being removed out of all groups. To be used in a transaction.
     * @returns announces it, to be called once that is on disk
     */
    leaveAll(me: number): () => void {
      const left = store.groupsOf(me);
      for (const { id } of left) goOut(id, me);
      return () => {
        for (const { id } of left) announce(id, [me]);
      };
    },

    remove: (conversation: number, me: number, person: number): GroupOutcome =>
      change(conversation, [person], () => {
        const member = memberOf(conversation, me);
        if (!member) return 'gone';
        if (member.role !== 'admin') return 'notAdmin';
        if (person === me || !store.removeMember(conversation, person)) return 'gone';
        tell(conversation, me, { what: 'removed', person: nameOf(person) });
        return undefined;
      }),

    makeAdmin: (conversation: number, me: number, person: number): GroupOutcome =>
      change(conversation, [], () => {
        const member = memberOf(conversation, me);
        if (!member) return 'gone';
        if (member.role !== 'admin') return 'notAdmin';
        const other = store.member(conversation, person);
        if (!other) return 'gone';
        if (other.role === 'admin') return undefined;
        store.setRole(conversation, person, 'admin');
        tell(conversation, me, { what: 'made-admin', person: nameOf(person) });
        return undefined;
      }),

    /** An admin is a member like the others from now on. Somebody has to be one. */
    stepDown: (conversation: number, me: number): GroupOutcome =>
      change(conversation, [], () => {
        const member = memberOf(conversation, me);
        if (!member) return 'gone';
        if (member.role !== 'admin') return undefined;
        const admins = store.participants(conversation).filter(({ role }) => role === 'admin');
        if (admins.length === 1) return 'lastAdmin';
        store.setRole(conversation, me, 'member');
        tell(conversation, me, { what: 'stepped-down' });
        return undefined;
      }),

    /** @param bytes WebP; `undefined` takes it away */
    setPicture: (conversation: number, me: number, bytes: Buffer | undefined): GroupOutcome =>
      change(conversation, store.members(conversation), () => {
        if (!memberOf(conversation, me)) return 'gone';
        if (!bytes && store.conversation(conversation)?.picture === undefined) return undefined;
        store.setPicture(conversation, bytes);
        tell(conversation, me, { what: bytes ? 'pictured' : 'unpictured' });
        return undefined;
      }),
    pictureBytes: store.pictureBytes,

    /** @param title as DisplayName has it */
    rename: (conversation: number, me: number, title: string): GroupOutcome =>
      change(conversation, store.members(conversation), () => {
        if (!memberOf(conversation, me)) return 'gone';
        if (store.conversation(conversation)?.title === title) return undefined;
        store.setTitle(conversation, title);
        tell(conversation, me, { what: 'renamed', title });
        return undefined;
      }),
  };
}

export type Groups = ReturnType<typeof createGroups>;
