/** `/live`: the socket of every signed-in page. It only sends; all it accepts is how far a page is. */

import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { Sessions } from '../accounts/sessions.ts';
import type { Background } from '../background/background.ts';
import type { Chats } from '../chats/chats.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Presence } from '../friends/presence.ts';
import { isSameOrigin } from '../http/address.ts';
import { notFound } from '../http/errors.ts';
import type { Admit } from '../http/socket-bounds.ts';
import { SIGNED_OUT, serveSocket } from '../http/sockets.ts';
import type { Freshness } from './freshness.ts';
import type { Hub, LiveListeners, LivePage } from './hub.ts';

/** "This page shows this chat, up to this rev": sent by htmx as form values each time the socket opens. */
const Since = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    chat: v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number)),
    rev: v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number)),
    list: v.optional(v.string()),
  }),
);

/** ms between two pings. A page gives up a socket that brings nothing for longer (client/page/reach.ts). */
const PING_EVERY = 30_000;
/** A page sends one frame each time its socket opens; htmx adds the headers it would send. */
const LONGEST_FRAME = 4 * 1024;
const RATE = { most: 10, perSecond: 0.5 };

export type LiveSocketParts = {
  presence: Presence;
  chats: Chats;
  sessions: Sessions;
  background: Background;
  config: Pick<Config, 'publicUrl'>;
  clock: Clock;
};

export function liveSocket(
  app: FastifyInstance,
  parts: LiveSocketParts,
  freshness: Freshness,
  hub: Hub,
  listeners: LiveListeners,
  admit: Admit,
): void {
  const { presence, chats, sessions, background, config, clock } = parts;

  app.get<{ Querystring: { mark?: unknown } }>(
    '/live',
    {
      websocket: true,
      // Both before the upgrade: a stranger's page gets no socket at all.
      preValidation: async (request) => {
        if (!request.signedIn || !isSameOrigin(request, config.publicUrl)) throw notFound();
      },
    },
    (socket, request) => {
      const { signedIn, reader } = request;
      if (!signedIn) return socket.close();
      // What is named below lives as long as the socket: not the whole person, and nothing of the request.
      const { session } = signedIn;
      const { id: user, sound } = signedIn.user;
      const line = admit(socket, user, session);
      if (!line) return;
      const page: LivePage = {
        socket,
        line,
        user,
        session,
        reader,
        sound,
        conversation: undefined,
        stale: request.query.mark !== freshness.mark(user),
        unread: undefined,
      };

      const refuse = (code: string) => line.send(JSON.stringify({ type: 'error', code }));
      const release = sessions.hold(session);
      // From here on the end of a session is announced; before that, it may have ended unnoticed.
      if (!sessions.isOpen(session)) socket.close(SIGNED_OUT, 'signed out');
      serveSocket(socket, {
        background,
        clock,
        log: app.log,
        reqId: request.id,
        name: 'live socket',
        pingEvery: PING_EVERY,
        longest: LONGEST_FRAME,
        rate: RATE,
        beat: () => line.send(''),
        isOpen: () => sessions.isOpen(session),
        message(data) {
          const since = v.safeParse(Since, String(data));
          if (!since.success) return refuse('bad-message');
          const { chat, rev, list } = since.output;
          if (!chats.isMember(chat, user)) return refuse('not-found');
          // In one turn of the loop, so nothing is lost between what is sent now and what is pushed later.
          page.conversation = { id: chat, rev, from: rev, isBehind: false, hasList: list !== undefined };
          listeners.catchUp(page);
        },
        refused: refuse,
        closed: [release, line.leave, () => hub.remove(page), () => presence.closed(user, session)],
      });

      hub.add(page);
      presence.opened(user, session);
      listeners.opened(page);
    },
  );
}
