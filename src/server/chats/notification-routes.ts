/** What somebody is told of in one conversation. A group has the choice on the page of its people, two people on one of its own. */
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { requireUser, userOf } from '../accounts/authentication.ts';
import type { AccountStore } from '../accounts/store.ts';
import { personError } from '../http/errors.ts';
import type { Chats } from './chats.ts';
import { type ConversationParams, conversationOf } from './conversation-param.ts';
import { NOTIFY } from './member-store.ts';
import type { ChatNotifications } from './notifications.ts';

const NotifyForm = v.object({ notify: v.picklist(NOTIFY) });

export type NotificationRouteParts = {
  chats: Pick<Chats, 'isMember' | 'kind' | 'otherOf'>;
  chatNotifications: ChatNotifications;
  accounts: Pick<AccountStore, 'userById'>;
};

export function notificationRoutes(app: FastifyInstance, parts: NotificationRouteParts): void {
  const { chats, chatNotifications, accounts } = parts;
  const guard = { preHandler: requireUser };

  const pageOf = (conversation: number): string =>
    chats.kind(conversation) === 'group'
      ? `/chats/${conversation}/people#notifications`
      : `/chats/${conversation}/notifications`;

  app.get<ConversationParams>('/chats/:chat/notifications', guard, (request, reply) => {
    const conversation = conversationOf(request, chats);
    const me = userOf(request).id;
    const other = chats.otherOf(conversation, me);
    if (other === undefined) return reply.redirect(pageOf(conversation), 303);
    return reply.show('chats/notifications', {
      conversation,
      name: accounts.userById(other)?.displayName ?? '',
      choices: chatNotifications.choices(conversation),
      notify: chatNotifications.of(conversation, me),
    });
  });

  app.post<ConversationParams>('/chats/:chat/notifications', guard, (request, reply) => {
    const conversation = conversationOf(request, chats);
    const { notify } = v.parse(NotifyForm, request.body);
    if (!chatNotifications.choose(conversation, userOf(request).id, notify))
      throw personError(400, 'errors.badRequest');
    return reply.redirect(pageOf(conversation), 303);
  });
}
