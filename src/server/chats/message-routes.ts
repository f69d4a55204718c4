/** What can be done with a message: changing or deleting one's own. Copying is the page's, or the reader's by hand. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { actorOf, requireUser, userOf } from '../accounts/authentication.ts';
import type { Writing } from '../database/writing.ts';
import { fileView } from '../files/file-view.ts';
import type { Files } from '../files/files.ts';
import { notFound, personError } from '../http/errors.ts';
import { readForm } from '../http/forms.ts';
import { isHtmx } from '../http/htmx.ts';
import { idFrom } from '../http/ids.ts';
import { unlessTrouble } from '../http/write-gate.ts';
import { conversationOf } from './conversation-param.ts';
import type { Membership } from './membership.ts';
import { type RowParts, rowOf } from './page.ts';
import { MessageText, TextWithFile } from './text.ts';

const EditForm = v.object({ body: MessageText });
const EditFileForm = v.object({ body: TextWithFile });

type MessageParams = { Params: { chat: string; message: string } };

export type MessageParts = RowParts & { files: Files; membership: Membership; writing: Writing };

export function messageRoutes(app: FastifyInstance, parts: MessageParts): void {
  const { chats, files, membership, writing } = parts;
  const guard = { preHandler: requireUser };

  function ownMessage(request: FastifyRequest<MessageParams>) {
    const conversation = conversationOf(request, chats);
    const message = chats.own(conversation, idFrom(request.params.message), userOf(request).id);
    if (message?.kind !== 'text') throw notFound();
    return { conversation, message };
  }

  /** What it was sent with, which is shown beside what is asked about it. */
  function fileWith({ reader }: FastifyRequest, { id, hasFile }: { id: number; hasFile: boolean }) {
    const file = hasFile ? files.ofMessage(id) : undefined;
    return file && fileView(file, reader);
  }

  const showEdit = (
    request: FastifyRequest,
    reply: FastifyReply,
    data: { conversation: number; message: { id: number; body: string; hasFile: boolean }; error?: string },
  ) =>
    reply.show(isHtmx(request) ? 'chats/edit-row' : 'chats/edit', {
      error: undefined,
      ...data,
      file: fileWith(request, data.message),
    });

  app.get<MessageParams>('/chats/:chat/messages/:message/edit', guard, (request, reply) =>
    showEdit(request, reply, ownMessage(request)),
  );

  /** Asks first: it is deleted for everyone. */
  app.get<MessageParams>('/chats/:chat/messages/:message/delete', guard, (request, reply) => {
    const { conversation, message } = ownMessage(request);
    return reply.show(isHtmx(request) ? 'chats/delete-row' : 'chats/delete', {
      conversation,
      message,
      file: fileWith(request, message),
    });
  });

  /** What the menu of a message offers, as a page: also for other people's, whose text can be copied. */
  function showMessage(request: FastifyRequest<MessageParams>, reply: FastifyReply) {
    const conversation = conversationOf(request, chats);
    const message = chats.messageFor(conversation, idFrom(request.params.message), userOf(request).id);
    if (message?.kind !== 'text' || message.deleted) throw notFound();
    const me = userOf(request).id;
    return reply.show('chats/message', {
      conversation,
      message,
      file: fileWith(request, message),
      own: message.authorId === me,
      mayWrite: chats.mayWrite(conversation, me),
    });
  }

  /** For htmx one's own message as it is, for someone who began with it and changed their mind. */
  app.get<MessageParams>('/chats/:chat/messages/:message', guard, (request, reply) => {
    if (!isHtmx(request)) return showMessage(request, reply);
    const { conversation, message } = ownMessage(request);
    return reply.type('text/html; charset=utf-8').send(rowOf(request, parts, conversation, message.id, true));
  });

  app.post<MessageParams>('/chats/:chat/messages/:message', guard, async (request, reply) => {
    const { conversation, message } = ownMessage(request);
    const form = readForm(message.hasFile ? EditFileForm : EditForm, request.body);
    const again = (status: number, error: string) => {
      const body = form.values.body ?? '';
      return showEdit(request, reply.code(status), { conversation, message: { ...message, body }, error });
    };
    if (!form.ok) return again(422, form.errors.body ?? 'errors.badRequest');
    if (!membership.mayWrite(actorOf(request), conversation))
      throw personError(403, 'chats.errors.notFriends');
    const edited = await unlessTrouble(writing, () =>
      chats.edit(conversation, message.id, userOf(request).id, form.output.body),
    );
    if (typeof edited === 'object') return again(edited.status, edited.refused);
    if (!edited) throw notFound();
    if (!isHtmx(request)) return reply.redirect(`/chats/${conversation}#m-${message.id}`, 303);
    return reply.type('text/html; charset=utf-8').send(rowOf(request, parts, conversation, message.id, true));
  });

  app.post<MessageParams>('/chats/:chat/messages/:message/delete', guard, async (request, reply) => {
    const { conversation, message } = ownMessage(request);
    await chats.remove(conversation, message.id, userOf(request).id);
    if (!isHtmx(request)) return reply.redirect(`/chats/${conversation}#end`, 303);
    return reply.type('text/html; charset=utf-8').send(rowOf(request, parts, conversation, message.id, true));
  });
}
