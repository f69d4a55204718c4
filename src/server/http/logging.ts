/** Structured logs that hold ids, never secrets and never what people write. */
import type { FastifyLoggerOptions } from 'fastify';

/** Paths that carry a secret: the rest of them is left out. */
const withoutSecrets = (url: string): string =>
  url.replace(/^\/join\/[^/?]+/, '/join/…').replace(/\?.*$/, '');

export function loggerOptions(level: string): FastifyLoggerOptions {
  return {
    level,
    serializers: {
      // No headers (cookies), no query (setup code), no body.
      req: (request) => ({ method: request.method, url: withoutSecrets(request.url), from: request.ip }),
    },
  };
}
