/** Conversations: who may read and write in them, messages, and messages as HTML. */
import type { FastifyInstance } from 'fastify';
import type { Sessions } from '../accounts/sessions.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { CommitQueue } from '../database/commit-queue.ts';
import type { Files } from '../files/files.ts';
import type { Friends } from '../friends/friends.ts';
import type { Render } from '../http/views.ts';
import { createChats } from './chats.ts';
import { type GroupParts, groupRoutes } from './group-routes.ts';
import { createGroups } from './groups.ts';
import { createHistoryRenderer } from './history-renderer.ts';
import { createInvitedGroups } from './invited-groups.ts';
import { createMembership } from './membership.ts';
import { type MessageParts, messageRoutes } from './message-routes.ts';
import { type NotificationRouteParts, notificationRoutes } from './notification-routes.ts';
import { createChatNotifications } from './notifications.ts';
import { type PictureParts, pictureRoutes } from './picture-routes.ts';
import { type ChatParts, chatRoutes } from './routes.ts';
import { createRowRenderer } from './row-renderer.ts';
import { type SendFileParts, sendFileRoutes } from './send-file-routes.ts';
import { type SendParts, sendRoutes } from './send-routes.ts';
import { type ShareParts, shareRoutes } from './share-routes.ts';
import type { ChatStore } from './store.ts';
import { type VideoPosterParts, videoPosterRoutes } from './video-poster-routes.ts';

export type ChatGround = {
  /** Made before, because a friendship begins with a conversation, and a file's readers are its members. */
  chatStore: ChatStore;
  queue: CommitQueue;
  sessions: Sessions;
  accounts: AccountStore;
  friends: Friends;
  files: Files;
  clock: Clock;
  events: Events;
};

export function createChatParts(ground: ChatGround) {
  const { chatStore: store, queue, sessions, accounts, friends, files, clock, events } = ground;
  const membership = createMembership({ sessions, store, friends });
  const chats = createChats(store, queue, membership, files, clock, events);
  const groups = createGroups({ store, accounts, friends, clock, events });
  const chatNotifications = createChatNotifications({ store, events });
  const invitedGroups = createInvitedGroups(store, groups);
  return { chats, membership, groups, chatNotifications, invitedGroups };
}

/** What renders messages, once there are templates. */
export function createRenderers(
  render: Render,
  {
    chats,
    files,
    accounts,
    clock,
  }: { chats: ReturnType<typeof createChats>; files: Files; accounts: AccountStore; clock: Clock },
) {
  const nameOf = (user: number): string => accounts.userById(user)?.displayName ?? '';
  const renderRow = createRowRenderer(render, files.ofMessage, files.mayRead, nameOf, clock);
  return { renderRow, renderHistory: createHistoryRenderer(chats, renderRow, clock) };
}

export function registerChats(
  app: FastifyInstance,
  parts: ChatParts &
    GroupParts &
    SendParts &
    MessageParts &
    NotificationRouteParts &
    PictureParts &
    SendFileParts &
    VideoPosterParts &
    ShareParts,
): void {
  // Before a chat's own page, whose address has a number where theirs has a word.
  groupRoutes(app, parts);
  chatRoutes(app, parts);
  sendRoutes(app, parts);
  messageRoutes(app, parts);
  notificationRoutes(app, parts);
  pictureRoutes(app, parts);
  sendFileRoutes(app, parts);
  videoPosterRoutes(app, parts);
  shareRoutes(app, parts);
}
