/** Sending a message, and changing or deleting one's own. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { notFound, personError } from '../http/errors.ts';
import { readForm } from '../http/forms.ts';
import { isHtmx } from '../http/htmx.ts';
import { idFrom } from '../http/ids.ts';
import { requireUser, userOf } from '../http/session.ts';
import type { Services } from '../services.ts';
import { type ChatParams, chatOf, showChat } from './routes.ts';
import { MessageText } from './text.ts';

// The colon is kept for call entries, so no form can take their keys.
const Key = v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/, 'errors.badRequest'));
const SendForm = v.object({ key: Key, body: MessageText });
const EditForm = v.object({ body: MessageText });

type MessageParams = { Params: { chat: string; message: string } };

export function messageRoutes(app: FastifyInstance, services: Services): void {
  const { chats, renderRow } = services;
  const guard = { preHandler: requireUser };

  /** One's own message as it stands now, to replace the one in the page. */
  function row(request: FastifyRequest, chat: number, id: number, oob: boolean): string {
    const message = chats.message(chat, id);
    if (!message) throw notFound();
    const to = { reader: request.reader, me: userOf(request).id, conversation: chat, group: false };
    return renderRow(to, message, chats.previous(chat, id), oob);
  }

  app.post<ChatParams>('/chats/:chat', guard, async (request, reply) => {
    const chat = chatOf(request, services);
    const author = userOf(request).id;
    /** Says what is wrong below the text, which stays where it is. */
    const refuse = (status: number, words: string, body: string) => {
      reply.code(status);
      return isHtmx(request)
        ? reply.show('chats/refused', { words, key: randomUUID() })
        : showChat(request, reply, services, chat, { body, error: words });
    };
    const form = readForm(SendForm, request.body);
    const typed = form.values.body ?? '';
    if (!form.ok) return refuse(422, form.errors.body ?? 'errors.badRequest', typed);
    if (!chats.mayWrite(chat, author)) return refuse(403, 'chats.errors.notFriends', typed);
    const { key, body } = form.output;
    const sent = await chats.send({ conversation: chat, author, key, body });
    if (sent.result === 'changed') return refuse(409, 'chats.errors.changed', typed);
    if (!isHtmx(request)) return reply.redirect(`/chats/${chat}#end`, 303);
    return reply.show('chats/sent', { row: row(request, chat, sent.id, false), key: randomUUID() });
  });

  function ownMessage(request: FastifyRequest<MessageParams>) {
    const chat = chatOf(request, services);
    const message = chats.own(chat, idFrom(request.params.message), userOf(request).id);
    if (message?.kind !== 'text') throw notFound();
    return { chat, message };
  }

  const showEdit = (
    request: FastifyRequest,
    reply: FastifyReply,
    data: { chat: number; message: { id: number; body: string }; error?: string },
  ) => reply.show(isHtmx(request) ? 'chats/edit-row' : 'chats/edit', { error: undefined, ...data });

  app.get<MessageParams>('/chats/:chat/messages/:message/edit', guard, (request, reply) =>
    showEdit(request, reply, ownMessage(request)),
  );

  /** The message as it is, for who began to change it and thought better of it. */
  app.get<MessageParams>('/chats/:chat/messages/:message', guard, (request, reply) => {
    const { chat, message } = ownMessage(request);
    if (!isHtmx(request)) return reply.redirect(`/chats/${chat}`, 303);
    return reply.type('text/html; charset=utf-8').send(row(request, chat, message.id, true));
  });

  app.post<MessageParams>('/chats/:chat/messages/:message', guard, (request, reply) => {
    const { chat, message } = ownMessage(request);
    const form = readForm(EditForm, request.body);
    if (!form.ok) {
      reply.code(422);
      const body = form.values.body ?? '';
      const error = form.errors.body ?? 'errors.badRequest';
      return showEdit(request, reply, { chat, message: { id: message.id, body }, error });
    }
    if (!chats.mayWrite(chat, userOf(request).id)) throw personError(403, 'chats.errors.notFriends');
    chats.edit(chat, message.id, userOf(request).id, form.output.body);
    if (!isHtmx(request)) return reply.redirect(`/chats/${chat}#m-${message.id}`, 303);
    return reply.type('text/html; charset=utf-8').send(row(request, chat, message.id, true));
  });

  app.post<MessageParams>('/chats/:chat/messages/:message/delete', guard, (request, reply) => {
    const { chat, message } = ownMessage(request);
    chats.remove(chat, message.id, userOf(request).id);
    if (!isHtmx(request)) return reply.redirect(`/chats/${chat}#end`, 303);
    return reply.type('text/html; charset=utf-8').send(row(request, chat, message.id, true));
  });
}
