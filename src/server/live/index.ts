/** Everything that reaches open pages by itself. Domains don't know of it: it listens to their events. */
import type { FastifyInstance } from 'fastify';
import type { Render } from '../http/views.ts';
import type { Services } from '../services.ts';
import { callPush } from './call-push.ts';
import { chatPush } from './chat-push.ts';
import { friendPush } from './friend-push.ts';
import { createHub } from './hub.ts';
import { liveSocket } from './socket.ts';

export function registerLive(app: FastifyInstance, services: Services, render: Render): void {
  const hub = createHub();
  friendPush(services, hub, render);
  const catchUp = chatPush(services, hub, render);
  const opened = callPush(services, hub, render);
  liveSocket(app, services, hub, { opened, catchUp });
  services.events.on('session-ended', ({ session }) => hub.closeSession(session));
}
