/** The picture of a group: everybody in it sees it and may choose another, as they may rename it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireUser, userOf } from '../accounts/authentication.ts';
import { sendPortrait } from '../accounts/portrait-routes.ts';
import { statusOf } from '../files/intake-status.ts';
import type { Portraits } from '../files/portraits.ts';
import { notFound } from '../http/errors.ts';
import type { FormErrors } from '../http/forms.ts';
import { readFields } from '../http/multipart.ts';
import type { Chats } from './chats.ts';
import { type ConversationParams, conversationOf } from './conversation-param.ts';
import type { GroupOutcome, Groups } from './groups.ts';

export type GroupPictureParts = {
  chats: Chats;
  groups: Groups;
  portraits: Portraits;
  /** @throws 429 for somebody who has just changed a lot */
  mayChange(request: FastifyRequest): Promise<void>;
};

/** @param refuse shows the page of the group's people again, with what is wrong: a key of the words */
export function groupPictureRoutes(
  app: FastifyInstance,
  { chats, groups, portraits, mayChange }: GroupPictureParts,
  refuse: (
    request: FastifyRequest<ConversationParams>,
    reply: FastifyReply,
    status: number,
    errors: FormErrors,
  ) => FastifyReply,
): void {
  const guard = { preHandler: requireUser };
  const changing = { preHandler: [requireUser, mayChange] };
  const upload = { preValidation: [requireUser, readFields], preHandler: mayChange };

  app.get<{ Params: { chat: string; version: string } }>(
    '/chats/:chat/picture/:version',
    guard,
    (request, reply) =>
      sendPortrait(reply, groups.pictureBytes(conversationOf(request, chats), request.params.version)),
  );

  function done(reply: FastifyReply, { refused }: GroupOutcome, conversation: number): FastifyReply {
    if (refused) throw notFound();
    return reply.redirect(`/chats/${conversation}/people`, 303);
  }

  app.post<ConversationParams>('/chats/:chat/picture', upload, async (request, reply) => {
    const conversation = conversationOf(request, chats);
    const { id } = userOf(request);
    if (!groups.memberOf(conversation, id)) throw notFound();
    const made = request.upload
      ? await portraits.make(id, request.upload)
      : { refused: 'notPicture' as const };
    if ('refused' in made) {
      const status = made.refused === 'notPicture' ? 415 : statusOf(made.refused);
      return refuse(request, reply, status, { picture: `accounts.errors.picture.${made.refused}` });
    }
    return done(reply, groups.setPicture(conversation, id, made.bytes), conversation);
  });

  app.post<ConversationParams>('/chats/:chat/picture/remove', changing, (request, reply) => {
    const conversation = conversationOf(request, chats);
    return done(reply, groups.setPicture(conversation, userOf(request).id, undefined), conversation);
  });
}
