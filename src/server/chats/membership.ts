/**
 * Who may read, write, ring and record in a conversation. One question for every page, write and push, so that a block,
 * the end of a friendship, of a membership or of a session takes effect everywhere at once. Anything slow asks again at
 * its end.
 */
import type { Sessions } from '../accounts/sessions.ts';
import type { Friends } from '../friends/friends.ts';
import { mentions } from './mentions.ts';
import type { ChatStore } from './store.ts';

/** A file of a conversation, as far as it says who may see it. */
type KeptFile = {
  conversation: number;
  message: number | undefined;
  kind: 'attachment' | 'screenshot' | 'recording';
  createdAt: number;
};

/**
 * Whether a member may see a file: whoever joined later sees what was sent since then. A recording goes to the chat by
 * itself when it is complete, so what counts is when it began.
 */
export function mayReadFile(store: Pick<ChatStore, 'member'>, file: KeptFile, user: number): boolean {
  const member = store.member(file.conversation, user);
  if (!member || member.firstId === 0) return member !== undefined;
  return file.message === undefined || file.kind === 'recording'
    ? file.createdAt >= member.joinedAt
    : file.message > member.firstId;
}

/** Who is asking: a person, and the session they came with (its stored id). */
export type Actor = { user: number; session: string };

/** Somebody who can be mentioned. */
type Reachable = { id: number; username: string; displayName: string };

/** `not-found`: for them there is no such conversation. */
export type Denial = 'signed-out' | 'not-found' | 'not-friends';

type Parts = {
  sessions: Pick<Sessions, 'isOpen'>;
  store: Pick<ChatStore, 'kind' | 'member' | 'members'>;
  friends: Pick<Friends, 'areFriends' | 'hasBlocked'>;
};

export function createMembership({ sessions, store, friends }: Parts) {
  const isMember = (conversation: number, user: number): boolean =>
    store.member(conversation, user) !== undefined;

  /** The other person of a direct conversation; nobody in a group. */
  const otherOf = (conversation: number, me: number): number | undefined =>
    store.kind(conversation) === 'direct'
      ? store.members(conversation).find((user) => user !== me)
      : undefined;

  /** Former friends keep what they wrote to each other, and write no more. In a group everybody may write. */
  function mayWriteIn(conversation: number, me: number): boolean {
    if (!isMember(conversation, me)) return false;
    if (store.kind(conversation) === 'group') return true;
    const other = otherOf(conversation, me);
    return other !== undefined && friends.areFriends(me, other);
  }

  /** Why they may not put anything into a conversation: a text, a file, a recording, a ring. */
  function denies({ user, session }: Actor, conversation: number): Denial | undefined {
    if (!sessions.isOpen(session)) return 'signed-out';
    if (!isMember(conversation, user)) return 'not-found';
    return mayWriteIn(conversation, user) ? undefined : 'not-friends';
  }

  /**
   * Whether two members may learn what the other does in it: having seen something, typing. Friends, and in a group those
   * of whom neither has blocked the other.
   */
  const mayWatchIn = (conversation: number, one: number, other: number): boolean =>
    store.kind(conversation) === 'group'
      ? !friends.hasBlocked(one, other) && !friends.hasBlocked(other, one)
      : friends.areFriends(one, other);

  /** Whether a member's devices ring for calls in it. Whoever wants to hear of nothing there finds them in the chat. */
  const wantsRings = (conversation: number, user: number): boolean =>
    store.member(conversation, user)?.notify !== 'nothing';

  return {
    isMember,
    otherOf,
    wantsRings,
    mayWriteIn,
    denies,
    mayWrite: (actor: Actor, conversation: number): boolean => denies(actor, conversation) === undefined,

    /** Whether a person may start a call in a conversation, and be in one. */
    mayCallIn: mayWriteIn,

    /**
     * Who is called by a call that `user` starts. In a group those who want to hear of nothing there aren't, nor is anybody
     * whom a block stands between; both see that there is a call, and may join it. Between two the other always is: whether
     * their devices ring is theirs to know.
     */
    rungBy: (conversation: number, user: number): number[] =>
      store
        .members(conversation)
        .filter(
          (other) =>
            other !== user &&
            mayWatchIn(conversation, user, other) &&
            (store.kind(conversation) === 'direct' || wantsRings(conversation, other)),
        ),

    /** They read what comes after this message: 0 where that is everything. */
    readsAfter: (conversation: number, user: number): number =>
      store.member(conversation, user)?.firstId ?? Number.MAX_SAFE_INTEGER,

    /** Whether a message is to be announced to a member who isn't looking, by a sound. */
    isToldOf(conversation: number, user: Reachable, body: string): boolean {
      const notify = store.member(conversation, user.id)?.notify;
      return notify === 'all' || (notify === 'mentions' && mentions(body, user));
    },

    /** Whether a person may learn whether another is online. */
    mayWatch: (viewer: number, other: number): boolean => friends.areFriends(viewer, other),

    /** Whether another member of a conversation may learn now what `user` does in it. */
    mayWatchIn,

    /** The other members of a conversation who may learn now what `user` does in it. */
    watchers: (conversation: number, user: number): number[] =>
      store.members(conversation).filter((other) => other !== user && mayWatchIn(conversation, user, other)),
  };
}

export type Membership = ReturnType<typeof createMembership>;
