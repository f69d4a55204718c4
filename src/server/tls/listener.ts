/** What connections come in by: http, or https where a certificate is given. */
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { readCertificate, watchCertificate } from './certificate.ts';

/** ms until a file must have come in whole; Node's five minutes would cut large ones off. Forms have less time. */
const LONGEST_REQUEST = 6 * 60 * 60 * 1000;
/** ms until a connection on which nothing moves is taken for dead; sockets have heartbeats of their own. */
const SILENCE = 2 * 60 * 1000;

/**
 * ms an idle connection is kept: longer than proxies and browsers keep theirs, because whoever closes first must
 * not be the server, just as a request is on its way.
 */
const KEPT_ALIVE = 72_000;

/** Open at once: some thousand pages. Each costs some 20 KB, whoever has opened it. */
const MOST_CONNECTIONS = 4_000;

/** What Fastify makes its server with. */
export function serverFactory({ tls }: Pick<Config, 'tls'>): (handler: RequestListener) => HttpServer {
  const limits = { requestTimeout: LONGEST_REQUEST, keepAliveTimeout: KEPT_ALIVE };
  return (handler) => {
    const server = tls
      ? createHttpsServer({ ...limits, ...readCertificate(tls) }, handler)
      : createHttpServer(limits, handler);
    server.maxConnections = MOST_CONNECTIONS;
    return server.setTimeout(SILENCE);
  };
}

/**
 * Serves the certificate that is renewed by others, if there is one.
 * @returns ends it
 */
export const keepCertificate = (
  { server }: Pick<FastifyInstance, 'server'>,
  { tls }: Pick<Config, 'tls'>,
  clock: Clock,
  log: FastifyBaseLogger,
): (() => void) =>
  tls && server instanceof HttpsServer ? watchCertificate(server, tls, clock, log) : () => {};
