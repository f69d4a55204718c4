/**
 * How accounts are created: the setup link, an invitation, or open registration; and what an invitation does for
 * someone who already has one.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { requireUser, userOf } from '../accounts/authentication.ts';
import { codeIn } from '../accounts/codes.ts';
import type { KnownDevices } from '../accounts/known-devices.ts';
import { Registration, register } from '../accounts/registration.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Setup } from '../accounts/setup.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { addressKey, createLimit } from '../http/attempt-limit.ts';
import { isPersonError, notFound } from '../http/errors.ts';
import { type FormErrors, readForm } from '../http/forms.ts';
import type { Friends } from './friends.ts';
import { endOf } from './invitation.ts';
import type { InvitedGroups } from './invitation-groups.ts';
import type { Invitation, InvitationStore } from './invitation-store.ts';
import type { ConversationWith } from './routes.ts';

/** The box that is ticked for a first group. */
const WithGroup = v.looseObject({ family: v.literal('yes') });

type Code = { Params: { code: string } };
type SetupCode = { Querystring: { code?: string } };

/**
 * Forms accepted from one address in ten minutes. Each reveals whether a name is taken, and may cost a hash; a
 * family that joins together from one home needs a few tries each.
 */
const MOST_TRIES = 60;
const LATER = 10 * 60;
/** Addresses that are remembered. */
const MOST_ADDRESSES = 10_000;

export type JoinParts = {
  accounts: AccountStore;
  invitations: InvitationStore;
  invitedGroups: Pick<InvitedGroups, 'enter' | 'begin'>;
  sessions: Sessions;
  setup: Setup;
  knownDevices: KnownDevices;
  friends: Friends;
  clock: Clock;
  config: Pick<Config, 'registration'>;
  conversationWith: ConversationWith;
};

