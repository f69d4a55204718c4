/** A chat's pictures, one after another. */
import type { FastifyInstance } from 'fastify';
import { requireUser, userOf } from '../accounts/authentication.ts';
import { readableFile } from '../files/file-param.ts';
import type { Files } from '../files/files.ts';
import { isPicture, showPicture } from '../files/viewer.ts';
import { notFound } from '../http/errors.ts';
import type { Chats } from './chats.ts';
import { conversationOf } from './conversation-param.ts';

type PictureParams = { Params: { chat: string; file: string } };

export type PictureParts = { chats: Chats; files: Files };

export function pictureRoutes(app: FastifyInstance, { chats, files }: PictureParts): void {
  app.get<PictureParams>('/chats/:chat/pictures/:file', { preHandler: requireUser }, (request, reply) => {
    const conversation = conversationOf(request, chats);
    const file = readableFile(request, files);
    const message =
      file.message === undefined
        ? undefined
        : chats.messageFor(conversation, file.message, userOf(request).id);
    // A picture of another chat of theirs isn't in this one.
    if (!message || file.conversation !== conversation || !isPicture(file)) throw notFound();
    const me = userOf(request).id;
    const beside = files.picturesBeside(conversation, message.id);
    return showPicture(request, reply, {
      file,
      ...beside,
      // Before their time in a group there may be others.
      previous: beside.previous && files.mayRead(me, beside.previous.id) ? beside.previous : undefined,
      addressOf: ({ id }) => `/chats/${conversation}/pictures/${id}`,
      closeUrl: chats.addressOf(conversation, message.id),
      by: message.authorName,
      at: message.sentAt,
      caption: message.body,
    });
  });
}
