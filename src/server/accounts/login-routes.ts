/** Signing in and out. */

import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import { isPersonError } from '../http/errors.ts';
import { safePath } from '../http/safe-path.ts';
import { requireUser } from './authentication.ts';
import type { KnownDevices } from './known-devices.ts';
import { foldUsername } from './registration.ts';
import type { Sessions } from './sessions.ts';
import type { Setup } from './setup.ts';
import { signIn } from './sign-in.ts';
import { createSignInLimits } from './sign-in-limits.ts';
import type { AccountStore } from './store.ts';

const LoginForm = v.object({
  username: v.optional(v.pipe(v.string(), v.maxLength(200)), ''),
  password: v.optional(v.pipe(v.string(), v.maxLength(1000)), ''),
  next: v.optional(v.string()),
});

export type LoginParts = {
  accounts: AccountStore;
  sessions: Sessions;
  setup: Setup;
  clock: Clock;
  knownDevices: KnownDevices;
};

export function loginRoutes(
  app: FastifyInstance,
  { accounts, sessions, setup, clock, knownDevices }: LoginParts,
): void {
  const begin = createSignInLimits(clock);

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
    const name = foldUsername(username);
    const id = accounts.userByUsername(name)?.id;
    const isKnownDevice = id !== undefined && knownDevices.isKnown(request, id);
    const attempt = begin({ address: request.ip, name, user: id, isKnownDevice });
    if (!attempt) return refuse(429, 'errors.tooMany');
    try {
      const found = await signIn(accounts, username, password);
      const device = request.headers['user-agent'] ?? '';
      const cookie = found && (await sessions.start(found.user.id, device, found.passwordHash));
      // A password that was changed while it was being checked is wrong now.
      if (!found || !cookie) return refuse(422, 'accounts.errors.signIn');
      attempt.giveBack();
      knownDevices.mark(reply, found.user.id);
      return reply.header('Set-Cookie', cookie).redirect(safePath(next), 303);
    } catch (error) {
      // This attempt revealed nothing about the password.
      attempt.giveBack();
      if (!isPersonError(error) || error.retryAfter === undefined) throw error;
      reply.header('Retry-After', error.retryAfter);
      return refuse(error.statusCode, error.words);
    }
  });

  app.post('/logout', { preHandler: requireUser }, (request, reply) => {
    const { user, session } = request.signedIn ?? {};
    if (user && session) {
      sessions.end(session, user.id);
      knownDevices.mark(reply, user.id);
    }
    // Tells the browser to drop what it has cached of our pages, if it supports that.
    return reply
      .header('Set-Cookie', sessions.blankCookie())
      .header('Clear-Site-Data', '"cache"')
      .redirect('/login', 303);
  });
}
