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

/** To be called before the routes are made, and after the hooks that an error page needs. */
export function refuseUpgrades(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.websocket) route.config = { ...route.config, isSocket: true };
  });
  app.addHook('onRequest', async (request) => {
    if (request.ws && !request.routeOptions.config?.isSocket) throw personError(400, 'errors.badRequest');
  });
}
