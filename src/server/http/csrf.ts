/**
 * Forms are accepted from our own pages only. By a token in the form, because text browsers send neither Origin nor
 * Sec-Fetch-Site; if those are sent, they are checked as well.
 */
import csrf from '@fastify/csrf-protection';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { addressInstead, isSameOrigin } from './address.ts';
import { personError } from './errors.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const HALF_A_YEAR = 180 * 24 * 60 * 60;

export async function registerCsrf(app: FastifyInstance, config: Config): Promise<void> {
  const { secure, publicUrl } = config;
  const cookieKey = secure ? '__Host-csrf' : 'csrf';
  await app.register(csrf, {
    cookieKey,
    // Lax, not strict: following a link in a mail must not bring a new secret, which would break open forms.
    cookieOpts: { path: '/', sameSite: 'lax', httpOnly: true, secure, maxAge: HALF_A_YEAR },
  });
  app.addHook('preHandler', (request, reply, done) => {
    if (SAFE.has(request.method)) return done();
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return done(personError(403, 'errors.stale'));
    const instead = addressInstead(config, request);
    if (!isSameOrigin(request, publicUrl)) {
      const { origin } = request.headers;
      request.log.warn({ origin, host: request.host, publicUrl }, 'a form came from another address');
      return done(personError(403, 'errors.origin', publicUrl));
    }
    // The browser has dropped the cookie that belongs to the form.
    if (instead && request.cookies[cookieKey] === undefined)
      return done(personError(403, 'errors.plain', instead));
    app.csrfProtection.call(app, request, reply, done);
  });
}
