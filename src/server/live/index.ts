/** Everything that reaches open pages by itself. Domains don't know of it: it listens to their events. */
import type { FastifyInstance } from 'fastify';
import type { Render } from '../http/views.ts';
import type { Services } from '../services.ts';
import { callPush } from './call-push.ts';
import { chatPush } from './chat-push.ts';
import type { Freshness } from './freshness.ts';
import { friendPush } from './friend-push.ts';
import { createHub } from './hub.ts';
import { liveSocket } from './socket.ts';

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
  liveSocket(app, services, freshness, hub, {
    opened(page) {
      calls(page);
      chats.opened(page);
      friends.opened(page);
    },
    catchUp(page) {
      chats.catchUp(page);
      friends.catchUp(page);
    },
  });
  services.events.on('session-ended', ({ session }) => hub.closeSession(session));
}
