/** WebSockets for the whole server: their limits, and how they end when the server does. */
import websocket from '@fastify/websocket';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import type { Background } from '../background/background.ts';
import type { Clock } from '../clock.ts';
import { createFrameRate, type FrameRate } from './frame-rate.ts';
import { TRY_LATER } from './socket-bounds.ts';

/** Bytes of a frame; the largest that anybody sends holds a session description. */
const LONGEST_FRAME = 128 * 1024;
/** Pieces that a frame may come in, as messages and as packets: each costs more memory than the bytes in it. */
const MOST_FRAGMENTS = 64;
const MOST_CHUNKS = 1024;
/** RFC 6455 §7.4.1 and its registry: pages reconnect on 1011 and 1012 by themselves, on a plain 1005 too late. */
export const FAILED = 1011;
const TOO_LARGE = 1009;
const SERVICE_RESTART = 1012;
/** A code of our own (RFC 6455 §7.4.2): the page must not reconnect by itself. */
export const SIGNED_OUT = 4401;
/** A client that doesn't answer the closing handshake within this many ms is cut off. */
const PATIENCE = 2_000;

export async function registerSockets(app: FastifyInstance): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: LONGEST_FRAME,
      maxFragments: MOST_FRAGMENTS,
      maxBufferedChunks: MOST_CHUNKS,
      perMessageDeflate: false,
    },
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
  // Behind the plugin's own hook, so what is wrapped here is what upgrades.
  app.addHook('onRoute', (route) => {
    if (!route.websocket || route.method === 'HEAD') return;
    const upgrade = route.handler;
    route.handler = function (request, reply) {
      const answered = upgrade.call(this, request, reply);
      // By the response that the plugin gave it, a connection would hold its whole request for as long as it is open.
      if (request.ws) reply.raw.detachSocket(request.raw.socket);
      return answered;
    };
  });
}

export type SocketParts = {
  background: Background;
  clock: Pick<Clock, 'monotonic'>;
  /** The server's: a request's own is an object more for each socket. */
  log: FastifyBaseLogger;
  /** For the log: which request it came by, and what it is, such as "live socket". */
  reqId: string;
  name: string;
  /** ms; a dead connection is noticed within two of these. */
  pingEvery: number;
  /** Bytes of a frame. */
  longest: number;
  rate: FrameRate;
  /** Sends a sign of life that the page can see, unlike a ping; at each heartbeat. */
  beat?: () => void;
  /** Whether the person who opened it is still signed in: checked for each frame, and at each heartbeat. */
  isOpen(): boolean;
  message(data: Buffer, isBinary: boolean): unknown;
  /** A frame wasn't read. A socket with one that is too large, or with a flood of them, is then closed. */
  refused(why: 'too-large' | 'too-many'): void;
  /** What happens once it has closed, by which code: each of them, whatever happens to the others. */
  closed: ((code: number) => unknown)[];
};

/**
 * Listens to a socket and keeps it alive. A failure in handling a frame closes only this socket: its page comes back
 * and is brought up to date.
 */
export function serveSocket(socket: WebSocket, parts: SocketParts): void {
  const { background, log, name, pingEvery, reqId } = parts;
  const take = createFrameRate(parts.clock, parts.rate);

  /** Size and rate are checked before a frame's content. */
  function mayBeRead({ byteLength }: Buffer): boolean {
    if (byteLength > parts.longest) {
      parts.refused('too-large');
      socket.close(TOO_LARGE, 'too large');
      return false;
    }
    const taken = take(byteLength);
    if (taken === 'taken') return true;
    if (taken === 'flood') socket.close(TRY_LATER, 'too many');
    else parts.refused('too-many');
    return false;
  }

  let alive = true;
  const heartbeat = setInterval(
    () =>
      background.attempt(name, () => {
        if (!alive) return socket.terminate();
        if (!parts.isOpen()) return socket.close(SIGNED_OUT, 'signed out');
        alive = false;
        socket.ping();
        parts.beat?.();
      }),
    pingEvery,
  );
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('message', (data: Buffer, isBinary: boolean) =>
    background.attempt(name, async () => {
      // A socket that is being closed can still send, for as long as the other end doesn't answer.
      if (socket.readyState !== socket.OPEN) return;
      if (!parts.isOpen()) return socket.close(SIGNED_OUT, 'signed out');
      try {
        if (mayBeRead(data)) await parts.message(data, isBinary);
      } catch (error) {
        socket.close(FAILED, 'failed');
        throw error;
      }
    }),
  );
  socket.on('close', (code) => {
    clearInterval(heartbeat);
    for (const step of parts.closed) background.attempt(`${name} that closed`, () => step(code));
  });
  // In place of the plugin's, which holds the request as well.
  socket.removeAllListeners('error');
  socket.on('error', (error) => {
    log.error({ err: error, reqId }, `${name} failed`);
    socket.terminate();
  });
}
