/** Tells people, when their quiet hours end, what arrived meanwhile. It is read from the database, so a restart loses nothing. */
import { endAfter, lengthOf, type QuietHours } from '../accounts/quiet-hours.ts';
import type { QuietHoursRules } from '../accounts/quiet-hours-rules.ts';
import type { AccountStore, User } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import { asSeenBy, isMissed } from '../chats/call-words.ts';
import type { Chats } from '../chats/chats.ts';
import type { CallEntry, Message } from '../chats/message-store.ts';
import type { Clock } from '../clock.ts';
import type { CallNotices } from './call-notices.ts';
import type { MessageNotices } from './message-notices.ts';

export type QuietEndParts = {
  events: Events;
  quietHours: Pick<QuietHoursRules, 'of' | 'everyone' | 'isQuiet'>;
  accounts: Pick<AccountStore, 'userById'>;
  chats: Pick<Chats, 'lines' | 'history' | 'readId' | 'readsAfter'>;
  clock: Clock;
};

const wasMissed = (call: CallEntry, user: number): boolean => {
  const { entry, side } = asSeenBy(call, user, false);
  return isMissed(entry.outcome, side);
};

/** @returns stops waiting for quiet hours to end */
export function tellAfterQuiet(
  { events, quietHours, accounts, chats, clock }: QuietEndParts,
  messages: MessageNotices,
  calls: CallNotices,
): () => void {
  /** By person: cancels the wait for the next end. */
  const waiting = new Map<number, () => void>();

  /** The last new message of a chat, and the last call they missed, if it didn't ring. */
  function tellOfChat(conversation: number, user: User, hours: QuietHours, since: number): void {
    const isNew = ({ id, authorId, sentAt }: Message) => id > read && authorId !== user.id && sentAt >= since;
    const read = chats.readId(conversation, user.id);
    const first = chats.readsAfter(conversation, user.id);
    const came = chats.history(conversation, undefined, read, first).messages.filter(isNew).reverse();
    const text = came.find(
      ({ kind, deleted, authorId, body }) =>
        kind === 'text' && !deleted && messages.isFor(user, { conversation, author: authorId, body }),
    );
    if (text) messages.tell(conversation, user.id, text.id);
    if (hours.callsRing) return;
    const missed = came.find(({ call }) => call && wasMissed(call, user.id));
    if (!missed?.call) return;
    const { id: call, media } = missed.call;
    calls.missed(user.id, { call, conversation, caller: missed.authorId, media });
  }

  function tell(id: number, hours: QuietHours, since: number): void {
    const user = accounts.userById(id);
    if (!user) return;
    for (const { id: conversation, unread } of chats.lines(id))
      if (unread > 0) tellOfChat(conversation, user, hours, since);
  }

  function plan(user: number): void {
    waiting.get(user)?.();
    waiting.delete(user);
    const hours = quietHours.of(user);
    if (!hours) return;
    const end = endAfter(hours, clock.now());
    const takeBack = clock.at(end, () => {
      plan(user);
      // Otherwise the machine's clock was put back meanwhile.
      if (!quietHours.isQuiet(user)) tell(user, hours, end - lengthOf(hours));
    });
    waiting.set(user, takeBack);
  }

  for (const user of quietHours.everyone()) plan(user);
  events.on('quiet-hours-changed', ({ user }) => plan(user));

  return () => {
    for (const takeBack of waiting.values()) takeBack();
    waiting.clear();
  };
}
