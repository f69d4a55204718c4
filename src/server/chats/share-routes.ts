/**
 * What another app shares with Porchlight. The service worker takes it before it gets here, and keeps it on the device: the
 * page only asks which chat it is for. Where there is no worker yet, the page brings it, and asks to share once more.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireUser, userOf } from '../accounts/authentication.ts';
import { type LineParts, linesOf } from './lines.ts';
import type { Membership } from './membership.ts';

export type ShareParts = LineParts & { membership: Pick<Membership, 'mayWriteIn'> };

export function shareRoutes(app: FastifyInstance, parts: ShareParts): void {
  app.get('/share', { preHandler: requireUser }, (request, reply) => {
    const me = userOf(request).id;
    const lines = linesOf(parts, request.reader, me).filter(({ id }) => parts.membership.mayWriteIn(id, me));
    return reply.show('share/share', { lines });
  });

  // From a system, so no form of ours, and nothing in it is read: it is answered before its body has come.
  const instead = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.redirect('/share?missed', 303);
  app.post('/share', { onRequest: instead }, instead);
}
