/** `GET /healthz`: whether this server can serve, and keep what it is given. */
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import type { Lasting, Writing } from '../database/writing.ts';
import { CHALLENGE, PROOF, type Prove } from './house-proof.ts';

const TROUBLES: Record<Lasting, string> = {
  full: 'disk full',
  'read-only': 'data folder is read-only',
  failing: 'disk fails',
};

/** @param prove answers the doctor, who asks whether it is this server */
export function registerHealth(
  app: FastifyInstance,
  database: Database,
  writing: Writing,
  prove: Prove,
): void {
  const ping = database.prepare('SELECT 1');
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.get('/healthz', { logLevel: 'warn' }, (request, reply) => {
    const proof = prove(request.headers[CHALLENGE]);
    if (proof !== undefined) reply.header(PROOF, proof);
    if (closing) return reply.code(503).send({ status: 'closing' });
    try {
      ping.get();
      const trouble = writing.check();
      if (trouble) return reply.code(503).send({ status: TROUBLES[trouble] });
      return reply.send({ status: 'ok' });
    } catch (error) {
      request.log.error({ err: error }, 'the database does not answer');
      return reply.code(503).send({ status: 'no database' });
    }
  });
}
