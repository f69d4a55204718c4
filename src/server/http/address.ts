/** Under which address people reach this server. */
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';

/** PUBLIC_URL where it is set, else what this request used: a link that is copied must work elsewhere. */
export const baseUrl = (config: Config, request: FastifyRequest): string =>
  config.publicUrl ?? `${request.protocol}://${request.host}`;
