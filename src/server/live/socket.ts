/** `/live`: the socket of every signed-in page. It only brings; the one thing it takes is how far a page is. */
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { isSameOrigin } from '../http/address.ts';
import { notFound } from '../http/errors.ts';
import { serveSocket } from '../http/sockets.ts';
import type { Services } from '../services.ts';
import type { Freshness } from './freshness.ts';
import type { Hub, LiveListeners, LivePage } from './hub.ts';

/** "This page shows this chat, up to this rev": sent by htmx as form values each time the socket opens. */
const Since = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    chat: v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number)),
    rev: v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number)),
  }),
);

/** ms between two pings. */
const PING_EVERY = 30_000;

export function liveSocket(
  app: FastifyInstance,
  services: Services,
  freshness: Freshness,
  hub: Hub,
  listeners: LiveListeners,
): void {
  const { presence, chats, sessions, outside, config } = services;

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
      const { user, session } = signedIn;
      const page: LivePage = {
        socket,
        user: user.id,
        session,
        reader,
        sound: user.sound,
        chat: undefined,
        stale: request.query.mark !== freshness.mark(user.id),
        unread: undefined,
      };

      const release = sessions.hold(session);
      serveSocket(socket, {
        outside,
        log: request.log,
        name: 'live socket',
        pingEvery: PING_EVERY,
        message(data) {
          const since = v.safeParse(Since, String(data));
          if (!since.success) return socket.send(JSON.stringify({ type: 'error', code: 'bad-message' }));
          const { chat, rev } = since.output;
          if (!chats.isMember(chat, user.id))
            return socket.send(JSON.stringify({ type: 'error', code: 'not-found' }));
          // In one turn of the loop, so nothing falls between what is sent now and what is pushed later.
          page.chat = { id: chat, rev };
          listeners.catchUp(page);
        },
        closed: [release, () => hub.remove(page), () => presence.closed(user.id)],
      });

      hub.add(page);
      presence.opened(user.id);
      listeners.opened(page);
    },
  );
}
