/** The rules of conversations: sending, changing, reading. Who may: membership.ts. */

import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { CommitQueue } from '../database/commit-queue.ts';
import type { Files } from '../files/files.ts';
import { cleanName } from '../files/names.ts';
import type { StoredFile } from '../files/store.ts';
import { beginDirect, directKey } from './direct.ts';
import type { Membership } from './membership.ts';
import type { CallEntry, Message } from './message-store.ts';
import type { ChatStore } from './store.ts';

const PAGE_SIZE = 40;
/** A page that has to reach back to what was read last has this many messages of it, and at most so many in all. */
const KNOWN_ABOVE = 10;
const LONGEST_PAGE = 200;

/**
 * `sent`: it is on disk. `again`: this very message was sent before. `changed`: the key was used for another
 * text or file, so this one isn't sent yet and needs a new key.
 */
export type SendResult = { result: 'sent' | 'again' | 'changed'; id: number };

/** `refused`: they may not write here, or not any more. */
export type SendOutcome = SendResult | { result: 'refused' };

export type NewText = {
  conversation: number;
  author: number;
  key: string;
  body: string;
  /** The id of a complete file of this conversation; the text may be empty then. */
  file?: string;
};

/** A message to be written, and whether it may be: checked on writing, and a friendship is needed in any case. */
export type Sending = NewText & { may?: () => boolean };

