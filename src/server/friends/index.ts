/** Friendships, presence, and invitations. */
import type { FastifyInstance } from 'fastify';
import type { AccountStore } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import { createFriends, type FriendshipBegan } from './friends.ts';
import { type InvitationParts, invitationRoutes } from './invitation-routes.ts';
import { createInvitationStore } from './invitation-store.ts';
import { type JoinParts, joinRoutes } from './join-routes.ts';
import { createPresence } from './presence.ts';
import { type FriendParts, friendRoutes } from './routes.ts';
import { createFriendStore } from './store.ts';

export function createFriendParts({
  database,
  accounts,
  clock,
  events,
  began,
}: {
  database: Database;
  accounts: AccountStore;
  clock: Clock;
  events: Events;
  began: FriendshipBegan;
}) {
  return {
    friends: createFriends(createFriendStore(database), accounts, clock, events, began),
    presence: createPresence(clock, events),
    invitations: createInvitationStore(database),
  };
}

export function registerFriends(
  app: FastifyInstance,
  parts: JoinParts & FriendParts & InvitationParts,
): void {
  joinRoutes(app, parts);
  friendRoutes(app, parts);
  invitationRoutes(app, parts);
}
