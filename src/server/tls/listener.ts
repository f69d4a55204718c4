/** The server that accepts connections: http, or https if there is a certificate or one is awaited. */
import type { Server as HttpServer, RequestListener } from 'node:http';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Config } from '../config.ts';
import { readCertificate } from './certificate.ts';
import { certificateFilesOf } from './certificate-files.ts';
import { givenCertificate } from './given-certificate.ts';

// Imported, `node:http` has every one of its exports looked up, and one of them loads Node's own HTTP client: 2.5 MB.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');
const { createServer: createHttpsServer } = process.getBuiltinModule('node:https');

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

/**
 * What is served from the start. Without a certificate of our own yet, connections are refused until it comes;
 * one that somebody else was to provide must be there.
 * @throws {ConfigError} for one of somebody else's that can't be served
 */
function firstCertificate(config: Pick<Config, 'tls' | 'dataDir'>): SecureContextOptions {
  const files = certificateFilesOf(config);
  if (!files) return {};
  if (config.tls?.by === 'files') return givenCertificate(files);
  try {
    const certificate = readCertificate(files);
    createSecureContext(certificate);
    return certificate;
  } catch {
    return {};
  }
}

/** What Fastify makes its server with. */
export function serverFactory(
  config: Pick<Config, 'tls' | 'dataDir'>,
): (handler: RequestListener) => HttpServer {
  const limits = { requestTimeout: LONGEST_REQUEST, keepAliveTimeout: KEPT_ALIVE };
  return (handler) => {
    const server = config.tls
      ? createHttpsServer({ ...limits, ...firstCertificate(config) }, handler)
      : createHttpServer(limits, handler);
    server.maxConnections = MOST_CONNECTIONS;
    return server.setTimeout(SILENCE);
  };
}
