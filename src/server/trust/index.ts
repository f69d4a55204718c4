/** How devices come to trust a server that is in the house only. */
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { type TrustParts, trustRoutes } from './routes.ts';

export function registerTrust(
  app: FastifyInstance,
  parts: TrustParts & { config: Pick<Config, 'tls'> },
): void {
  if (parts.config.tls?.by === 'lan') trustRoutes(app, parts);
}
