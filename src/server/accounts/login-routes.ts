/** Signing in and out. */
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { isPersonError } from '../http/errors.ts';
import { createLimit } from '../http/limits.ts';
import { requireUser, safePath } from '../http/session.ts';
import type { Services } from '../services.ts';
import { foldUsername } from './registration.ts';
import { signIn } from './sign-in.ts';

const LoginForm = v.object({
  username: v.optional(v.pipe(v.string(), v.maxLength(200)), ''),
  password: v.optional(v.pipe(v.string(), v.maxLength(1000)), ''),
  next: v.optional(v.string()),
});

export function loginRoutes(app: FastifyInstance, { accounts, sessions, setup }: Services): void {
  const byName = createLimit(app, 10, '10 minutes', (request) => {
    const { username } = v.parse(LoginForm, request.body);
    return `name ${foldUsername(username)}`;
  });
  const byAddress = createLimit(app, 50, '10 minutes', (request) => `address ${request.ip}`);

  app.get<{ Querystring: { next?: unknown } }>('/login', (request, reply) => {
    if (request.signedIn) return reply.redirect(safePath(request.query.next), 303);
    return reply.show('accounts/login', {
      next: typeof request.query.next === 'string' ? request.query.next : undefined,
      username: '',
      firstStart: setup.code() !== undefined,
    });
  });

  app.post('/login', async (request, reply) => {
    const parsed = v.safeParse(LoginForm, request.body);
    const { username, password, next } = parsed.success
      ? parsed.output
      : { username: '', password: '', next: undefined };
    const refuse = (status: number, error: string) =>
      reply.code(status).show('accounts/login', { next, username, error, firstStart: false });
    if (!parsed.success) return refuse(422, 'accounts.errors.signIn');
    const allowed = await Promise.all([byName(request), byAddress(request)]);
    if (allowed.includes(false)) return refuse(429, 'errors.tooMany');
    try {
      const found = await signIn(accounts, username, password);
      const device = request.headers['user-agent'] ?? '';
      const cookie = found && (await sessions.start(found.user.id, device, found.passwordHash));
      // A password that was changed while it was checked is a wrong one now.
      if (!cookie) return refuse(422, 'accounts.errors.signIn');
      return reply.header('Set-Cookie', cookie).redirect(safePath(next), 303);
    } catch (error) {
      if (!isPersonError(error) || error.retryAfter === undefined) throw error;
      reply.header('Retry-After', error.retryAfter);
      return refuse(error.statusCode, error.words);
    }
  });

  app.post('/logout', { preHandler: requireUser }, (request, reply) => {
    if (request.signedIn) sessions.end(request.signedIn.session, request.signedIn.user.id);
    // Tells the browser to drop what it kept of our pages, where it knows how.
    return reply
      .header('Set-Cookie', sessions.blankCookie())
      .header('Clear-Site-Data', '"cache"')
      .redirect('/login', 303);
  });
}
