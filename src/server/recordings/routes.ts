/** Ending and deleting a recording, and what of it is still awaited. Its bytes: upload-routes.ts; its call: calls/. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { actorOf, requireUser, userOf } from '../accounts/authentication.ts';
import type { Chats } from '../chats/chats.ts';
import type { Membership } from '../chats/membership.ts';
import type { Files } from '../files/files.ts';
import { notFound } from '../http/errors.ts';
import { seeOther } from '../http/htmx.ts';
import type { Recordings } from './recordings.ts';
import { answer, refuse, requireSignedIn } from './responses.ts';
import { type RecordingParams, uploadUrl } from './upload-routes.ts';

const Ending = v.object({ length: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) });

export type RecordingParts = { chats: Chats; files: Files; recordings: Recordings; membership: Membership };

export function recordingRoutes(
  app: FastifyInstance,
  { chats, files, recordings, membership }: RecordingParts,
): void {
  const guard = { preHandler: requireSignedIn };
  const ownOf = (request: FastifyRequest<RecordingParams>) =>
    recordings.own(userOf(request).id, request.params.recording);

  /** Says how many bytes there are in all, where no chunk has said so. */
  app.post<RecordingParams>('/recordings/:recording/finish', guard, async (request, reply) => {
    const own = ownOf(request);
    if (!own) return refuse(request, reply, 'not-found');
    const actor = actorOf(request);
    const ending = v.safeParse(Ending, request.body);
    if (!ending.success) return refuse(request, reply, 'header');
    const received = await recordings.end(own.file.id, ending.output.length, () =>
      membership.mayWrite(actor, own.file.conversation),
    );
    return answer(request, reply, received, (to) => to.send({ state: files.find(own.file.id)?.state }));
  });

  /** What may still be on this person's devices. */
  app.get('/recordings/pending', guard, (request, reply) => {
    const { id: me } = userOf(request);
    // What isn't listed is dropped by the recorder's device.
    if (recordings.isAway()) return refuse(request, reply, 'folder-away');
    const open = recordings.openOf(me).map(({ file, offset, length }) => ({
      id: file.id,
      call: file.call ?? null,
      uploadUrl: uploadUrl(file.id),
      state: file.state,
      offset,
      length: length ?? null,
      createdAt: file.createdAt,
    }));
    return reply.send({ me, message: request.reader.t('recordings.pending'), recordings: open });
  });

  app.post<RecordingParams>(
    '/recordings/:recording/delete',
    { preHandler: requireUser },
    async (request, reply) => {
      const { id: me, isOwner } = userOf(request);
      const file = recordings.find(request.params.recording) && files.find(request.params.recording);
      // Whoever runs the server is responsible for its space.
      if (!file || (file.owner !== me && !isOwner)) throw notFound();
      await recordings.remove(file.id);
      const mayGoThere = file.call !== undefined && chats.isMember(file.conversation, me);
      return seeOther(request, reply, mayGoThere ? `/calls/${file.call}#recordings` : '/chats');
    },
  );
}
