/**
 * May this person do this now? One question for every write and every push, so that a block, the end of a friendship and
 * the end of a session take effect everywhere at once. Anything slow asks again at its end.
 */
import type { Sessions } from '../accounts/sessions.ts';
import type { Friends } from '../friends/friends.ts';
import type { Chats } from './chats.ts';

/** Who is asking: a person, and the session they came with (its stored id). */
export type Actor = { user: number; session: string };

/** `not-found`: for them there is no such conversation. */
export type Denial = 'signed-out' | 'not-found' | 'not-friends';

type Parts = {
  sessions: Pick<Sessions, 'isOpen'>;
  chats: Pick<Chats, 'isMember' | 'members' | 'mayWrite'>;
  friends: Pick<Friends, 'areFriends'>;
};

export function createPermission({ sessions, chats, friends }: Parts) {
  /** Why they may not put anything into a conversation: a text, a file, a recording, a ring. */
  function denies({ user, session }: Actor, conversation: number): Denial | undefined {
    if (!sessions.isOpen(session)) return 'signed-out';
    if (!chats.isMember(conversation, user)) return 'not-found';
    return chats.mayWrite(conversation, user) ? undefined : 'not-friends';
  }

  return {
    denies,
    mayWrite: (actor: Actor, conversation: number): boolean => denies(actor, conversation) === undefined,

    /** Whether a person may learn what another is doing: being online, typing, having seen something. */
    mayWatch: (viewer: number, other: number): boolean => friends.areFriends(viewer, other),

    /** The other members of a conversation who may learn now what `user` does in it. */
    watchers: (conversation: number, user: number): number[] =>
      chats.members(conversation).filter((other) => other !== user && friends.areFriends(user, other)),
  };
}

export type Permission = ReturnType<typeof createPermission>;
