/**
 * How often something may be tried. An attempt counts when it begins: guesses that are sent at once must not
 * all be let in before the first has failed.
 */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Counts an attempt; false when there were too many. */
export type Limit = (request: FastifyRequest) => Promise<boolean>;

export async function registerLimits(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, { global: false, cache: 10_000 });
}

/**
 * @param max attempts in `timeWindow` ("10 minutes")
 * @param keyOf what is counted: an address, a name
 */
export function createLimit(
  app: FastifyInstance,
  max: number,
  timeWindow: string,
  keyOf: (request: FastifyRequest) => string,
): Limit {
  const limiter = app.createRateLimit({ max, timeWindow, keyGenerator: keyOf });
  return async (request) => {
    const state = await limiter(request);
    return state.isAllowed || !state.isExceeded;
  };
}
