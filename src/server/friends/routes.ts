/** The page of friends, and what can be done there. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { requireUser, userOf } from '../accounts/authentication.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { baseUrl } from '../http/address.ts';
import { notFound } from '../http/errors.ts';
import { isHtmx } from '../http/htmx.ts';
import { idFrom } from '../http/ids.ts';
import type { Friends } from './friends.ts';
import { showInvitations } from './invitation.ts';
import type { InvitedGroups } from './invitation-groups.ts';
import type { InvitationStore } from './invitation-store.ts';
import type { Presence } from './presence.ts';

const AskForm = v.object({ username: v.optional(v.string(), '') });

type Other = { Params: { user: string } };

/** The direct conversation of two friends. */
export type ConversationWith = (me: number, friend: number) => number | undefined;

export type FriendParts = {
  friends: Friends;
  presence: Presence;
  invitations: InvitationStore;
  invitedGroups: Pick<InvitedGroups, 'offeredBy' | 'namesOf'>;
  clock: Clock;
  config: Config;
  conversationWith: ConversationWith;
};

export function friendRoutes(app: FastifyInstance, parts: FriendParts): void {
  const { friends, presence, invitations, invitedGroups, clock, config, conversationWith } = parts;
  const guard = { preHandler: requireUser };

  function lists(me: number) {
    return {
      friends: friends.friendsOf(me).map((friend) => ({
        ...friend,
        online: presence.isOnline(friend.id),
        conversation: conversationWith(me, friend.id),
      })),
      asking: friends.asking(me),
      asked: friends.asked(me),
    };
  }

  async function page(request: FastifyRequest, more: object = {}) {
    const me = userOf(request).id;
    return {
      ...lists(me),
      invitations: await showInvitations(
        invitations.madeBy(me, clock.now()),
        baseUrl(config, request),
        invitedGroups.namesOf,
      ),
      groups: invitedGroups.offeredBy(me),
      // Set first of all by the page's script: without it, nobody could press anything there.
      hasScripts: request.cookies.tz !== undefined,
      error: undefined,
      username: '',
      askedNow: false,
      ...more,
    };
  }

  /** Back to the page for a browser; htmx gets the lists anew. */
  const answer = (request: FastifyRequest, reply: FastifyReply) =>
    isHtmx(request)
      ? reply.show('friends/lists', lists(userOf(request).id))
      : reply.redirect('/friends', 303);

  app.get<{ Querystring: { asked?: string } }>('/friends', guard, async (request, reply) =>
    reply.show('friends/index', await page(request, { askedNow: request.query.asked === '1' })),
  );

  app.get('/friends/lists', guard, (request, reply) =>
    reply.show('friends/lists', lists(userOf(request).id)),
  );

  app.post('/friends', { ...guard, config: { grows: true } }, async (request, reply) => {
    const username = v.parse(AskForm, request.body).username.slice(0, 200);
    const result = friends.ask(userOf(request).id, username);
    if (result === 'asked') return reply.redirect('/friends?asked=1', 303);
    if (result === 'accepted') return reply.redirect('/friends', 303);
    return reply
      .code(422)
      .show('friends/index', await page(request, { username, error: `friends.errors.${result}` }));
  });

  const actions = ['accept', 'decline', 'withdraw', 'remove', 'block', 'unblock'] as const;
  for (const action of actions) {
    app.post<Other>(`/friends/:user/${action}`, guard, (request, reply) => {
      const done = friends[action](userOf(request).id, idFrom(request.params.user));
      // Pressed twice, or the other side was faster: the lists show how things stand.
      if (!done && !isHtmx(request)) throw notFound();
      return action === 'unblock' ? reply.redirect('/settings', 303) : answer(request, reply);
    });
  }
}
