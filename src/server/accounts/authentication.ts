/** Adds the signed-in person to each request, and keeps everyone else out. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../http/errors.ts';
import { isHtmx } from '../http/htmx.ts';
import { SERVER_ZONE } from '../language/anonymous-reader.ts';
import { isLocale, negotiateLocale } from '../language/locale.ts';
import { type Reader, readerFor } from '../language/reader.ts';
import { regionIn } from '../language/region.ts';
import { canonicalZone } from '../language/time-zones.ts';
import type { KnownDevices } from './known-devices.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import type { User } from './store.ts';

declare module 'fastify' {
  interface FastifyRequest {
    signedIn: SignedIn | null;
    /** The browser sent a session that has ended elsewhere: this device may still keep what its person typed. */
    signedOut: boolean;
  }
}

/** The reader's language, time zone and formats: what they chose, or else what their browser says. */
function readerOf(request: FastifyRequest): Reader {
  const user = request.signedIn?.user;
  const wanted = request.headers['accept-language'];
  const locale = isLocale(user?.locale) ? user.locale : negotiateLocale(wanted);
  // `tz` is set by the page's script, because no header has it.
  const zone = canonicalZone(user?.timeZone) ?? canonicalZone(request.cookies.tz) ?? SERVER_ZONE;
  return readerFor(locale, zone, { region: user?.region ?? regionIn(wanted), clock: user?.clock });
}

export function registerSession(app: FastifyInstance, sessions: Sessions, knownDevices: KnownDevices): void {
  app.decorateRequest('signedIn', null);
  app.decorateRequest('signedOut', false);
  // Set by the hook below before anything reads it; what fails earlier is shown as to a stranger (views.ts).
  app.decorateRequest('reader');
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/static/')) return;
    const { cookie } = request.headers;
    const found = cookie ? await sessions.read(cookie) : undefined;
    if (found) {
      request.signedIn = found.signedIn;
      if (found.renewed) {
        reply.header('Set-Cookie', found.renewed);
        knownDevices.mark(reply, found.signedIn.user.id);
      }
    } else request.signedOut = cookie !== undefined && sessions.isBrought(cookie);
    request.reader = readerOf(request);
  });
  // A body may take hours to arrive. Someone who was signed out meanwhile must not change anything any more.
  app.addHook('preHandler', (request, _reply, done) => {
    const isChange = request.method !== 'GET' && request.method !== 'HEAD';
    if (isChange && request.signedIn && !sessions.isOpen(request.signedIn.session)) request.signedIn = null;
    done();
  });
}

/** Who is asking, for rules that must know whether their session is still valid. */
export function actorOf(request: FastifyRequest): { user: number; session: string } {
  if (!request.signedIn) throw notFound();
  return { user: request.signedIn.user.id, session: request.signedIn.session };
}

/** The signed-in person of a route that `requireUser` guards. */
export function userOf(request: FastifyRequest): User {
  if (!request.signedIn) throw notFound();
  return request.signedIn.user;
}

/** A hook for routes of signed-in people. */
export async function requireUser(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  // Pages of a signed-in person must not come back from a cache after they signed out.
  reply.header('Cache-Control', 'no-store');
  if (request.signedIn) return;
  const next = request.method === 'GET' ? `?next=${encodeURIComponent(request.url)}` : '';
  if (isHtmx(request)) return reply.header('HX-Redirect', '/login').code(401).send();
  return reply.redirect(`/login${next}`, 303);
}

/** As `requireUser`; for anyone but the owner the page doesn't exist. */
export async function requireOwner(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const answered = await requireUser(request, reply);
  if (request.signedIn && !request.signedIn.user.isOwner) throw notFound();
  return answered;
}
