/**
 * `/live/news`: what the live socket would bring, for pages whose proxy doesn't pass sockets on. Such a page polls every
 * few seconds, and is part of the hub like any other: what is sent to it waits here until it polls again.
 */

import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { requireUser } from '../accounts/authentication.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Chats } from '../chats/chats.ts';
import type { Clock } from '../clock.ts';
import type { Presence } from '../friends/presence.ts';
import { personError } from '../http/errors.ts';
import type { Admit, Outlet } from '../http/socket-bounds.ts';
import type { Render } from '../http/views.ts';
import type { Freshness } from './freshness.ts';
import type { Hub, LiveListeners, LivePage } from './hub.ts';

/** ms after which a page that has stopped polling is gone. */
const SILENT = 30_000;

const id = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number));
const Asked = v.object({
  /** Chosen by the page, so that it is recognised when it polls again. */
  page: v.pipe(v.string(), v.regex(/^[\da-f]{32}$/)),
  mark: v.optional(v.string()),
  chat: v.optional(id),
  rev: v.optional(id, '0'),
  list: v.optional(v.string()),
  /** Whether its person hasn't been told yet that live updates don't reach this device. */
  untold: v.optional(v.literal('true')),
});

/** A socket that keeps what it is sent. */
function createOutlet(closed: () => void) {
  let kept: string[] = [];
  let isOpen = true;
  const end = () => {
    if (!isOpen) return;
    isOpen = false;
    kept = [];
    closed();
  };
  const outlet: Outlet = {
    OPEN: 1,
    get readyState() {
      return isOpen ? 1 : 3;
    },
    get bufferedAmount() {
      return kept.reduce((sum, { length }) => sum + length, 0);
    },
    send(data, _options, done) {
      kept.push(String(data));
      // Not at once: more is brought in turns that others come between.
      void setImmediate().then(() => isOpen && done());
    },
    close: end,
    terminate: end,
  };
  return {
    outlet,
    end,
    take(): string[] {
      const taken = kept;
      kept = [];
      return taken;
    },
  };
}

type Polled = { take(): string[]; stay(): void };

export type PollParts = {
  presence: Presence;
  chats: Chats;
  sessions: Sessions;
  clock: Clock;
};

export function livePolls(
  app: FastifyInstance,
  parts: PollParts,
  freshness: Freshness,
  hub: Hub,
  listeners: LiveListeners,
  admit: Admit,
  render: Render,
): void {
  const { presence, chats, sessions, clock } = parts;
  const pages = new Map<string, Polled>();
  let isTold = false;

  function tellOwner(request: FastifyRequest): void {
    if (isTold) return;
    isTold = true;
    request.log.warn(
      'a page gets no live socket and asks by itself: does the proxy pass WebSocket upgrades on?',
    );
  }

  function open(
    request: FastifyRequest,
    key: string,
    asked: v.InferOutput<typeof Asked>,
  ): Polled | undefined {
    const { signedIn, reader } = request;
    if (!signedIn) return undefined;
    const { user, session } = signedIn;
    let cancel = () => {};
    let leave = () => {};
    const { outlet, end, take } = createOutlet(() => leave());
    const line = admit(outlet, user.id, session);
    if (!line) return undefined;
    const release = sessions.hold(session);
    const page: LivePage = {
      socket: outlet,
      line,
      user: user.id,
      session,
      reader,
      sound: user.sound,
      conversation: undefined,
      stale: asked.mark !== freshness.mark(user.id),
      unread: undefined,
    };
    const polled = {
      take,
      stay() {
        cancel();
        cancel = clock.at(clock.now() + SILENT, end);
      },
    };
    leave = () => {
      cancel();
      pages.delete(key);
      release();
      line.leave();
      hub.remove(page);
      presence.closed(user.id, session);
    };
    pages.set(key, polled);
    hub.add(page);
    presence.opened(user.id, session);
    listeners.opened(page);
    if (asked.chat !== undefined && chats.isMember(asked.chat, user.id)) {
      const { chat, rev, list } = asked;
      page.conversation = { id: chat, rev, from: rev, isBehind: false, hasList: list !== undefined };
      listeners.catchUp(page);
    }
    return polled;
  }

  app.get('/live/news', { preHandler: requireUser }, async (request, reply) => {
    const asked = v.safeParse(Asked, request.query);
    if (!asked.success) throw personError(400, 'errors.badRequest');
    const key = `${request.signedIn?.session} ${asked.output.page}`;
    const polled = pages.get(key) ?? open(request, key, asked.output);
    if (!polled) throw personError(429, 'errors.tooMany');
    tellOwner(request);
    polled.stay();
    // What is brought in turns has had one.
    await setImmediate();
    const told = asked.output.untold && request.reader ? [render('live/polling', request.reader, {})] : [];
    return reply.send([...told, ...polled.take()]);
  });
}
