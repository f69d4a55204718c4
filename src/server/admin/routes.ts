/** The owner's page: who lives here, and a new password for who forgot theirs. */
import type { FastifyInstance } from 'fastify';
import { inventPassword } from '../accounts/passwords.ts';
import { resetPassword } from '../accounts/reset.ts';
import { notFound } from '../http/errors.ts';
import { idFrom } from '../http/ids.ts';
import { requireOwner } from '../http/session.ts';
import type { Services } from '../services.ts';

export function adminRoutes(app: FastifyInstance, { accounts, sessions }: Services): void {
  const guard = { preHandler: requireOwner };

  app.get('/admin', guard, (_request, reply) =>
    reply.show('admin/index', { people: accounts.allUsers(), reset: undefined }),
  );

  app.post<{ Params: { user: string } }>('/admin/people/:user/password', guard, async (request, reply) => {
    const user = accounts.userById(idFrom(request.params.user));
    if (!user) throw notFound();
    const password = inventPassword();
    await resetPassword(accounts, sessions, user.id, password);
    // Answered at once instead of by a redirect: the password must not stand in an address or be kept anywhere.
    const reset = { name: user.displayName, password };
    return reply.show('admin/index', { people: accounts.allUsers(), reset });
  });
}
