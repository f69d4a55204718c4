/** Screenshots of a call: sent by its page as they are taken, kept with the call. */
import type { FastifyInstance } from 'fastify';
import { actorOf, requireUser, userOf } from '../accounts/authentication.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Chats } from '../chats/chats.ts';
import type { Membership } from '../chats/membership.ts';
import { readableFile } from '../files/file-param.ts';
import type { Files } from '../files/files.ts';
import type { Intake } from '../files/intake.ts';
import { statusOf } from '../files/intake-status.ts';
import { isPicture, showPicture } from '../files/viewer.ts';
import { notFound } from '../http/errors.ts';
import { readFields } from '../http/multipart.ts';
import { tookPart } from './call.ts';
import type { Calls } from './calls.ts';

export type ScreenshotParts = {
  accounts: AccountStore;
  calls: Calls;
  chats: Chats;
  files: Files;
  intake: Intake;
  membership: Membership;
};

export function screenshotRoutes(
  app: FastifyInstance,
  { accounts, calls, chats, files, intake, membership }: ScreenshotParts,
): void {
  /** One after another, whoever took them. */
  app.get<{ Params: { call: string; file: string } }>(
    '/calls/:call/screenshots/:file',
    { preHandler: requireUser },
    (request, reply) => {
      const call = calls.find(request.params.call);
      const me = userOf(request).id;
      if (!call || !chats.isMember(call.conversation, me)) throw notFound();
      const file = readableFile(request, files);
      const all = files
        .ofCall(call.id)
        .filter(({ id, kind }) => kind === 'screenshot' && files.mayRead(me, id))
        .filter(isPicture);
      const at = all.findIndex(({ id }) => id === file.id);
      if (at === -1) throw notFound();
      return showPicture(request, reply, {
        file,
        previous: all[at - 1],
        next: all[at + 1],
        addressOf: ({ id }) => `/calls/${call.id}/screenshots/${id}`,
        closeUrl: `/calls/${call.id}/recordings#screenshots`,
        by: accounts.userById(file.owner)?.displayName ?? '',
        at: file.createdAt,
        caption: '',
      });
    },
  );

  /**
   * From those who are or were in the call; for others there is none. Multipart with one `image/png`; the token comes in the header `x-csrf-token`.
   * Answers 201 `{ id, url }`, or a status and `{ error }` with the sentence to show.
   */
  app.post<{ Params: { call: string } }>(
    '/calls/:call/screenshots',
    { preValidation: [requireUser, readFields], preHandler: requireUser },
    async (request, reply) => {
      const actor = actorOf(request);
      const call = calls.find(request.params.call);
      const denial = call && membership.denies(actor, call.conversation);
      if (!call || denial === 'not-found' || !tookPart(call, actor.user)) throw notFound();
      const refuse = (status: number, words: string) =>
        reply.code(status).send({ error: request.reader.t(words) });
      if (denial) return refuse(403, 'chats.errors.notFriends');
      if (!request.upload) return refuse(422, 'files.errors.empty');
      const { name } = request.upload;
      const { id: callId, conversation } = call;
      const taken = await intake.take(request.upload, {
        owner: actor.user,
        may: () => membership.mayWrite(actor, conversation),
        conversation,
        call: callId,
        kind: 'screenshot',
        name,
      });
      if ('refused' in taken) return refuse(statusOf(taken.refused), `files.errors.${taken.refused}`);
      const { id } = taken;
      if (files.find(id)?.type !== 'image/png') {
        await files.remove(id);
        return refuse(415, 'files.errors.notPicture');
      }
      return reply.code(201).send({ id, url: `/files/${id}` });
    },
  );
}
