/** What a person shows of themselves: display name and picture. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { requireUser, userOf } from '../accounts/authentication.ts';
import { DisplayName } from '../accounts/registration.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import { statusOf } from '../files/intake-status.ts';
import type { Portraits } from '../files/portraits.ts';
import { type FormErrors, readForm } from '../http/forms.ts';
import { readFields } from '../http/multipart.ts';

const NameForm = v.object({ displayName: DisplayName });

export type ProfileParts = { accounts: AccountStore; events: Events; portraits: Portraits };

/** @param refuse shows the settings again, with what is wrong and what was typed */
export function profileRoutes(
  app: FastifyInstance,
  { accounts, events, portraits }: ProfileParts,
  refuse: (
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    more: { errors: FormErrors; displayName?: string },
  ) => FastifyReply,
): void {
  const guard = { preHandler: requireUser };
  const done = (reply: FastifyReply, user: number) => {
    events.emit('person-changed', { user });
    return reply.redirect('/settings?done=saved', 303);
  };

  app.post('/settings/name', guard, (request, reply) => {
    const form = readForm(NameForm, request.body);
    if (!form.ok)
      return refuse(request, reply, 422, {
        errors: form.errors,
        displayName: form.values.displayName ?? '',
      });
    const { id } = userOf(request);
    accounts.setDisplayName(id, form.output.displayName);
    return done(reply, id);
  });

  // The person before the body is read; its token before the file is.
  const upload = { preValidation: [requireUser, readFields] };
  app.post('/settings/picture', upload, async (request, reply) => {
    const { id } = userOf(request);
    const made = request.upload
      ? await portraits.make(id, request.upload)
      : { refused: 'notPicture' as const };
    if ('refused' in made) {
      const status = made.refused === 'notPicture' ? 415 : statusOf(made.refused);
      return refuse(request, reply, status, {
        errors: { picture: `accounts.errors.picture.${made.refused}` },
      });
    }
    accounts.setPicture(id, made.bytes);
    return done(reply, id);
  });

  app.post('/settings/picture/remove', guard, (request, reply) => {
    const { id } = userOf(request);
    accounts.setPicture(id, undefined);
    return done(reply, id);
  });
}
