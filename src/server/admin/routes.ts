/** The owner's page: everyone with an account, and a new password for someone who forgot theirs. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { requireOwner } from '../accounts/authentication.ts';
import { resetPassword } from '../accounts/password-reset.ts';
import { inventPassword } from '../accounts/passwords.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Files } from '../files/files.ts';
import { FOLDERS } from '../files/folder-names.ts';
import type { Sweep } from '../files/sweep.ts';
import { notFound } from '../http/errors.ts';
import type { FormErrors } from '../http/forms.ts';
import { idFrom } from '../http/ids.ts';
import type { TlsService } from '../tls/index.ts';
import { typedLimits } from './storage-limits.ts';

type Shown = {
  /** Somebody's new password, which is shown this once. */
  reset?: { name: string; password: string };
  /** What was typed for the limits, and what is wrong with it. */
  limits?: { values: Record<string, string>; errors: FormErrors };
  done?: string;
};

export type ShownParts = {
  accounts: AccountStore;
  files: Files;
  sweep: Sweep;
  tls: Pick<TlsService, 'status'>;
};

export async function showAdmin(
  reply: FastifyReply,
  { accounts, files, sweep, tls }: ShownParts,
  { reset, limits, done }: Shown = {},
): Promise<FastifyReply> {
  const typed = limits ?? { values: typedLimits(files.limits()), errors: {} };
  const { paths, isAway } = files.folders;
  const away = FOLDERS.filter(isAway).map((name) => ({ name, path: paths[name] }));
  const storage = {
    ...{ used: files.usedInAll(), free: await files.free(), away, held: sweep.held() },
    limits: files.limits(),
    ...typed,
  };
  const people = accounts.allUsers();
  // Who takes up most comes first; somebody who is gone is listed for as long as something of theirs is kept.
  const shares = [...people, ...accounts.removedUsers()]
    .map((person) => ({ person, used: files.usedBy(person.id) }))
    .filter(({ person, used }) => used > 0 || !person.isRemoved)
    .sort((a, b) => b.used - a.used);
  return reply.show('admin/index', { people, shares, storage, certificate: tls.status(), reset, done });
}

export type AdminParts = ShownParts & { sessions: Sessions };

export function adminRoutes(app: FastifyInstance, parts: AdminParts): void {
  const { accounts, sessions } = parts;
  const guard = { preHandler: requireOwner };

  app.get<{ Querystring: { done?: string } }>('/admin', guard, ({ query }, reply) =>
    showAdmin(reply, parts, query.done === 'storage' || query.done === 'removed' ? { done: query.done } : {}),
  );

  app.post<{ Params: { user: string } }>('/admin/people/:user/password', guard, async (request, reply) => {
    const user = accounts.userById(idFrom(request.params.user));
    if (!user || user.isRemoved) throw notFound();
    const password = inventPassword();
    await resetPassword(accounts, sessions, user.id, password);
    // Answered directly instead of by a redirect: the password must not be in an address or be stored anywhere.
    return showAdmin(reply, parts, { reset: { name: user.displayName, password } });
  });
}
