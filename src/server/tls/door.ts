/**
 * Plain http beside https: answers the certificate authority, and sends everybody else to https. Nothing of the house is
 * served here.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
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

/**
 * @param origin of https
 * @param answers what the authority wants to read, by token
 */
export function createDoor(
  origin: string,
  answers: ReadonlyMap<string, string>,
  log: FastifyInstance['log'],
): Door {
  function answer({ url = '/', method }: IncomingMessage, response: ServerResponse): void {
    const isReading = method === 'GET' || method === 'HEAD';
    const proof = url.startsWith(CHALLENGE) ? answers.get(url.slice(CHALLENGE.length)) : undefined;
    response.setHeader('Connection', 'close');
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
