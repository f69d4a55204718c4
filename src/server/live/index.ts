/** Everything that reaches open pages by itself. Domains don't know of it: it listens to their events. */
import type { FastifyInstance } from 'fastify';
import { createSocketBounds } from '../http/socket-bounds.ts';
import type { Render } from '../http/views.ts';
import type { Services } from '../services.ts';
import { callPush } from './call-push.ts';
import { chatPush } from './chat-push.ts';
import type { Freshness } from './freshness.ts';
import { friendPush } from './friend-push.ts';
import { createHub, type LiveListeners } from './hub.ts';
import { livePolls } from './polls.ts';
import { liveSocket } from './socket.ts';

/** Twenty tabs in one browser. A page beyond that is told to come back later, and works as one without a socket. */
const BOUNDS = { perSession: 20, perPerson: 100, buffered: 1024 * 1024, bufferedByPerson: 4 * 1024 * 1024 };

export function registerLive(
  app: FastifyInstance,
  services: Services,
  freshness: Freshness,
  render: Render,
): void {
  const hub = createHub();
  const friends = friendPush(services, hub, render);
  const chats = chatPush(services, hub, render);
  const calls = callPush(services, hub, render);
  const listeners: LiveListeners = {
    opened(page) {
      calls(page);
      chats.opened(page);
      friends.opened(page);
    },
    catchUp(page) {
      chats.catchUp(page);
      friends.catchUp(page);
    },
  };
  const admit = createSocketBounds(BOUNDS);
  liveSocket(app, services, freshness, hub, listeners, admit);
  livePolls(app, services, freshness, hub, listeners, admit);
  services.events.on('session-ended', ({ session }) => hub.closeSession(session));
}
