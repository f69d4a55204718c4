/** Sending a message, and changing or deleting one's own. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { statusOf } from '../files/refusal.ts';
import { notFound, personError } from '../http/errors.ts';
import { readForm } from '../http/forms.ts';
import { isHtmx } from '../http/htmx.ts';
import { idFrom, SendKey } from '../http/ids.ts';
import { readFields } from '../http/multipart.ts';
import { requireUser, userOf } from '../http/session.ts';
import type { Services } from '../services.ts';
import { type ChatParams, chatOf, showChat } from './routes.ts';
import { MessageText, TextWithFile } from './text.ts';

const SendForm = v.object({ key: SendKey, body: MessageText });
const SendFileForm = v.object({ key: SendKey, body: TextWithFile });
const EditForm = v.object({ body: MessageText });
const EditFileForm = v.object({ body: TextWithFile });

type MessageParams = { Params: { chat: string; message: string } };

export function messageRoutes(app: FastifyInstance, services: Services): void {
  const { chats, files, intake, renderRow } = services;
  const guard = { preHandler: requireUser };

  /** One's own message as it stands now, to replace the one in the page. */
  function row(request: FastifyRequest, chat: number, id: number, oob: boolean): string {
    const message = chats.message(chat, id);
    if (!message) throw notFound();
    const to = { reader: request.reader, me: userOf(request).id, conversation: chat, group: false };
    return renderRow(to, message, chats.previous(chat, id), oob);
  }

  // The person before the body is read; its token before the file is.
  const upload = { preValidation: [requireUser, readFields] };

  app.post<ChatParams>('/chats/:chat', upload, async (request, reply) => {
    const chat = chatOf(request, services);
    const author = userOf(request).id;
    const form = readForm(request.upload ? SendFileForm : SendForm, request.body);
    const typed = form.values.body ?? '';
    // A page that sends files beside its text box shows each one's refusal at its own place.
    const isBeside = form.values.beside === 'true';
    /** Says what is wrong below the text, which stays where it is. */
    const refuse = (status: number, words: string) => {
      reply.code(status);
      if (!isHtmx(request)) return showChat(request, reply, services, chat, { body: typed, error: words });
      return reply.show(isBeside ? 'files/refused' : 'chats/refused', { words, key: randomUUID() });
    };
    const done = (id: number) => {
      if (!isHtmx(request)) return reply.redirect(`/chats/${chat}#end`, 303);
      const key = isBeside ? undefined : randomUUID();
      return reply.show('chats/sent', { row: row(request, chat, id, false), key });
    };

    if (!form.ok) return refuse(422, form.errors.body ?? 'errors.badRequest');
    if (!chats.mayWrite(chat, author)) return refuse(403, 'chats.errors.notFriends');
    const message = { conversation: chat, author, key: form.output.key, body: form.output.body };
    const before = chats.sentBefore(message, request.upload !== null);
    if (before?.result === 'again') return done(before.id);
    if (before) return refuse(409, 'chats.errors.changed');
    if (!request.upload) {
      const sent = await chats.send(message);
      return sent.result === 'changed' ? refuse(409, 'chats.errors.changed') : done(sent.id);
    }

    const { name } = request.upload;
    const taken = await intake.take(request.upload, {
      owner: author,
      conversation: chat,
      kind: 'attachment',
      name,
    });
    if ('refused' in taken) return refuse(statusOf(taken.refused), `files.errors.${taken.refused}`);
    // Much may have happened while it came in.
    const may = chats.mayWrite(chat, author);
    const sent = may ? await chats.send({ ...message, file: taken.id }) : undefined;
    if (sent?.result !== 'sent') await files.remove(taken.id);
    if (!sent) return refuse(403, 'chats.errors.notFriends');
    return sent.result === 'changed' ? refuse(409, 'chats.errors.changed') : done(sent.id);
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
    data: { chat: number; message: { id: number; body: string; hasFile: boolean }; error?: string },
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
    const form = readForm(message.hasFile ? EditFileForm : EditForm, request.body);
    if (!form.ok) {
      reply.code(422);
      const body = form.values.body ?? '';
      const error = form.errors.body ?? 'errors.badRequest';
      return showEdit(request, reply, { chat, message: { ...message, body }, error });
    }
    if (!chats.mayWrite(chat, userOf(request).id)) throw personError(403, 'chats.errors.notFriends');
    chats.edit(chat, message.id, userOf(request).id, form.output.body);
    if (!isHtmx(request)) return reply.redirect(`/chats/${chat}#m-${message.id}`, 303);
    return reply.type('text/html; charset=utf-8').send(row(request, chat, message.id, true));
  });

  app.post<MessageParams>('/chats/:chat/messages/:message/delete', guard, async (request, reply) => {
    const { chat, message } = ownMessage(request);
    await chats.remove(chat, message.id, userOf(request).id);
    if (!isHtmx(request)) return reply.redirect(`/chats/${chat}#end`, 303);
    return reply.type('text/html; charset=utf-8').send(row(request, chat, message.id, true));
  });
}
