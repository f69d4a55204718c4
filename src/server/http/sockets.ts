/** WebSockets for the whole server: their limits, and how they end when the server does. */
import websocket from '@fastify/websocket';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import type { Outside } from '../outside.ts';

/** Bytes of a frame; the largest that anybody sends holds a session description. */
const LONGEST_FRAME = 128 * 1024;
/** RFC 6455 §7.4.1 and its registry: pages come back on 1011 and 1012 by themselves, on a plain 1005 too late. */
const FAILED = 1011;
const SERVICE_RESTART = 1012;
/** Who doesn't answer the closing handshake in this many ms is cut off. */
const PATIENCE = 2_000;

export async function registerSockets(app: FastifyInstance): Promise<void> {
  await app.register(websocket, {
    options: { maxPayload: LONGEST_FRAME, perMessageDeflate: false },
    preClose(done) {
      const { websocketServer } = app;
      for (const client of websocketServer.clients) client.close(SERVICE_RESTART, 'restarting');
      const impatience = setTimeout(() => {
        for (const client of websocketServer.clients) client.terminate();
      }, PATIENCE);
      websocketServer.close(() => {
        clearTimeout(impatience);
        done();
      });
    },
  });
}

export type SocketParts = {
  outside: Outside;
  log: FastifyBaseLogger;
  /** For the log, such as "live socket". */
  name: string;
  /** ms; a dead connection is noticed within two of these. */
  pingEvery: number;
  message(data: Buffer, isBinary: boolean): unknown;
  /** What happens when it has closed: all of it, whatever becomes of the others. */
  closed: (() => unknown)[];
};

/**
 * Listens to a socket and keeps it alive. A failure of what it brings closes this socket alone: its page comes back
 * and is brought up to date.
 */
export function serveSocket(socket: WebSocket, parts: SocketParts): void {
  const { outside, log, name, pingEvery } = parts;
  let alive = true;
  const heartbeat = setInterval(
    () =>
      outside.attempt(name, () => {
        if (!alive) return socket.terminate();
        alive = false;
        socket.ping();
      }),
    pingEvery,
  );
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('message', (data: Buffer, isBinary: boolean) =>
    outside.attempt(name, async () => {
      try {
        await parts.message(data, isBinary);
      } catch (error) {
        socket.close(FAILED, 'failed');
        throw error;
      }
    }),
  );
  socket.on('close', () => {
    clearInterval(heartbeat);
    for (const step of parts.closed) outside.attempt(`${name} that closed`, step);
  });
  socket.on('error', (error) => log.debug({ err: error }, name));
}
