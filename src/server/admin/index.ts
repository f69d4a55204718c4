/** The owner's page. */
import type { FastifyInstance } from 'fastify';
import { type AdminParts, adminRoutes } from './routes.ts';
import { storageRoutes } from './storage-routes.ts';

export function registerAdmin(app: FastifyInstance, parts: AdminParts): void {
  adminRoutes(app, parts);
  storageRoutes(app, parts);
}
