/** The owner's limits to what is kept. Shown on /admin. */
import type { FastifyInstance } from 'fastify';
import { LimitsForm } from '../files/limits.ts';
import { readForm } from '../http/forms.ts';
import { requireOwner } from '../http/session.ts';
import type { Services } from '../services.ts';
import { showAdmin } from './routes.ts';

export function storageRoutes(app: FastifyInstance, services: Services): void {
  app.post('/admin/storage', { preHandler: requireOwner }, async (request, reply) => {
    const form = readForm(LimitsForm, request.body);
    if (form.ok) {
      services.files.setLimits(form.output);
      return reply.redirect('/admin?done=storage#storage', 303);
    }
    reply.code(422);
    return showAdmin(reply, services, { limits: form });
  });
}
