/** The owner's storage limits, and their decision if a folder is away or a sweep waits. Shown on /admin. */
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { requireOwner } from '../accounts/authentication.ts';
import { FOLDERS } from '../files/folder-names.ts';
import { personError } from '../http/errors.ts';
import { readForm } from '../http/forms.ts';
import { type ShownParts, showAdmin } from './routes.ts';
import { LimitsForm } from './storage-limits.ts';

const FolderForm = v.object({ folder: v.picklist(FOLDERS) });

export function storageRoutes(app: FastifyInstance, parts: ShownParts): void {
  const { files, sweep } = parts;
  app.post('/admin/storage', { preHandler: requireOwner }, async (request, reply) => {
    const form = readForm(LimitsForm, request.body);
    if (form.ok) {
      files.setLimits(form.output);
      return reply.redirect('/admin?done=storage#storage', 303);
    }
    reply.code(422);
    return showAdmin(reply, parts, { limits: form });
  });

  const folderIn = (body: unknown) => {
    const form = readForm(FolderForm, body);
    if (!form.ok) throw personError(400, 'errors.badRequest');
    return form.output.folder;
  };

  /** The old one won't come back. What is already there, under a wrong marker or none, stays where it is. */
  app.post('/admin/storage/folder', { preHandler: requireOwner }, (request, reply) => {
    const folder = folderIn(request.body);
    try {
      files.folders.begin(folder);
    } catch (error) {
      request.log.warn({ err: error, folder }, 'a folder could not be begun anew');
      throw personError(409, 'files.errors.folder-unusable');
    }
    return reply.redirect('/admin?done=storage#storage', 303);
  });

  app.post('/admin/storage/sweep', { preHandler: requireOwner }, async (request, reply) => {
    await sweep.sweep(folderIn(request.body));
    return reply.redirect('/admin?done=storage#storage', 303);
  });
}
