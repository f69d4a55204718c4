/** The server that accepts connections: http, or https if there is a certificate. */
import type { Server as HttpServer, RequestListener } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { readCertificate, watchCertificate } from './certificate.ts';

// Imported, `node:http` has every one of its exports looked up, and one of them loads Node's own HTTP client: 2.5 MB.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');
const { createServer: createHttpsServer, Server: HttpsServer } = process.getBuiltinModule('node:https');

/** ms in which a file must have arrived; Node's five minutes would cut off large ones. Forms have less time. */
const LONGEST_REQUEST = 6 * 60 * 60 * 1000;
/** ms until an idle connection counts as dead; sockets have heartbeats of their own. */
const SILENCE = 2 * 60 * 1000;

/**
 * ms an idle connection is kept: longer than proxies and browsers keep theirs, because the server must not be
 * the first to close it, just as a request is on its way.
 */
const KEPT_ALIVE = 72_000;

/** Open at once: a few thousand pages. Each costs about 20 KB, whoever has opened it. */
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
