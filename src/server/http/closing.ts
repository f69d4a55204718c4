/** Lets a closing server end, whatever connections browsers still have open. */
import type { FastifyInstance } from 'fastify';

/** ms for requests in flight. */
const PATIENCE = 3_000;

/**
 * Browsers open spare connections and send nothing on them. Node counts those as busy, so closing only the idle
 * ones would wait for them for ever.
 */
export function registerClosing(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    setTimeout(() => app.server.closeAllConnections(), PATIENCE).unref();
  });
}
