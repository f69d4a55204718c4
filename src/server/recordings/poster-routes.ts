/** Takes the poster of a recording, from the page that records it. */
import type { FastifyInstance } from 'fastify';
import { actorOf } from '../accounts/authentication.ts';
import type { Membership } from '../chats/membership.ts';
import { acceptPosters, LARGEST_POSTER, type Posters } from '../files/posters.ts';
import type { Recordings } from './recordings.ts';
import { refuse, requireSignedIn } from './responses.ts';
import type { RecordingParams } from './upload-routes.ts';

export type PosterParts = { recordings: Recordings; posters: Posters; membership: Membership };

export function posterRoutes(app: FastifyInstance, { recordings, posters, membership }: PosterParts): void {
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
        const may = () => membership.mayWrite(actor, own.file.conversation);
        if (!may()) return refuse(request, reply, 'forbidden');
        if (!Buffer.isBuffer(request.body)) return refuse(request, reply, 'picture');
        const problem = await posters.keep({ file: own.file, bytes: request.body, may });
        if (problem) return refuse(request, reply, problem);
        return reply.code(204).send();
      },
    );
  });
}
