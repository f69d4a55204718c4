/** `GET /healthz`: whether this server can serve. */
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database.ts';

export function registerHealth(app: FastifyInstance, database: Database): void {
  const ping = database.prepare('SELECT 1');
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.get('/healthz', { logLevel: 'warn' }, (request, reply) => {
    if (closing) return reply.code(503).send({ status: 'closing' });
    try {
      ping.get();
      return reply.send({ status: 'ok' });
    } catch (error) {
      request.log.error({ err: error }, 'the database does not answer');
      return reply.code(503).send({ status: 'no database' });
    }
  });
}
