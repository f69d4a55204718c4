/**
 * Where Accept in a notification leads. The page hands the press on to the call's own, which answers right away then; any
 * other way here leads to a call page that asks.
 */
import type { FastifyInstance } from 'fastify';
import { requireUser, userOf } from '../accounts/authentication.ts';
import type { Calls } from '../calls/calls.ts';
import type { Chats } from '../chats/chats.ts';
import { notFound } from '../http/errors.ts';

export type AcceptParts = { calls: Pick<Calls, 'find'>; chats: Pick<Chats, 'isMember'> };

export function acceptRoute(app: FastifyInstance, { calls, chats }: AcceptParts): void {
  app.get<{ Params: { call: string } }>(
    '/push/accept/:call',
    { preHandler: requireUser },
    (request, reply) => {
      const call = calls.find(request.params.call);
      if (!call || !chats.isMember(call.conversation, userOf(request).id)) throw notFound();
      return reply.show('push/accept', { call: call.id });
    },
  );
}
