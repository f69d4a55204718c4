/**
 * Forms are taken from our own pages only. A token in the form, because text browsers send neither Origin nor
 * Sec-Fetch-Site; where those are sent they are checked as well.
 */
import csrf from '@fastify/csrf-protection';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { personError } from './errors.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const HALF_A_YEAR = 180 * 24 * 60 * 60;

/** Whether a request comes from a page of this very host (RFC 6454; Fetch Metadata). */
export function isSameOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  // The scheme may differ behind a proxy that ends TLS; the host may not.
  return URL.canParse(origin) && new URL(origin).host === request.host;
}

export async function registerCsrf(app: FastifyInstance, secure: boolean): Promise<void> {
  await app.register(csrf, {
    cookieKey: secure ? '__Host-csrf' : 'csrf',
    // Lax, not strict: who follows a link in a mail must not get a new secret, which would spoil open forms.
    cookieOpts: { path: '/', sameSite: 'lax', httpOnly: true, secure, maxAge: HALF_A_YEAR },
  });
  app.addHook('preHandler', (request, reply, done) => {
    if (SAFE.has(request.method)) return done();
    const site = request.headers['sec-fetch-site'];
    if ((site !== undefined && site !== 'same-origin' && site !== 'none') || !isSameOrigin(request))
      return done(personError(403, 'errors.stale'));
    app.csrfProtection.call(app, request, reply, done);
  });
}
