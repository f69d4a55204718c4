/** The two ways a form comes: sent by the browser, or by htmx. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A history restore wants the whole page, although htmx asks. */
export const isHtmx = (request: FastifyRequest): boolean =>
  request.headers['hx-request'] === 'true' && request.headers['hx-history-restore-request'] !== 'true';

/** Goes to another page after a POST: 303 for a browser (RFC 9110 §15.4.4), HX-Redirect for htmx. */
export function seeOther(request: FastifyRequest, reply: FastifyReply, to: string): FastifyReply {
  if (isHtmx(request)) return reply.header('HX-Redirect', to).code(204).send();
  return reply.redirect(to, 303);
}
