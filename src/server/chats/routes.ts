/** The list of chats, a chat, its history, and reading it. Sending: send-routes.ts; changing: message-routes.ts. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { fileView } from '../files/view.ts';
import { notFound } from '../http/errors.ts';
import { isHtmx } from '../http/htmx.ts';
import { idFrom } from '../http/ids.ts';
import { actorOf, requireUser, userOf } from '../accounts/authentication.ts';
import type { Services } from '../services.ts';
import type { SendError } from './outcome.ts';
import { renderRows } from './rows.ts';

export type ChatParams = { Params: { chat: string } };

/** The id in the address, if it is a conversation of this person's: else it doesn't exist. */
export function chatOf(request: FastifyRequest<ChatParams>, { chats }: Services): number {
  const chat = idFrom(request.params.chat);
  if (!chats.isMember(chat, userOf(request).id)) throw notFound();
  return chat;
}

/** Best effort: a chat can be read also where nothing can be written. */
function noteRead({ outside, chats }: Services, chat: number, me: number, message: number): void {
  outside.spare('noting what was read', () => chats.read(chat, me, message), { conversation: chat });
}

/** A message of their own as it stands now. @param oob to replace the one in the page */
export function rowOf(
  request: FastifyRequest,
  { chats, renderRow }: Services,
  chat: number,
  id: number,
  oob: boolean,
): string {
  const message = chats.message(chat, id);
  if (!message) throw notFound();
  const to = { reader: request.reader, me: userOf(request).id, conversation: chat, group: false };
  return renderRow(to, message, chats.previous(chat, id), oob);
}

/** A whole chat page, also for a form that has to be shown again with what was typed. */
export function showChat(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
  chat: number,
  more: { before?: number; body?: string; errors?: SendError[] } = {},
): FastifyReply {
  const { chats, accounts, presence, renderHistory } = services;
  const me = userOf(request).id;
  const to = { reader: request.reader, me, conversation: chat, group: false };
  const { last, unread, ...page } = chats.snapshot(() => {
    const other = accounts.userById(chats.otherOf(chat, me) ?? 0);
    const read = chats.readId(chat, me);
    const { older, oldRows, newRows, firstNew, last } = renderHistory(to, read, more.before);
    const mayWrite = chats.mayWrite(chat, me);
    return {
      rev: chats.rev(chat),
      other,
      online: mayWrite && other !== undefined && presence.isOnline(other.id),
      mayWrite,
      older,
      oldRows,
      newRows,
      // Keeps its place when later rows come in: keys sort as numbers.
      newLineKey: firstNew === undefined ? undefined : `${firstNew}`,
      // What a former friend reads is not for them to see.
      seen: mayWrite && last?.own === true && chats.othersReadId(chat, me) >= last.id,
      last: last?.id ?? 0,
      unread: last && last.id > read,
    };
  });
  // With scripts, whose first act is this cookie, a page says by itself when it is seen: it may lie in a hidden tab.
  if (more.before === undefined && unread && request.cookies.tz === undefined)
    noteRead(services, chat, me, last);
  return reply.show('chats/show', {
    ...page,
    chat,
    last,
    before: more.before,
    key: randomUUID(),
    body: more.body ?? '',
    errors: more.errors ?? [],
  });
}

export function chatRoutes(app: FastifyInstance, services: Services): void {
  const { chats, files, friends, outside, renderRow, permission } = services;
  const guard = { preHandler: requireUser };

  function lines(request: FastifyRequest) {
    const me = userOf(request).id;
    // A friendship is where a chat begins: each friend has a line, also before the first word.
    for (const friend of friends.friendsOf(me))
      outside.spare('beginning a chat', () => chats.directWith(me, friend.id));
    return chats.lines(me).map((line) => {
      const message =
        line.lastMessageId === undefined ? undefined : chats.message(line.id, line.lastMessageId);
      const file = message?.hasFile ? files.ofMessage(message.id) : undefined;
      return {
        ...line,
        message,
        file: file && fileView(file),
        own: message?.authorId === me,
      };
    });
  }

  app.get('/', guard, (_request, reply) => reply.redirect('/chats', 303));

  app.get('/chats', guard, (request, reply) => reply.show('chats/index', { lines: lines(request) }));
  app.get('/chats/lines', guard, (request, reply) => reply.show('chats/lines', { lines: lines(request) }));

  app.get<ChatParams & { Querystring: { before?: string } }>('/chats/:chat', guard, (request, reply) => {
    const chat = chatOf(request, services);
    const before = idFrom(request.query.before) || undefined;
    if (before === undefined || !isHtmx(request))
      return showChat(request, reply, services, chat, before === undefined ? {} : { before });
    const { messages, more } = chats.history(chat, before);
    const [first] = messages;
    const to = { reader: request.reader, me: userOf(request).id, conversation: chat, group: false };
    return reply.show('chats/older', {
      chat,
      older: more ? first?.id : undefined,
      rows: renderRows(renderRow, to, messages, first && chats.previous(chat, first.id)),
    });
  });

  /** What came after the page was loaded, for a frame that reloads itself: the chat without JavaScript. */
  app.get<ChatParams & { Querystring: { after?: string } }>('/chats/:chat/newer', guard, (request, reply) => {
    const chat = chatOf(request, services);
    const me = userOf(request).id;
    const after = idFrom(request.query.after);
    const messages = chats.history(chat).messages.filter((message) => message.id > after);
    const last = messages.at(-1);
    // What stands above the frame as well: whoever gets the frame runs no scripts (any more).
    noteRead(services, chat, me, last?.id ?? after);
    const to = { reader: request.reader, me, conversation: chat, group: false };
    const [first] = messages;
    // The frame loads itself again: every browser knows this header, also without scripts.
    return reply.header('Refresh', '5').show('chats/newer', {
      chat,
      rows: renderRows(renderRow, to, messages, first && chats.previous(chat, first.id)),
    });
  });

  app.post<ChatParams>('/chats/:chat/read', guard, (request, reply) => {
    const chat = chatOf(request, services);
    const { message } = v.parse(v.object({ message: v.optional(v.string()) }), request.body);
    noteRead(services, chat, userOf(request).id, idFrom(message));
    return reply.code(204).send();
  });

  app.post<ChatParams>('/chats/:chat/typing', guard, (request, reply) => {
    const chat = chatOf(request, services);
    const me = userOf(request).id;
    if (permission.mayWrite(actorOf(request), chat)) chats.typing(chat, me);
    return reply.code(204).send();
  });
}
