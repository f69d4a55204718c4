/**
 * Sockets open only where there is one. @fastify/websocket would open one at the address of any page, only to close it
 * again, at the full cost of that page.
 */
import type { FastifyInstance } from 'fastify';
import { personError } from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is a socket. */
    isSocket?: boolean;
  }
}

/** A header of the answer to an upgrade that was refused: by this the doctor knows that the proxy in front has passed it on. */
export const UPGRADE_ARRIVED = 'porchlight-upgrade';

/** To be called before the routes are made, and after the hooks that an error page needs. */
export function refuseUpgrades(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.websocket) route.config = { ...route.config, isSocket: true };
  });
  app.addHook('onRequest', async (request, reply) => {
    if (!request.ws) return;
    reply.header(UPGRADE_ARRIVED, '1');
    if (!request.routeOptions.config?.isSocket) throw personError(400, 'errors.badRequest');
  });
}
