/** Of what somebody wants to be told in each of their conversations. Who chooses nothing still finds it all there. */
import type { Events } from '../background/events.ts';
import { NOTIFY, type Notify } from './member-store.ts';
import type { ChatStore } from './store.ts';

/** Between two people every message is meant for the other. */
const BETWEEN_TWO = ['all', 'nothing'] as const satisfies Notify[];

export type ChatNotificationParts = {
  store: Pick<ChatStore, 'kind' | 'member' | 'setNotify' | 'transaction'>;
  events: Events;
};

export function createChatNotifications({ store, events }: ChatNotificationParts) {
  const choices = (conversation: number): readonly Notify[] =>
    store.kind(conversation) === 'group' ? NOTIFY : BETWEEN_TWO;

  return {
    choices,

    /** What a member has chosen. */
    of: (conversation: number, me: number): Notify | undefined => store.member(conversation, me)?.notify,

    /** False where there is no such choice, or they aren't in it. */
    choose(conversation: number, me: number, notify: Notify): boolean {
      if (!choices(conversation).includes(notify) || !store.member(conversation, me)) return false;
      store.transaction(() => store.setNotify(conversation, me, notify));
      events.emit('members-changed', { conversation, users: [me] });
      return true;
    },
  };
}

export type ChatNotifications = ReturnType<typeof createChatNotifications>;
