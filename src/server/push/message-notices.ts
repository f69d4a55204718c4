/** Tells of new messages: whoever isn't looking at them on some page, and wants to be told of them. */
import type { AccountStore } from '../accounts/store.ts';
import type { Chats } from '../chats/chats.ts';
import type { Membership } from '../chats/membership.ts';
import type { Clock } from '../clock.ts';
import type { Events } from '../events.ts';
import { showOf } from '../files/file-view.ts';
import type { Files } from '../files/files.ts';
import type { Presence } from '../friends/presence.ts';
import { startOf } from '../language/graphemes.ts';
import type { Translate } from '../language/locale.ts';
import type { Notice, Notices } from './notices.ts';

/** ms in which a page that shows a message says so; whoever has a page open is told only then. */
const SEEN_WITHIN = 2_000;
/** Seconds that a device may be off. */
const TTL = 7 * 24 * 60 * 60;
/** UTF-16 units: what a lock screen has room for, and a push (4 KB). */
const LONGEST_TEXT = 200;

export type MessageNoticeParts = {
  events: Events;
  chats: Chats;
  membership: Membership;
  accounts: Pick<AccountStore, 'userById'>;
  presence: Pick<Presence, 'isOnline'>;
  files: Pick<Files, 'ofMessage'>;
  clock: Clock;
};

/** @returns takes back what is still to be told */
export function tellOfMessages(parts: MessageNoticeParts, notices: Notices): () => void {
  const { events, chats, membership, accounts, presence, files, clock } = parts;
  /** By chat and person: of several messages at once one tells, the last. */
  const due = new Map<string, () => void>();

  function wordsOf(t: Translate, id: number, body: string): string {
    if (body !== '') return startOf(body, LONGEST_TEXT);
    const file = files.ofMessage(id);
    return file ? t(`files.preview.${showOf(file)}`, { name: file.name }) : '';
  }

  function tell(conversation: number, user: number, id: number): void {
    if (chats.readId(conversation, user) >= id || !chats.isMember(conversation, user)) return;
    const message = chats.message(conversation, id);
    if (!message || message.deleted) return;
    const name = accounts.userById(message.authorId)?.displayName ?? '';
    const group = chats.conversation(conversation)?.title;
    const url = `/chats/${conversation}`;

    const notice = (t: Translate, showsText: boolean): Notice => {
      const what = { kind: 'message' as const, url };
      if (!showsText)
        return {
          ...what,
          title: group === undefined ? t('push.message', { name }) : t('push.inGroup', { group }),
          body: '',
        };
      const text = wordsOf(t, id, message.body);
      return group === undefined
        ? { ...what, title: name, body: text }
        : { ...what, title: group, body: t('push.said', { name, text }) };
    };
    notices.tell(user, { tag: `chat-${conversation}`, urgency: 'normal', ttl: TTL, notice });
  }

  events.on('message-sent', ({ conversation, author, body }) => {
    const asked = chats.members(conversation).filter((user) => user !== author && notices.isTold(user));
    if (asked.length === 0) return;
    const id = chats.newestId(conversation);
    const watchers = new Set(membership.watchers(conversation, author));
    for (const user of asked) {
      const person = accounts.userById(user);
      // Whom a block stands between isn't told, though both read it.
      if (!person || !watchers.has(user) || !membership.isToldOf(conversation, person, body)) continue;
      const key = `${conversation} ${user}`;
      due.get(key)?.();
      const patience = presence.isOnline(user) ? SEEN_WITHIN : 0;
      const takeBack = clock.at(clock.now() + patience, () => {
        due.delete(key);
        tell(conversation, user, id);
      });
      due.set(key, takeBack);
    }
  });

  return () => {
    for (const takeBack of due.values()) takeBack();
    due.clear();
  };
}
