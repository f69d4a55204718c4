/** Tells of new messages: whoever isn't looking at them on some page, and wants to be told of them now. */
import type { QuietHoursRules } from '../accounts/quiet-hours-rules.ts';
import type { AccountStore, User } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import type { Chats } from '../chats/chats.ts';
import type { Membership } from '../chats/membership.ts';
import type { Clock } from '../clock.ts';
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

/** One for all that is told of a chat: what is newer takes the place of what is on its way, and of what is shown. */
const tagOf = (conversation: number) => `chat-${conversation}`;

export type MessageNoticeParts = {
  events: Events;
  chats: Chats;
  membership: Membership;
  accounts: Pick<AccountStore, 'userById'>;
  presence: Pick<Presence, 'isOnline'>;
  files: Pick<Files, 'ofMessage'>;
  clock: Clock;
  quietHours: Pick<QuietHoursRules, 'isQuiet'>;
};

type Sent = { conversation: number; author: number; body: string };

export type MessageNotices = {
  /** Whether somebody wants to be told of a message. Whom a block stands between isn't, though both read it. */
  isFor(user: User, sent: Sent): boolean;
  /** Tells somebody of a message that they haven't read, unless it is gone. */
  tell(conversation: number, user: number, id: number): void;
  /** Takes back what is still to be told. */
  stop(): void;
};

export function tellOfMessages(parts: MessageNoticeParts, notices: Notices): MessageNotices {
  const { events, chats, membership, accounts, presence, files, clock, quietHours } = parts;
  /** By chat and person: of several messages at once one tells, the last. */
  const due = new Map<string, () => void>();
  /** The message that somebody was told of last in a chat, until they have read it. A restart forgets it. */
  const told = new Map<string, number>();
  const keyOf = (conversation: number, user: number) => `${conversation} ${user}`;

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
    told.set(keyOf(conversation, user), id);
    notices.tell(user, { tag: tagOf(conversation), urgency: 'normal', ttl: TTL, notice });
  }

  /** It was read, wherever that was. */
  function takeAway(conversation: number, user: number): void {
    const notice = (t: Translate): Notice => ({
      kind: 'over',
      title: t('push.read'),
      body: '',
      url: `/chats/${conversation}`,
    });
    notices.tell(user, { tag: tagOf(conversation), urgency: 'normal', ttl: TTL, isQuiet: true, notice });
  }

  const isFor = (user: User, { conversation, author, body }: Sent): boolean =>
    membership.mayWatchIn(conversation, author, user.id) && membership.isToldOf(conversation, user, body);

  events.on('message-sent', (sent) => {
    const { conversation, author } = sent;
    const asked = chats.members(conversation).filter((user) => user !== author && notices.isTold(user));
    if (asked.length === 0) return;
    const id = chats.newestId(conversation);
    for (const user of asked) {
      const person = accounts.userById(user);
      if (!person || !isFor(person, sent) || quietHours.isQuiet(user)) continue;
      const key = keyOf(conversation, user);
      due.get(key)?.();
      const patience = presence.isOnline(user) ? SEEN_WITHIN : 0;
      const takeBack = clock.at(clock.now() + patience, () => {
        due.delete(key);
        tell(conversation, user, id);
      });
      due.set(key, takeBack);
    }
  });

  events.on('conversation-read', ({ conversation, user }) => {
    const key = keyOf(conversation, user);
    const id = told.get(key);
    if (id === undefined || chats.readId(conversation, user) < id) return;
    told.delete(key);
    takeAway(conversation, user);
  });

  return {
    isFor,
    tell,
    stop() {
      for (const takeBack of due.values()) takeBack();
      due.clear();
    },
  };
}
