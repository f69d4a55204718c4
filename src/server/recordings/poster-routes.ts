/** Takes the poster of a recording, from the page that records it. */
import type { FastifyInstance } from 'fastify';
import { acceptPosters, LARGEST_POSTER } from '../files/posters.ts';
import { actorOf } from '../accounts/authentication.ts';
import type { Services } from '../services.ts';
import { refuse, requireSignedIn } from './answers.ts';
import type { RecordingParams } from './upload-routes.ts';

export function posterRoutes(app: FastifyInstance, { recordings, posters, permission }: Services): void {
  app.register(async (scope) => {
    acceptPosters(scope);

    scope.put<RecordingParams>(
      '/recordings/:recording/poster',
      { preHandler: requireSignedIn, bodyLimit: LARGEST_POSTER },
      async (request, reply) => {
        const own = recordings.own(request.signedIn?.user.id ?? 0, request.params.recording);
        if (!own) return refuse(request, reply, 'not-found');
        if (recordings.isAway()) return refuse(request, reply, 'folder-away');
        const actor = actorOf(request);
        const may = () => permission.mayWrite(actor, own.file.conversation);
        if (!may()) return refuse(request, reply, 'forbidden');
        if (!Buffer.isBuffer(request.body)) return refuse(request, reply, 'picture');
        const problem = await posters.keep({ file: own.file, bytes: request.body, may });
        if (problem) return refuse(request, reply, problem);
        return reply.code(204).send();
      },
    );
  });
}
