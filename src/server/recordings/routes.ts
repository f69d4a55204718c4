/** Beginning, ending and deleting a recording, and what of it is still awaited. Its bytes: upload-routes.ts. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { Call } from '../calls/store.ts';
import { serve } from '../files/serving.ts';
import { notFound, personError } from '../http/errors.ts';
import { seeOther } from '../http/htmx.ts';
import { actorOf, requireUser, userOf } from '../accounts/authentication.ts';
import type { Services } from '../services.ts';
import { answer, refuse, requireSignedIn } from './answers.ts';
import { downloadName, recordingName } from '../calls/recording-names.ts';
import { tookPart } from './recordings.ts';
import { MODES } from './store.ts';
import type { RecordingParams } from './upload-routes.ts';

type CallParams = { Params: { call: string } };

// The media type is what the recorder means to send; what it is, is found in the bytes.
const NewRecording = v.object({
  key: v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/)),
  mode: v.picklist(MODES),
  mimeType: v.pipe(v.string(), v.maxLength(200), v.regex(/^(video|audio)\/(webm|mp4|x-matroska)\b/)),
});
const Ending = v.object({ length: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) });

/** The address that its bytes are sent to. */
const uploadUrl = (id: string): string => `/recordings/upload/${id}`;

export function recordingRoutes(app: FastifyInstance, services: Services): void {
  const { calls, chats, files, recordings, permission } = services;
  const guard = { preHandler: requireSignedIn };
  const ownOf = (request: FastifyRequest<RecordingParams>) =>
    recordings.own(userOf(request).id, request.params.recording);

  /** A call of this person's that they are or were in; for others there is nothing. */
  function callOf(request: FastifyRequest<CallParams>): Call | undefined {
    const me = userOf(request).id;
    const call = calls.find(request.params.call);
    return call && tookPart(call, me) && chats.isMember(call.conversation, me) ? call : undefined;
  }

  app.post<CallParams>('/calls/:call/recordings', guard, async (request, reply) => {
    const call = callOf(request);
    if (!call) return refuse(request, reply, 'not-found');
    if (!permission.mayWrite(actorOf(request), call.conversation)) return refuse(request, reply, 'forbidden');
    const wish = v.safeParse(NewRecording, request.body);
    if (!wish.success) return refuse(request, reply, 'header');
    const { key, mode, mimeType } = wish.output;
    const { startedAt, media } = call;
    const type = mimeType.split(';')[0] ?? '';
    const name = recordingName(request.reader, { startedAt, media, other: undefined, type });
    const made = await recordings.create({ key, call, owner: userOf(request).id, mode, name });
    if ('refused' in made) return refuse(request, reply, made.refused);
    return reply.code(201).send({ id: made.id, uploadUrl: uploadUrl(made.id) });
  });

  /** Says how many bytes there are in all, where no chunk has said so. */
  app.post<RecordingParams>('/recordings/:recording/finish', guard, async (request, reply) => {
    const own = ownOf(request);
    if (!own) return refuse(request, reply, 'not-found');
    const actor = actorOf(request);
    const ending = v.safeParse(Ending, request.body);
    if (!ending.success) return refuse(request, reply, 'header');
    const received = await recordings.end(own.file.id, ending.output.length, () =>
      permission.mayWrite(actor, own.file.conversation),
    );
    return answer(request, reply, received, (to) => to.send({ state: files.find(own.file.id)?.state }));
  });

  /** What may still lie on this person's devices. */
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

  /** As /files/<id>/download, under a name in the reader's language. */
  app.get<RecordingParams>(
    '/recordings/:recording/download',
    { preHandler: requireUser, compress: false as const },
    (request, reply) => {
      const me = userOf(request).id;
      const file = recordings.find(request.params.recording) && files.find(request.params.recording);
      if (!file || !files.mayRead(me, file.id)) throw notFound();
      if (file.state === 'receiving') throw personError(409, 'files.errors.not-yet');
      if (recordings.isAway()) throw personError(503, 'files.errors.folder-away');
      const name = downloadName(services, request.reader, me, file);
      return serve(request, reply, { path: files.pathOf(file), type: file.type, name, inline: false });
    },
  );

  app.post<RecordingParams>(
    '/recordings/:recording/delete',
    { preHandler: requireUser },
    async (request, reply) => {
      const { id: me, isOwner } = userOf(request);
      const file = recordings.find(request.params.recording) && files.find(request.params.recording);
      // Whoever keeps the server answers for its room.
      if (!file || (file.owner !== me && !isOwner)) throw notFound();
      await recordings.remove(file.id);
      const mayGoThere = file.call !== undefined && chats.isMember(file.conversation, me);
      return seeOther(request, reply, mayGoThere ? `/calls/${file.call}#recordings` : '/chats');
    },
  );
}
