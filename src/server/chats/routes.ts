/** The list of chats, a chat, its history, and reading it. Sending: send-routes.ts; changing: message-routes.ts. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { actorOf, requireUser, userOf } from '../accounts/authentication.ts';
import { isHtmx } from '../http/htmx.ts';
import { idFrom } from '../http/ids.ts';
import { type ConversationParams, conversationOf } from './conversation-param.ts';
import { isWide, linesOf } from './lines.ts';
import type { Membership } from './membership.ts';
import { noteRead, type PageParts, readerOf, showConversation } from './page.ts';
import { type RenderRow, renderRows } from './row-renderer.ts';

export type ChatParts = PageParts & {
  renderRow: RenderRow;
  membership: Membership;
  /** Whether this device could be told of what comes while no page is open, and nobody has said yet whether it should. */
  mayOfferNotifications(request: FastifyRequest): boolean;
};

export function chatRoutes(app: FastifyInstance, parts: ChatParts): void {
  const { chats, renderRow, renderHistory, membership } = parts;
  const guard = { preHandler: requireUser };

  const lines = (request: FastifyRequest) => linesOf(parts, request.reader, userOf(request).id);

  app.get('/', guard, (_request, reply) => reply.redirect('/chats', 303));

  /** The chat beside which htmx asks for the list. */
  const openChat = ({ headers }: FastifyRequest) =>
    idFrom(/\/chats\/(\d+)/.exec(String(headers['hx-current-url']))?.[1]);

  app.get('/chats', guard, (request, reply) => {
    const shown = lines(request);
    const isUsed = shown.some(({ message }) => message !== undefined);
    const offersNotifications = isUsed && parts.mayOfferNotifications(request);
    return reply.show('chats/index', { lines: shown, isWide: isWide(request), offersNotifications });
  });
  app.get('/chats/lines', guard, (request, reply) =>
    reply.show('chats/lines', { lines: lines(request), conversation: openChat(request) }),
  );

  app.get<ConversationParams & { Querystring: { before?: string } }>(
    '/chats/:chat',
    guard,
    (request, reply) => {
      const conversation = conversationOf(request, chats);
      const before = idFrom(request.query.before) || undefined;
      if (before === undefined || !isHtmx(request))
        return showConversation(request, reply, parts, conversation, before === undefined ? {} : { before });
      const to = readerOf(request, chats, conversation);
      const page = renderHistory(to, chats.readId(conversation, to.me), before);
      return reply.show('chats/older', { ...page, conversation });
    },
  );

  /** What came after the page was loaded, for a frame that reloads itself: the chat without JavaScript. */
  app.get<ConversationParams & { Querystring: { after?: string } }>(
    '/chats/:chat/newer',
    guard,
    (request, reply) => {
      const conversation = conversationOf(request, chats);
      const to = readerOf(request, chats, conversation);
      const { me, first: from } = to;
      const after = Math.max(from, idFrom(request.query.after));
      const messages = chats.history(conversation).messages.filter((message) => message.id > after);
      const last = messages.at(-1);
      // Including what is above the frame: anyone who gets the frame isn't running scripts (any more).
      noteRead(parts, conversation, me, last?.id ?? after);
      const [first] = messages;
      // The frame reloads itself: every browser knows this header, even without scripts.
      return reply.header('Refresh', '5').show('chats/newer', {
        conversation,
        rows: renderRows(renderRow, to, messages, first && chats.previous(conversation, first.id, from)),
      });
    },
  );

  app.post<ConversationParams>('/chats/:chat/read', guard, (request, reply) => {
    const conversation = conversationOf(request, chats);
    const { message } = v.parse(v.object({ message: v.optional(v.string()) }), request.body);
    noteRead(parts, conversation, userOf(request).id, idFrom(message));
    return reply.code(204).send();
  });

  app.post<ConversationParams>('/chats/:chat/typing', guard, (request, reply) => {
    const conversation = conversationOf(request, chats);
    const me = userOf(request).id;
    if (membership.mayWrite(actorOf(request), conversation)) chats.typing(conversation, me);
    return reply.code(204).send();
  });
}
