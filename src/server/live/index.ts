/** Everything that is pushed to open pages. Domains don't know about it: it listens to their events. */
import type { FastifyInstance } from 'fastify';
import { createSocketBounds } from '../http/socket-bounds.ts';
import type { Render } from '../http/views.ts';
import { type CallPushParts, callPush } from './call-push.ts';
import { type ChatPushParts, chatPush } from './chat-push.ts';
import type { Freshness } from './freshness.ts';
import { type FriendPushParts, friendPush } from './friend-push.ts';
import { createHub, type LiveListeners } from './hub.ts';
import { livePolls, type PollParts } from './polls.ts';
import { type LiveSocketParts, liveSocket } from './socket.ts';

/** Twenty tabs in one browser. A page beyond that is told to come back later, and works without a socket. */
const BOUNDS = { perSession: 20, perPerson: 100, buffered: 1024 * 1024, bufferedByPerson: 4 * 1024 * 1024 };

export function registerLive(
  app: FastifyInstance,
  parts: CallPushParts & ChatPushParts & FriendPushParts & PollParts & LiveSocketParts,
  freshness: Freshness,
  render: Render,
): void {
  const hub = createHub();
  const friends = friendPush(parts, hub, render);
  const chats = chatPush(parts, hub, render);
  const calls = callPush(parts, hub, render);
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
  liveSocket(app, parts, freshness, hub, listeners, admit);
  livePolls(app, parts, freshness, hub, listeners, admit, render);
  parts.events.on('session-ended', ({ session }) => hub.closeSession(session));
}
