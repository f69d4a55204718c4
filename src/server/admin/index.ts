/** The owner's page. */
import type { FastifyInstance } from 'fastify';
import type { RemovalParts } from './removal.ts';
import { removalRoutes } from './removal-routes.ts';
import { type AdminParts, adminRoutes } from './routes.ts';
import { storageRoutes } from './storage-routes.ts';

export function registerAdmin(app: FastifyInstance, parts: AdminParts & RemovalParts): void {
  adminRoutes(app, parts);
  removalRoutes(app, parts);
  storageRoutes(app, parts);
}
