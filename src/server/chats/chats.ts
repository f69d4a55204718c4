/** The rules of conversations: who may read and write, sending, changing, reading. */
import type { Clock } from '../clock.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Events } from '../events.ts';
import type { Friends } from '../friends/friends.ts';
import type { CallEntry, ChatStore, Message } from './store.ts';

export const PAGE_SIZE = 40;

/**
 * `sent`: it is on disk. `again`: this very message was sent before. `changed`: the key was used for another
 * text, so this one isn't sent yet and wants a new key.
 */
export type SendResult = { result: 'sent' | 'again' | 'changed'; id: number };

export type NewText = { conversation: number; author: number; key: string; body: string };

export function createChats(
  store: ChatStore,
  queue: CommitQueue,
  friends: Friends,
  clock: Clock,
  events: Events,
) {
  const announce = (conversation: number) => events.emit('conversation-changed', { conversation });

  /** The other person of a direct conversation. */
  const otherOf = (conversation: number, me: number): number | undefined =>
    store.members(conversation).find((user) => user !== me);

  /** A message of one's own that can still be changed. */
  function own(conversation: number, id: number, me: number): Message | undefined {
    const message = store.byId(conversation, id);
    return message?.authorId === me && !message.deleted ? message : undefined;
  }

  return {
    isMember: store.isMember,
    members: store.members,
    otherOf,
    rev: store.rev,
    unreadChats: store.unreadChats,
    lines: store.lines,
    message: store.byId,
    own,
    changedSince: store.changedSince,
    othersReadId: store.othersReadId,
    readId: store.readId,
    newestId: store.newestId,

    /** The conversation of two people, made when it is first asked for. */
    directWith(me: number, other: number): number {
      const key = `${Math.min(me, other)}:${Math.max(me, other)}`;
      const known = store.direct(key);
      if (known !== undefined) return known;
      store.transaction(() => store.insertDirect(key, [me, other], clock.now()));
      return store.direct(key) ?? 0;
    },

    /** Former friends keep what they wrote to each other, and write no more. */
    mayWrite(conversation: number, me: number): boolean {
      const other = otherOf(conversation, me);
      return store.isMember(conversation, me) && other !== undefined && friends.areFriends(me, other);
    },

    /** Messages before an id, oldest first, and whether there are older ones. */
    history(conversation: number, before = Number.MAX_SAFE_INTEGER) {
      const found = store.before(conversation, before, PAGE_SIZE + 1);
      return { messages: found.slice(0, PAGE_SIZE).reverse(), more: found.length > PAGE_SIZE };
    },

    /** The message right before another one. */
    previous: (conversation: number, id: number): Message | undefined => store.before(conversation, id, 1)[0],

    /** Answers once the message is on disk; the same key twice is one message. */
    async send({ conversation, author, key, body }: NewText): Promise<SendResult> {
      const sent = await queue.commit((): SendResult => {
        const known = store.byKey(author, key);
        if (known) {
          const same = known.conversation === conversation && (known.body === body || known.deleted);
          return { result: same ? 'again' : 'changed', id: known.id };
        }
        const now = clock.now();
        const { id } = store.insert({ conversation, author, key, kind: 'text', body, call: undefined, now });
        // Who writes has seen what stands above.
        store.setRead(conversation, author, id);
        return { result: 'sent', id };
      });
      if (sent.result === 'sent') announce(conversation);
      return sent;
    },

    /** False when there is no such message of one's own. */
    edit(conversation: number, id: number, me: number, body: string): boolean {
      const done = store.transaction(() => {
        const message = own(conversation, id, me);
        if (message?.kind !== 'text') return false;
        if (message.body !== body) store.edit(conversation, id, body, clock.now());
        return true;
      });
      if (done) announce(conversation);
      return done;
    },

    remove(conversation: number, id: number, me: number): boolean {
      const done = store.transaction(() => {
        if (own(conversation, id, me)?.kind !== 'text') return false;
        store.tombstone(conversation, id, clock.now());
        return true;
      });
      if (done) announce(conversation);
      return done;
    },

    /** Marks everything up to a message as seen. */
    read(conversation: number, me: number, message: number): void {
      if (store.setRead(conversation, me, message))
        events.emit('conversation-read', { conversation, user: me });
    },

    typing: (conversation: number, me: number) => void events.emit('typing', { conversation, user: me }),

    /** Writes a call into the conversation, or brings its entry up to date. To be used in a transaction. */
    putCall(conversation: number, caller: number, call: CallEntry): void {
      // No form can send a key with a colon, so nobody can sit on a call's entry.
      const key = `call:${call.id}`;
      const known = store.byKey(caller, key);
      if (known) store.setCall(conversation, known.id, call);
      else {
        const now = clock.now();
        store.insert({ conversation, author: caller, key, kind: 'call', body: '', call, now });
      }
    },

    /** To be called after the transaction around `putCall`. */
    announce,
  };
}

export type Chats = ReturnType<typeof createChats>;
