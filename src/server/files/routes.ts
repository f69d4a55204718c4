/** Files by their address: to show, to keep, to send on, to delete. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { notFound, personError } from '../http/errors.ts';
import { readForm } from '../http/forms.ts';
import { isHtmx, seeOther } from '../http/htmx.ts';
import { SendKey } from '../http/ids.ts';
import { actorOf, requireUser, safePath, userOf } from '../accounts/authentication.ts';
import type { Services } from '../services.ts';
import { previewType, serve } from './serving.ts';
import type { StoredFile } from './store.ts';
import { showingOf } from './types.ts';

const SendForm = v.object({ key: SendKey });

type FileParams = { Params: { file: string } };

export function fileRoutes(app: FastifyInstance, { files, chats, permission }: Services): void {
  // Compressing would break byte ranges, and pictures and videos are compressed already.
  const guard = { preHandler: requireUser, compress: false as const };

  /** A file of a conversation of theirs that can be read; others don't exist. */
  function fileOf(request: FastifyRequest<FileParams>): StoredFile {
    const file = files.find(request.params.file);
    if (!file || !files.mayRead(userOf(request).id, file.id)) throw notFound();
    return file;
  }

  /** One that has its bytes. */
  function readable(request: FastifyRequest<FileParams>): StoredFile {
    const file = fileOf(request);
    if (file.state === 'receiving') throw notFound();
    if (files.isAway(file)) throw personError(503, 'files.errors.folder-away');
    return file;
  }

  app.get<FileParams>('/files/:file', guard, async (request, reply) => {
    const file = readable(request);
    const { type, name } = file;
    // A picture that could not be read here isn't given to a browser to try.
    const inline = showingOf(type) !== 'card' && (showingOf(type) !== 'picture' || file.hasPreview);
    return serve(request, reply, { path: files.pathOf(file), type, name, inline });
  });

  app.get<FileParams>('/files/:file/download', guard, async (request, reply) => {
    const file = readable(request);
    const { type, name } = file;
    return serve(request, reply, { path: files.pathOf(file), type, name, inline: false });
  });

  app.get<FileParams>('/files/:file/preview', guard, async (request, reply) => {
    const file = readable(request);
    if (!file.hasPreview) throw notFound();
    const path = files.previewPathOf(file);
    return serve(request, reply, { path, type: await previewType(path), name: '', inline: true });
  });

  /**
   * Puts a screenshot or recording into its conversation. Pressed twice it stands there once, and so it does when an
   * answer was lost and the form comes again, even if the message has been deleted in between.
   */
  app.post<FileParams>('/files/:file/send', { ...guard, config: { grows: true } }, async (request, reply) => {
    const file = readable(request);
    const actor = actorOf(request);
    if (file.kind === 'attachment') throw notFound();
    if (file.state !== 'ready' && file.state !== 'partial') throw personError(409, 'files.errors.unfinished');
    const { conversation } = file;
    const may = () => permission.mayWrite(actor, conversation);
    if (!may()) throw personError(403, 'chats.errors.notFriends');
    const form = readForm(SendForm, request.body);
    if (!form.ok) throw personError(400, 'errors.badRequest');
    const { key } = form.output;
    const sent = await chats.send({ conversation, author: actor.user, key, body: '', file: file.id, may });
    if (sent.result === 'refused') throw personError(403, 'chats.errors.notFriends');
    if (sent.result === 'changed') throw personError(409, 'errors.stale');
    const next = { id: file.id, sendKey: randomUUID() };
    if (isHtmx(request))
      return reply.show('files/sent', { chat: conversation, message: sent.id, file: next });
    return reply.redirect(`/chats/${conversation}#m-${sent.id}`, 303);
  });

  /** By whoever keeps it: their room is what it takes. */
  app.post<FileParams>('/files/:file/delete', guard, async (request, reply) => {
    const file = fileOf(request);
    if (file.owner !== userOf(request).id) throw notFound();
    await files.remove(file.id);
    const { back } = v.parse(v.object({ back: v.optional(v.string()) }), request.body ?? {});
    return seeOther(
      request,
      reply,
      `${safePath(back ?? '/settings')}#${file.call ? 'screenshots' : 'storage'}`,
    );
  });
}
