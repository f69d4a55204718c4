/** What a device is told, in the words of its person; each is sent to all of their devices that asked for it. */
import type { PushMessage } from '../../protocol/push.ts';
import type { AccountStore, User } from '../accounts/store.ts';
import type { Chats } from '../chats/chats.ts';
import type { Clock } from '../clock.ts';
import { isLocale, type Locale, type Translate, translator } from '../language/locale.ts';
import type { Urgency } from './encryption.ts';
import type { Sender } from './sender.ts';
import type { Subscriber, SubscriptionStore } from './store.ts';
import { alwaysSounds } from './subscription.ts';

/** A message but for what is the same in all of them. */
export type Notice = Omit<PushMessage, 'tag' | 'lang' | 'at' | 'unread'>;

type Telling = {
  tag: string;
  urgency: Urgency;
  /** Seconds. */
  ttl: number;
  /** It isn't worth a sound; a device that can't do without isn't told. */
  isQuiet?: boolean;
  /** @param showsText whether this device shows what was written */
  notice(t: Translate, showsText: boolean): Notice;
};

export type NoticeParts = {
  subscriptions: SubscriptionStore;
  accounts: Pick<AccountStore, 'userById'>;
  chats: Pick<Chats, 'unreadConversations'>;
  clock: Clock;
  sender: Pick<Sender, 'send'>;
};

/** What they chose, or else what their browser said. */
const localeOf = (user: User, { locale }: Subscriber): Locale =>
  [user.locale, locale].find((one) => isLocale(one)) ?? 'en';

export function createNotices({ subscriptions, accounts, chats, clock, sender }: NoticeParts) {
  function tellDevice(user: User, to: Subscriber, telling: Telling): void {
    const { tag, urgency, ttl, isQuiet, notice } = telling;
    if (isQuiet && alwaysSounds(to)) return;
    const lang = localeOf(user, to);
    const unread = chats.unreadConversations(user.id);
    const message = { ...notice(translator(lang), to.showsText), tag, lang, at: clock.now(), unread };
    sender.send({ to, user: user.id, message, urgency, ttl });
  }

  return {
    /** Whether any device of theirs is told at all. */
    isTold: (user: number): boolean => subscriptions.ofUser(user, clock.now()).length > 0,

    tell(id: number, telling: Telling): void {
      const user = accounts.userById(id);
      if (!user) return;
      for (const to of subscriptions.ofUser(id, clock.now())) tellDevice(user, to, telling);
    },

    /** One device alone. False where it isn't told of anything. */
    tellSession(user: User, session: string, telling: Telling): boolean {
      const to = subscriptions.ofSession(session);
      if (to) tellDevice(user, to, telling);
      return to !== undefined;
    },
  };
}

export type Notices = ReturnType<typeof createNotices>;
