/** Structured logs that hold ids, never secrets and never what people write. */
import type { FastifyInstance, FastifyLoggerOptions } from 'fastify';

/** Paths that carry a secret: the rest of them is left out. */
export const withoutSecrets = (url: string): string =>
  url.replace(/^\/join\/[^/?]+/, '/join/…').replace(/\?.*/s, '');

export function loggerOptions(level: string): FastifyLoggerOptions {
  return {
    level,
    serializers: {
      // No headers (cookies), no query (setup code), no body.
      req: (request) => ({ method: request.method, url: withoutSecrets(request.url), from: request.ip }),
    },
  };
}

/**
 * One line per request, when it is answered, instead of Fastify's two: each line is a write to the disk or a
 * pipe. A socket is logged when it is requested, because its response ends only with the socket.
 */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.headers.upgrade !== undefined) request.log.info({ req: request }, 'socket');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status, elapsedTime } = reply;
    request.log.info({ req: request, status, ms: Math.round(elapsedTime) }, 'answered');
    done();
  });
}