export function joinRoutes(app: FastifyInstance, parts: JoinParts): void {
  const { accounts, invitations, invitedGroups, clock, sessions, setup, friends, config, knownDevices } =
    parts;
  const byAddress = createLimit(clock, { most: MOST_TRIES, window: LATER * 1000, keys: MOST_ADDRESSES });

  /** Their chat; the list of chats where a block has kept them from having one. */
  function chatWith(me: number, other: number): string {
    const conversation = parts.conversationWith(me, other);
    return conversation === undefined ? '/chats' : `/chats/${conversation}#end`;
  }

  type Newcomer = { id: number; passwordHash: string };
  async function begin(
    request: FastifyRequest,
    reply: FastifyReply,
    { id, passwordHash }: Newcomer,
    inviter: number | undefined,
  ) {
    const cookie = await sessions.start(id, request.headers['user-agent'] ?? '', passwordHash);
    // Someone has reset the password at this very moment.
    if (!cookie) return reply.redirect('/login', 303);
    knownDevices.mark(reply, id);
    // Whoever was invited arrives where somebody is waiting for them.
    return reply
      .header('Set-Cookie', cookie)
      .redirect(inviter === undefined ? '/friends' : chatWith(id, inviter), 303);
  }

  /** The three ways in differ in who is let in and what happens then; the form is the same. */
  async function join(
    request: FastifyRequest,
    reply: FastifyReply,
    page: { template: string; data: object },
    rules: {
      isOwner: boolean;
      invitation?: Invitation;
      admit: () => boolean;
      welcome?: (id: number) => void;
      /** The answer if nobody is admitted any more. */
      refuse?: () => FastifyReply;
    },
  ) {
    const form = readForm(Registration, request.body);
    const again = (errors: FormErrors, status = 422) =>
      reply.code(status).show(page.template, { ...page.data, values: form.values, errors });
    if (!form.ok) return again(form.errors);
    if (!byAddress(addressKey(request.ip))) {
      reply.header('Retry-After', LATER);
      return again({ form: 'errors.tooMany' }, 429);
    }
    const { isOwner, invitation, admit, welcome, refuse } = rules;
    try {
      const given = { ...form.output, isOwner, invitation: invitation?.id };
      const result = await register(accounts, clock, given, admit, welcome);
      if ('id' in result) return begin(request, reply, result, invitation?.inviterId);
      if (result.error === 'refused' && refuse) return refuse();
      if (result.error === 'refused') throw notFound();
      return again({ username: 'accounts.errors.taken' });
    } catch (error) {
      // Someone who has filled in a form and has to wait still has it in front of them.
      if (!isPersonError(error) || error.retryAfter === undefined) throw error;
      reply.header('Retry-After', error.retryAfter);
      return again({ form: error.words }, error.statusCode);
    }
  }

  const setupPage = (code: string | undefined) => ({
    template: 'accounts/setup',
    data: { code, values: {}, errors: {} },
  });

  /** The link was used, or an older start of the server printed it. */
  const setupEnded = (reply: FastifyReply) =>
    reply.code(404).show('accounts/setup-ended', { isUsed: accounts.hasUsers() });

  app.get<SetupCode>('/setup', (request, reply) => {
    const { code } = request.query;
    if (!setup.admits(code)) return setupEnded(reply);
    const { template, data } = setupPage(code);
    return reply.header('Cache-Control', 'no-store').show(template, data);
  });

  app.post<SetupCode>('/setup', { config: { grows: true } }, (request, reply) => {
    const { code } = request.query;
    if (!setup.admits(code)) return setupEnded(reply);
    // Checked again inside the transaction: of two people with the link, one becomes the owner.
    return join(request, reply, setupPage(code), {
      isOwner: true,
      admit: () => setup.admits(code),
      welcome(id) {
        if (v.is(WithGroup, request.body)) invitedGroups.begin(id, request.reader.t('groups.family'));
      },
      refuse: () => setupEnded(reply),
    });
  });

  /** A link may include some of the text around it: anything after the code is ignored. */
  function invitationIn(given: string): { code: string; invitation: Invitation | undefined } {
    const found = codeIn(given);
    for (const code of [found, found.replace(/(?<![-_])[-_]+$/, '')]) {
      const invitation = invitations.known(code);
      if (invitation) return { code, invitation };
    }
    return { code: found, invitation: undefined };
  }

  /** Says why it admits nobody, and who can make another one. */
  function showEnded(reply: FastifyReply, code: string, invitation: Invitation | undefined): FastifyReply {
    const why = endOf(invitation, clock.now()) ?? 'unknown';
    return reply.code(404).show('friends/invitation-ended', { why, name: invitation?.inviterName, code });
  }

  const joinPage = (code: string, inviter: string) => ({
    template: 'friends/join',
    data: { action: `/join/${code}`, inviter, values: {}, errors: {} },
  });

  /** For someone with an account: friendship with the inviter, not a second account. */
  function showToMember(reply: FastifyReply, me: number, code: string, invitation: Invitation | undefined) {
    if (!invitation) return showEnded(reply, code, undefined);
    const { inviterId, inviterName: name } = invitation;
    if (invitations.cameBy(me, code)) return reply.redirect(chatWith(me, inviterId), 303);
    if (friends.hasBlocked(inviterId, me)) return showEnded(reply, code, undefined);
    if (friends.areFriends(me, inviterId))
      return reply.show('friends/invited', { as: 'friends', name, chat: chatWith(me, inviterId) });
    const why = endOf(invitation, clock.now());
    if (inviterId === me) return reply.show('friends/invited', { as: why ? 'ownEnded' : 'own', name });
    if (why) return showEnded(reply, code, invitation);
    return reply.show('friends/invited', { as: 'offer', name, code });
  }

  function showInvitation(request: FastifyRequest<Code>, reply: FastifyReply) {
    const { code, invitation } = invitationIn(request.params.code);
    reply.header('Cache-Control', 'no-store');
    if (request.signedIn) return showToMember(reply, request.signedIn.user.id, code, invitation);
    if (!invitation || endOf(invitation, clock.now())) return showEnded(reply, code, invitation);
    const { template, data } = joinPage(code, invitation.inviterName);
    return reply.show(template, data);
  }
  app.get<Code>('/join/:code', showInvitation);
  app.get<Code>('/join/:code/*', showInvitation);

  app.post<Code>('/join/:code', { config: { grows: true } }, (request, reply) => {
    const { code, invitation } = invitationIn(request.params.code);
    // A form that was open when someone signed in in another tab.
    if (request.signedIn) return reply.redirect(`/join/${code}`, 303);
    if (!invitation || endOf(invitation, clock.now())) return showEnded(reply, code, invitation);
    return join(request, reply, joinPage(code, invitation.inviterName), {
      isOwner: false,
      invitation,
      admit: () => invitations.use(code, clock.now()),
      welcome(id) {
        friends.befriend(invitation.inviterId, id);
        invitedGroups.enter(invitation.id, invitation.inviterId, id);
      },
      refuse: () => showEnded(reply, code, invitations.known(code)),
    });
  });

  app.post<Code>('/join/:code/friend', { preHandler: requireUser }, (request, reply) => {
    const me = userOf(request).id;
    const { code, invitation } = invitationIn(request.params.code);
    if (!invitation) return showEnded(reply, code, undefined);
    const { inviterId } = invitation;
    const followed = friends.follow(me, inviterId, () => invitations.use(code, clock.now()));
    if (followed) invitedGroups.enter(invitation.id, inviterId, me);
    // Pressed twice: the first one has done it.
    if (friends.areFriends(me, inviterId)) return reply.redirect(chatWith(me, inviterId), 303);
    const isBlocked = friends.hasBlocked(inviterId, me);
    return showEnded(reply, code, isBlocked ? undefined : invitations.known(code));
  });

  if (config.registration !== 'open') {
    // A link that lost its code on the way.
    app.get('/join', (_request, reply) => showEnded(reply, '', undefined));
    return;
  }
  const openPage = {
    template: 'friends/join',
    data: { action: '/join', inviter: undefined, values: {}, errors: {} },
  };
  app.get('/join', (_request, reply) => reply.show(openPage.template, openPage.data));
  app.post('/join', { config: { grows: true } }, (request, reply) => {
    // The first account is the owner's, which only the setup link creates.
    if (!accounts.hasUsers()) throw notFound();
    return join(request, reply, openPage, { isOwner: false, admit: () => accounts.hasUsers() });
  });
}
