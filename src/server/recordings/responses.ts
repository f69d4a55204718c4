/** Responses for scripts: a status, a stable code, and a sentence for the person. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { NotReceived } from './recordings.ts';

export type Problem = NotReceived | 'signed-out' | 'header' | 'not-found' | 'version' | 'type' | 'picture';

/** RFC 9110 and RFC 4918; 409 for a wrong offset and 412 for another version are tus's own choice. */
const STATUS: Record<Problem, number> = {
  'signed-out': 401,
  forbidden: 403,
  header: 400,
  length: 400,
  broken: 400,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  version: 412,
  'too-long': 413,
  'quota-person': 413,
  type: 415,
  locked: 423,
  picture: 422,
  'quota-server': 507,
  'disk-full': 507,
  'folder-away': 503,
};

export const refuse = (request: FastifyRequest, reply: FastifyReply, why: Problem): FastifyReply =>
  reply.code(STATUS[why]).send({ error: why, message: request.reader.t(`recordings.problems.${why}`) });

/** The offset, or why there is none. */
export function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  received: { offset: number } | { refused: NotReceived },
  good: (reply: FastifyReply) => FastifyReply,
): FastifyReply {
  if ('refused' in received) return refuse(request, reply, received.refused);
  return good(reply.header('Upload-Offset', received.offset));
}

/** A hook for requests by scripts: they can't use a login page. */
export async function requireSignedIn(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  reply.header('Cache-Control', 'no-store');
  return request.signedIn ? undefined : refuse(request, reply, 'signed-out');
}
