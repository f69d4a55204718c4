/** How often something may be tried. Only failures count, so nobody is locked out by being busy. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export type Limit = {
  /** Whether there were as many failures as may be. */
  exceeded(request: FastifyRequest): Promise<boolean>;
  fail(request: FastifyRequest): Promise<void>;
};

export async function registerLimits(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, { global: false, cache: 10_000 });
}

/**
 * @param max failures in `timeWindow` ("10 minutes")
 * @param keyOf what is counted: an address, a name
 */
export function createLimit(
  app: FastifyInstance,
  max: number,
  timeWindow: string,
  keyOf: (request: FastifyRequest) => string,
): Limit {
  const limiter = app.createRateLimit({ max, timeWindow, keyGenerator: keyOf });
  return {
    async exceeded(request) {
      const state = await limiter(request, { increment: false });
      return !state.isAllowed && (state.isExceeded || state.remaining === 0);
    },
    async fail(request) {
      await limiter(request);
    },
  };
}
