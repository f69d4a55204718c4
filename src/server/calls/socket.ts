/** `/calls/socket`: the signalling socket of a call page. Transport only; the rules are in calls.ts. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { ClientMessage } from '../../protocol/client.ts';
import { MAX_FRAME_BYTES } from '../../protocol/common.ts';
import type { FirstServerMessage } from '../../protocol/first-version.ts';
import type { ErrorCode, ServerMessage } from '../../protocol/server.ts';
import { bestOf } from '../../protocol/version.ts';
import type { Sessions, SignedIn } from '../accounts/sessions.ts';
import type { Background } from '../background/background.ts';
import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Writing } from '../database/writing.ts';
import { isSameOrigin } from '../http/address.ts';
import { notFound } from '../http/errors.ts';
import { createSocketBounds } from '../http/socket-bounds.ts';
import { SIGNED_OUT, serveSocket } from '../http/sockets.ts';
import type { Calls } from './calls.ts';
import type { Connection } from './connections.ts';
import { createFirstVersion, type FirstVersion } from './first-version.ts';
import { type About, errorFor, type Frame, readFirstFrame, readFrame } from './frame.ts';
import { isProtocolError, protocolError } from './protocol-error.ts';

const HELLO_WITHIN = 10_000;
/** ms between two pings. */
const PING_EVERY = 15_000;
/** ICE gathering comes in bursts, of at most a batch every 20 ms. */
const RATE = { most: 200, perSecond: 50 };
const BOUNDS = { perSession: 10, perPerson: 40, buffered: 1024 * 1024, bufferedByPerson: 2 * 1024 * 1024 };

/** RFC 6455 §7.4: of the protocol, and of our own. */
const CLOSE = { version: 4400, noHello: 4408 } as const;

/**
 * How a browser closes the sockets of a page that is closed or left. Firefox may have ended the page's process before it sent
 * what the page said last, but still closes its socket so.
 */
const GOING_AWAY = 1001;

type Open = { socket: WebSocket; session: string };
type Hello = ClientMessage & { type: 'hello' };

function tooEarly(): never {
  throw protocolError('out-of-turn');
}

/** The version to speak with a page, if there is one. */
const versionFor = ({ version, versions = [] }: Hello): number | undefined =>
  bestOf(version === undefined ? versions : [...versions, version]);

export type CallSocketParts = {
  calls: Calls;
  clock: Clock;
  events: Events;
  sessions: Sessions;
  background: Background;
  writing: Writing;
  config: Pick<Config, 'publicUrl'>;
};

export function callSocket(app: FastifyInstance, parts: CallSocketParts): void {
  const { calls, clock, events, sessions, background, writing, config } = parts;
  const { log } = app;
  const sockets = new Set<Open>();
  const admit = createSocketBounds(BOUNDS);

  function serve(
    socket: WebSocket,
    { user, session }: SignedIn,
    { host, id: reqId }: Pick<FastifyRequest, 'host' | 'id'>,
  ): void {
    const line = admit(socket, user.id, session);
    if (!line) return;
    const open: Open = { socket, session };
    let connection: Connection | undefined;
    /** Where the page speaks version 1. */
    let first: FirstVersion | undefined;
    let isGreeted = false;

    const write = (message: ServerMessage | FirstServerMessage) => line.send(JSON.stringify(message));
    const refuse = (code: ErrorCode, about: About) => write(errorFor(code, about));

    function hello(message: Hello) {
      const best = versionFor(message);
      if (best === undefined) {
        refuse('version', { about: 'hello' });
        return socket.close(CLOSE.version, 'version');
      }
      cancelHello();
      const send = (message: ServerMessage) => {
        for (const said of first?.says(message) ?? [message]) write(said);
      };
      connection = { user: user.id, session, device: message.device, host, version: best, send };
      write({ type: 'welcome', version: best });
      calls.hello(connection);
    }

    /** A message, to be understood when its turn has come. */
    function read(text: string): Frame<() => ClientMessage> & { isPing: boolean } {
      const speaks = first;
      if (speaks) {
        const { message, about } = readFirstFrame(text);
        return { about, isPing: message?.type === 'ping', message: message && (() => speaks.hears(message)) };
      }
      const { message, about } = readFrame(text);
      if (!isGreeted && message?.type === 'hello') {
        // At once: what comes behind is read before this one's turn may have come.
        isGreeted = true;
        if (versionFor(message) === 1) first = createFirstVersion();
      }
      // Before it says so, it isn't known which version a page speaks.
      const isFirst = !isGreeted && !message && readFirstFrame(text).message !== undefined;
      const understand = isFirst ? tooEarly : message && (() => message);
      return { about, isPing: message?.type === 'ping', message: understand };
    }

    async function receive(text: string) {
      const { message: understand, about, isPing } = read(text);
      if (!understand) return refuse('bad-message', about);
      try {
        // Only while another program holds the database; what comes behind waits for the same turn, in order.
        const turn = isPing ? undefined : writing.turn();
        if (turn) await turn;
        if (!isPing) writing.makeRoom();
        const message = understand();
        if (connection) calls.handle(connection, message);
        else if (message.type === 'hello') hello(message);
        else refuse('out-of-turn', about);
      } catch (error) {
        if (!isProtocolError(error)) log.error({ err: error, reqId, type: about.about }, 'signalling failed');
        refuse(isProtocolError(error) ? error.code : 'internal', about);
      }
    }

    const release = sessions.hold(session);
    // From here on the end of a session is announced; before that, it may have ended unnoticed.
    if (!sessions.isOpen(session)) socket.close(SIGNED_OUT, 'signed out');
    const cancelHello = clock.at(clock.now() + HELLO_WITHIN, () => socket.close(CLOSE.noHello, 'no hello'));
    serveSocket(socket, {
      background,
      clock,
      log,
      reqId,
      name: 'signalling socket',
      pingEvery: PING_EVERY,
      longest: MAX_FRAME_BYTES,
      rate: RATE,
      isOpen: () => sessions.isOpen(session),
      message(data, isBinary) {
        if (isBinary) return refuse('bad-message', {});
        return receive(data.toString());
      },
      refused: (why) => refuse(why, {}),
      closed: [
        cancelHello,
        release,
        line.leave,
        () => sockets.delete(open),
        (code) => connection && calls.gone(connection, code === GOING_AWAY),
      ],
    });
    sockets.add(open);
  }

  app.get(
    '/calls/socket',
    {
      websocket: true,
      // Both before the upgrade: a stranger's page gets no socket at all.
      preValidation: async (request) => {
        if (!request.signedIn || !isSameOrigin(request, config.publicUrl)) throw notFound();
      },
    },
    (socket, request) => {
      if (!request.signedIn) return socket.close();
      serve(socket, request.signedIn, request);
    },
  );

  sessions.watch(calls.sessions);
  events.on('session-ended', ({ session: ended }) => calls.leaveBySession(ended), 'insist');
  events.on('session-ended', ({ session: ended }) => {
    for (const { socket, session } of sockets) if (session === ended) socket.close(SIGNED_OUT, 'signed out');
  });
}
