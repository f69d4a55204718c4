/** Removing a person, after saying what becomes of what is theirs; and deleting later what was kept of them. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { requireOwner } from '../accounts/authentication.ts';
import type { User } from '../accounts/store.ts';
import { notFound } from '../http/errors.ts';
import { readForm } from '../http/forms.ts';
import { idFrom } from '../http/ids.ts';
import { type RemovalParts, removeFilesOf, removePerson } from './removal.ts';

/** A box that isn't ticked isn't sent. */
const RemovalForm = v.object({ files: v.optional(v.string()) });

type PersonParams = { Params: { user: string } };

export function removalRoutes(app: FastifyInstance, parts: RemovalParts): void {
  const { accounts, files } = parts;
  const guard = { preHandler: requireOwner };

  /** Owners don't remove each other, nor themselves: somebody has to be left who can. */
  function personOf(request: FastifyRequest<PersonParams>): User {
    const person = accounts.userById(idFrom(request.params.user));
    if (!person || person.isOwner || person.isRemoved) throw notFound();
    return person;
  }

  app.get<PersonParams>('/admin/people/:user/remove', guard, (request, reply) => {
    const person = personOf(request);
    return reply.show('admin/remove', { person, used: files.usedBy(person.id) });
  });

  app.post<PersonParams>('/admin/people/:user/remove', guard, async (request, reply) => {
    const { id } = personOf(request);
    const form = readForm(RemovalForm, request.body);
    if (!removePerson(parts, id)) throw notFound();
    if (form.ok && form.output.files !== undefined) await removeFilesOf(parts, id);
    return reply.redirect('/admin?done=removed', 303);
  });

  app.post<PersonParams>('/admin/people/:user/files/delete', guard, async (request, reply) => {
    const person = accounts.userById(idFrom(request.params.user));
    // As long as they are here, what is theirs is theirs to delete.
    if (!person?.isRemoved) throw notFound();
    await removeFilesOf(parts, person.id);
    return reply.redirect('/admin?done=storage#storage', 303);
  });
}
