/** WebSockets for the whole server: their limits, and how they end when the server does. */
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';

/** Bytes of a frame; the largest that anybody sends holds a session description. */
const LONGEST_FRAME = 128 * 1024;
/** RFC 6455 §7.4.1 and its registry: pages come back on 1012 by themselves, on a plain 1005 too late. */
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
