/** Takes the poster of a video that was sent in a chat, from the page that sent it. */
import type { FastifyInstance } from 'fastify';
import { actorOf, requireUser } from '../accounts/authentication.ts';
import type { Files } from '../files/files.ts';
import { acceptPosters, LARGEST_POSTER, type Posters, takesPoster } from '../files/posters.ts';
import { notFound, personError } from '../http/errors.ts';
import type { Membership } from './membership.ts';

export type VideoPosterParts = { files: Files; posters: Posters; membership: Membership };

export function videoPosterRoutes(
  app: FastifyInstance,
  { files, posters, membership }: VideoPosterParts,
): void {
  app.register(async (scope) => {
    acceptPosters(scope);

    /** JPEG, WebP or PNG; the token comes in the header `x-csrf-token`. For anyone but its sender the video doesn't exist. */
    scope.put<{ Params: { file: string } }>(
      '/files/:file/poster',
      { preHandler: requireUser, bodyLimit: LARGEST_POSTER, config: { grows: true } },
      async (request, reply) => {
        const actor = actorOf(request);
        const file = files.find(request.params.file);
        if (!file || file.owner !== actor.user || !takesPoster(file)) throw notFound();
        const denial = membership.denies(actor, file.conversation);
        if (denial === 'not-found') throw notFound();
        if (denial) throw personError(403, 'chats.errors.notFriends');
        if (!files.folders.check(files.folderOf(file.kind)))
          throw personError(503, 'files.errors.folder-away');
        if (!Buffer.isBuffer(request.body)) throw personError(415, 'files.errors.notPicture');
        const may = () => membership.mayWrite(actor, file.conversation);
        const problem = await posters.keep({ file, bytes: request.body, may });
        if (problem === 'picture') throw personError(422, 'files.errors.notPicture');
        if (problem === 'forbidden') throw personError(403, 'chats.errors.notFriends');
        if (problem) throw notFound();
        return reply.code(204).send();
      },
    );
  });
}
