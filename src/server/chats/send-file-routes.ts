/** Sends a call's screenshot or recording to the chat that the call belongs to. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { actorOf, requireUser } from '../accounts/authentication.ts';
import { type FileParams, readableFile } from '../files/file-param.ts';
import type { Files } from '../files/files.ts';
import { notFound, personError } from '../http/errors.ts';
import { readForm } from '../http/forms.ts';
import { isHtmx } from '../http/htmx.ts';
import { SendKey } from '../http/ids.ts';
import type { Chats } from './chats.ts';
import type { Membership } from './membership.ts';

const SendForm = v.object({ key: SendKey });

export type SendFileParts = { files: Files; chats: Chats; membership: Membership };

export function sendFileRoutes(app: FastifyInstance, { files, chats, membership }: SendFileParts): void {
  /**
   * Posts a screenshot or recording to its conversation. Pressing twice posts it once, and so does repeating the form
   * after a lost response, even if the message has been deleted in between.
   */
  app.post<FileParams>(
    '/files/:file/send',
    { preHandler: requireUser, compress: false as const, config: { grows: true } },
    async (request, reply) => {
      const file = readableFile(request, files);
      const actor = actorOf(request);
      if (file.kind === 'attachment') throw notFound();
      if (file.state !== 'ready' && file.state !== 'partial')
        throw personError(409, 'files.errors.unfinished');
      const { conversation } = file;
      const may = () => membership.mayWrite(actor, conversation);
      if (!may()) throw personError(403, 'chats.errors.notFriends');
      const form = readForm(SendForm, request.body);
      if (!form.ok) throw personError(400, 'errors.badRequest');
      const { key } = form.output;
      const sent = await chats.send({ conversation, author: actor.user, key, body: '', file: file.id, may });
      if (sent.result === 'refused') throw personError(403, 'chats.errors.notFriends');
      if (sent.result === 'changed') throw personError(409, 'errors.stale');
      const next = { id: file.id, sendKey: randomUUID() };
      if (isHtmx(request)) return reply.show('files/sent', { conversation, message: sent.id, file: next });
      return reply.redirect(`/chats/${conversation}#m-${sent.id}`, 303);
    },
  );
}
