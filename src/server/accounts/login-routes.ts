/** Signing in and out. */
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
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

  app.get<{ Querystring: { next?: string } }>('/login', (request, reply) => {
    if (request.signedIn) return reply.redirect(safePath(request.query.next), 303);
    return reply.show('accounts/login', {
      next: request.query.next,
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
    const user = await signIn(accounts, username, password);
    if (!user) return refuse(422, 'accounts.errors.signIn');
    const cookie = await sessions.start(user.id, request.headers['user-agent'] ?? '');
    return reply.header('Set-Cookie', cookie).redirect(safePath(next), 303);
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
