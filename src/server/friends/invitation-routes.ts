/** Creating and withdrawing invitations; they are shown on the friends page. */
import type { FastifyInstance } from 'fastify';
import { requireUser, userOf } from '../accounts/authentication.ts';
import type { Clock } from '../clock.ts';
import { notFound, personError } from '../http/errors.ts';
import { readForm } from '../http/forms.ts';
import { idFrom } from '../http/ids.ts';
import { InvitationForm, invite } from './invitation.ts';
import type { InvitedGroups } from './invitation-groups.ts';
import type { InvitationStore } from './invitation-store.ts';

/** Nobody keeps track of more open links than this. */
const MOST_OPEN = 20;

export type InvitationParts = {
  invitations: InvitationStore;
  invitedGroups: Pick<InvitedGroups, 'attach'>;
  clock: Clock;
};

export function invitationRoutes(
  app: FastifyInstance,
  { invitations, invitedGroups, clock }: InvitationParts,
): void {
  const guard = { preHandler: requireUser };

  app.post('/friends/invitations', { ...guard, config: { grows: true } }, (request, reply) => {
    const me = userOf(request).id;
    const form = readForm(InvitationForm, request.body);
    if (!form.ok) throw personError(422, 'accounts.errors.invitation');
    if (invitations.madeBy(me, clock.now()).length >= MOST_OPEN)
      throw personError(422, 'accounts.errors.tooManyInvitations');
    const { id } = invite(invitations, clock, me, form.output);
    invitedGroups.attach(id, me, form.output.groups);
    return reply.redirect('/friends#invitations', 303);
  });

  app.post<{ Params: { id: string } }>('/friends/invitations/:id/withdraw', guard, (request, reply) => {
    if (!invitations.remove(idFrom(request.params.id), userOf(request).id)) throw notFound();
    return reply.redirect('/friends#invitations', 303);
  });
}