export function createChats(
  store: ChatStore,
  queue: CommitQueue,
  membership: Pick<Membership, 'isMember' | 'mayWriteIn' | 'otherOf' | 'readsAfter'>,
  files: Files,
  clock: Clock,
  events: Events,
) {
  const announce = (conversation: number) => events.emit('conversation-changed', { conversation });

  const mayWrite = membership.mayWriteIn;

  /** A message of one's own that can still be changed. */
  function own(conversation: number, id: number, me: number): Message | undefined {
    const message = store.byId(conversation, id);
    return message?.authorId === me && !message.deleted ? message : undefined;
  }

  /** What is known about a message's file before its bytes have arrived. */
  type GivenFile = { id?: string; name: string };

  /** An attachment that is sent again has another id each time; what a call keeps has one for good. */
  const isSame = (standing: StoredFile, given: GivenFile): boolean =>
    standing.id === given.id || (standing.kind === 'attachment' && standing.name === cleanName(given.name));

  /** What a key was used for before, as the answer to a message that now arrives with it. */
  function sentBefore(given: Omit<NewText, 'file'>, file?: GivenFile): SendResult | undefined {
    const known = store.byKey(given.author, given.key);
    if (!known) return undefined;
    const standing = known.hasFile ? files.ofMessage(known.id) : undefined;
    const sameFile = known.hasFile === (file !== undefined) && (!standing || !file || isSame(standing, file));
    const again =
      known.conversation === given.conversation && (known.deleted || (known.body === given.body && sameFile));
    return { result: again ? 'again' : 'changed', id: known.id };
  }

  // A file that is ready, or gone, changes how its message looks.
  const showAnew = ({ conversation, message }: { conversation: number; message: number | undefined }) => {
    if (message === undefined) return;
    store.transaction(() => store.touchMessage(conversation, message));
    announce(conversation);
  };
  events.on('file-changed', showAnew, 'insist');

  return {
    isMember: membership.isMember,
    kind: store.kind,
    conversation: store.conversation,
    participants: store.participants,
    snapshot: store.snapshot,
    members: store.members,
    otherOf: membership.otherOf,
    readsAfter: membership.readsAfter,
    rev: store.rev,
    unreadConversations: store.unreadConversations,
    lines: store.lines,
    message: store.byId,
    own,
    changedSince: store.changedSince,
    othersReadId: store.othersReadId,
    readId: store.readId,
    newestId: store.newestId,
    runningCall: store.runningCall,
    names: store.names,

    /** The conversation of two people. It exists from the moment they first became friends. */
    conversationWith: (me: number, other: number): number | undefined => store.direct(directKey(me, other)),

    /** The same, begun where there is none. */
    directWith: (me: number, other: number): number => beginDirect(store, me, other, clock.now()),

    mayWrite,

    /**
     * Messages before an id, oldest first, and whether there are older ones.
     * @param read what was read last: the messages go back to it, within reason
     * @param first where the reader's part of the conversation begins: after this message
     */
    history(
      conversation: number,
      before = Number.MAX_SAFE_INTEGER,
      read = Number.MAX_SAFE_INTEGER,
      first = 0,
    ) {
      let found = store.before(conversation, before, PAGE_SIZE + 1, first);
      let size = PAGE_SIZE;
      if (found.length > size && found.every(({ id }) => id > read)) {
        found = store.before(conversation, before, LONGEST_PAGE + 1, first);
        const known = found.findIndex(({ id }) => id <= read);
        size = known === -1 ? LONGEST_PAGE : Math.min(known + KNOWN_ABOVE, LONGEST_PAGE);
      }
      return { messages: found.slice(0, size).reverse(), more: found.length > size };
    },

    /** The address of a page that shows a message among those around it. */
    addressOf(conversation: number, id: number): string {
      const isRecent = store.after(conversation, id, PAGE_SIZE) === undefined;
      const before = isRecent ? undefined : store.after(conversation, id, PAGE_SIZE / 2);
      return `/chats/${conversation}${before === undefined ? '' : `?before=${before}`}#m-${id}`;
    },

    /** The message right before another one. @param first where the reader's part of the conversation begins */
    previous: (conversation: number, id: number, first = 0): Message | undefined =>
      store.before(conversation, id, 1, first)[0],

    /** A message that this person may read. */
    messageFor: (conversation: number, id: number, me: number): Message | undefined =>
      id > membership.readsAfter(conversation, me) ? store.byId(conversation, id) : undefined,

    sentBefore,

    /** Answers once the message is on disk; the same key twice is one message, and so is the same file. */
    async send({ conversation, author, key, body, file, may }: Sending): Promise<SendOutcome> {
      const sent = await queue.commit((): SendOutcome => {
        if (!mayWrite(conversation, author) || may?.() === false) return { result: 'refused' };
        const hasFile = file !== undefined;
        const given = hasFile ? files.find(file) : undefined;
        const before = sentBefore({ conversation, author, key, body }, given);
        if (before) return before;
        if (given?.message !== undefined) return { result: 'again', id: given.message };
        const message = { conversation, author, key, kind: 'text' as const, body, call: undefined, hasFile };
        const { id } = store.insert({ ...message, now: clock.now() });
        if (hasFile) files.bind(file, id);
        // Someone who writes has seen what is above.
        store.setRead(conversation, author, id);
        return { result: 'sent', id };
      });
      if (sent.result === 'sent') {
        announce(conversation);
        events.emit('message-sent', { conversation, author, body });
      }
      return sent;
    },

    /** False when there is no such message of one's own, or they may not write any more. */
    edit(conversation: number, id: number, me: number, body: string): boolean {
      const done = store.transaction(() => {
        const message = own(conversation, id, me);
        if (message?.kind !== 'text' || !mayWrite(conversation, me)) return false;
        if (message.body !== body) store.edit(conversation, id, body, clock.now());
        return true;
      });
      if (done) announce(conversation);
      return done;
    },

    /** With its file's bytes, unless a call keeps them. */
    async remove(conversation: number, id: number, me: number): Promise<boolean> {
      let file: string | undefined;
      const done = store.transaction(() => {
        if (own(conversation, id, me)?.kind !== 'text') return false;
        file = files.unbind(id);
        store.tombstone(conversation, id, clock.now());
        return true;
      });
      if (done) announce(conversation);
      if (file !== undefined) await files.remove(file);
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
      // No form can send a key with a colon, so nobody can occupy a call's entry.
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
