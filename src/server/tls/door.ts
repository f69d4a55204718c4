/**
 * Plain http beside https: answers the certificate authority, shows how to trust the house's own, and sends everybody else to
 * https. Nothing of the house is served here.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

// As in listener.ts.
const { createServer } = process.getBuiltinModule('node:http');

const CHALLENGE = '/.well-known/acme-challenge/';
/** ms in which somebody must have asked. */
const PATIENCE = 10_000;
const MOST_CONNECTIONS = 200;

export type Door = {
  server: Server;
  open(port: number, host: string): Promise<void>;
  close(): Promise<void>;
};

/** Where to go on by https. What isn't a path, as proxies are asked, leads to the first page. */
const inside = (origin: string, url = '/') => origin + (url.startsWith('/') ? url : '/');

export type DoorParts = {
  /**
   * Of https.
   * @param host as a browser asked for it, so anything
   */
  originFor(host: string | undefined): string;
  /** What the authority wants to read, by token. */
  answers: ReadonlyMap<string, string>;
  /** What else is shown here; undefined for everything that isn't. */
  shown(url: string): RequestListener | undefined;
  log: FastifyInstance['log'];
};

export function createDoor({ originFor, answers, shown, log }: DoorParts): Door {
  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '/', method, headers } = request;
    const isReading = method === 'GET' || method === 'HEAD';
    const proof = url.startsWith(CHALLENGE) ? answers.get(url.slice(CHALLENGE.length)) : undefined;
    response.setHeader('Connection', 'close');
    const show = isReading ? shown(url) : undefined;
    if (show) {
      show(request, response);
      return;
    }
    const origin = originFor(headers.host);
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    if (isReading && proof !== undefined) response.end(proof);
    // What was sent here has been read by everybody on the way; it isn't sent again.
    else if (!isReading) response.writeHead(403).end(`Use ${origin}\n`);
    else response.writeHead(301, { Location: inside(origin, url) }).end(`${inside(origin, url)}\n`);
  }

  const server = createServer({ requestTimeout: PATIENCE, headersTimeout: PATIENCE }, answer);
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(PATIENCE);
  return {
    server,
    open: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, host }, () => {
          server.off('error', reject);
          server.on('error', (error) => log.error({ err: error }, 'plain http fails'));
          resolve();
        });
      }),
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
