/**
 * How a recording arrives: the core of tus 1.0 with a deferred length
 * (tus.io/protocols/resumable-upload). Two verbs, our own rather than @tus/server's, which waits for a lock
 * by spinning the event loop that the chat runs on, refuses an Upload-Length that is repeated after an interruption,
 * and answers 500 when the disk is full.
 */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../accounts/authentication.ts';
import type { Membership } from '../chats/membership.ts';
import type { Recordings } from './recordings.ts';
import { answer, refuse, requireSignedIn } from './responses.ts';

export type RecordingParams = { Params: { recording: string } };

const VERSION = '1.0.0';
const CHUNK = 'application/offset+octet-stream';

/** A header with a number of bytes; NaN if it is present but isn't one. */
function bytesIn(request: FastifyRequest, header: string): number | undefined {
  const given = request.headers[header];
  if (given === undefined) return undefined;
  return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
}

/** The address that the bytes of a recording are sent to. */
export const uploadUrl = (id: string): string => `/recordings/upload/${id}`;

export type UploadParts = { recordings: Recordings; membership: Membership };

export function uploadRoutes(app: FastifyInstance, { recordings, membership }: UploadParts): void {
  app.register(async (scope) => {
    // The body stays a stream, for whoever may write it.
    scope.addContentTypeParser(CHUNK, (_request, body, done) => done(null, body));
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('Tus-Resumable', VERSION).header('Cache-Control', 'no-store');
      if (request.headers['tus-resumable'] !== VERSION)
        return refuse(request, reply.header('Tus-Version', VERSION), 'version');
    });
    const guard = { preHandler: requireSignedIn };

    /** Only its recorder may add to it; for others it doesn't exist. */
    const ownOf = (request: FastifyRequest<RecordingParams>) =>
      recordings.own(request.signedIn?.user.id ?? 0, request.params.recording);

    scope.head<RecordingParams>('/recordings/upload/:recording', guard, (request, reply) => {
      const own = ownOf(request);
      if (!own) return reply.code(404).send();
      if (recordings.isAway()) return reply.code(503).send();
      const progress = recordings.progressOf(own.recording, own.file);
      if (!progress) return reply.code(410).send();
      reply.header('Upload-Offset', progress.offset);
      if (progress.length === undefined) reply.header('Upload-Defer-Length', 1);
      else reply.header('Upload-Length', progress.length);
      return reply.code(200).send();
    });

    scope.patch<RecordingParams & { Body: Readable }>(
      '/recordings/upload/:recording',
      guard,
      async (request, reply): Promise<FastifyReply> => {
        if (request.headers['content-type'] !== CHUNK) return refuse(request, reply, 'type');
        const [offset, length] = [bytesIn(request, 'upload-offset'), bytesIn(request, 'upload-length')];
        const bytes = bytesIn(request, 'content-length');
        if (offset === undefined || [offset, length, bytes].some(Number.isNaN))
          return refuse(request, reply, 'header');
        const own = ownOf(request);
        if (!own) return refuse(request, reply, 'not-found');
        const actor = actorOf(request);
        const received = await recordings.receive(own.file.id, {
          ...{ offset, body: request.body, bytes, length },
          may: () => membership.mayWrite(actor, own.file.conversation),
        });
        return answer(request, reply, received, (to) => to.code(204).send());
      },
    );
  });
}
