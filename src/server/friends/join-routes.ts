/**
 * How accounts are created: the setup link, an invitation, or open registration; and what an invitation does for
 * someone who already has one.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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
import type { Invitation, InvitationStore } from './invitation-store.ts';
import type { ConversationWith } from './routes.ts';

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
  sessions: Sessions;
  setup: Setup;
  knownDevices: KnownDevices;
  friends: Friends;
  clock: Clock;
  config: Pick<Config, 'registration'>;
  conversationWith: ConversationWith;
};

export function joinRoutes(app: FastifyInstance, parts: JoinParts): void {
  const { accounts, invitations, clock, sessions, setup, friends, config, knownDevices } = parts;
  const byAddress = createLimit(clock, { most: MOST_TRIES, window: LATER * 1000, keys: MOST_ADDRESSES });

  type Newcomer = { id: number; passwordHash: string };
  async function begin(request: FastifyRequest, reply: FastifyReply, { id, passwordHash }: Newcomer) {
    const cookie = await sessions.start(id, request.headers['user-agent'] ?? '', passwordHash);
    // Someone has reset the password at this very moment.
    if (!cookie) return reply.redirect('/login', 303);
    knownDevices.mark(reply, id);
    return reply.header('Set-Cookie', cookie).redirect('/friends', 303);
  }

  /** The three ways in differ in who is let in and what happens then; the form is the same. */
  async function join(
    request: FastifyRequest,
    reply: FastifyReply,
    page: { template: string; data: object },
    rules: {
      isOwner: boolean;
      invitation?: number;
      admit: () => boolean;
      welcome?: (id: number) => void;
      /** The answer if nobody is admitted any more. */
      refuse?: (reply: FastifyReply) => FastifyReply;
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
      const result = await register(accounts, clock, { ...form.output, isOwner, invitation }, admit, welcome);
      if ('id' in result) return begin(request, reply, result);
      if (result.error === 'refused' && refuse) return refuse(reply);
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

  app.get<SetupCode>('/setup', (request, reply) => {
    const { code } = request.query;
    if (!setup.admits(code)) throw notFound();
    const { template, data } = setupPage(code);
    return reply.header('Cache-Control', 'no-store').show(template, data);
  });

  app.post<SetupCode>('/setup', { config: { grows: true } }, (request, reply) => {
    const { code } = request.query;
    if (!setup.admits(code)) throw notFound();
    // Checked again inside the transaction: of two people with the link, one becomes the owner.
    return join(request, reply, setupPage(code), { isOwner: true, admit: () => setup.admits(code) });
  });

  /** A link may include some of the text around it: anything after the code is ignored. */
  function invitationIn(given: string): { code: string; invitation: Invitation | undefined } {
    const found = codeIn(given);
    const code = [found, found.replace(/(?<![-_])[-_]+$/, '')].find((text) =>
      invitations.byCode(text, clock.now()),
    );
    return {
      code: code ?? found,
      invitation: code ? invitations.byCode(code, clock.now()) : undefined,
    };
  }

  /** An invalid invitation looks the same whether it expired or never existed. */
  const ended = (reply: FastifyReply) => reply.code(404).show('friends/invitation-ended');

  const joinPage = (code: string, inviter: string) => ({
    template: 'friends/join',
    data: { action: `/join/${code}`, inviter, values: {}, errors: {} },
  });

  /** For someone with an account: friendship with the inviter, not a second account. */
  function showToMember(reply: FastifyReply, me: number, code: string, invitation: Invitation | undefined) {
    if (invitations.cameBy(me, code)) return reply.redirect('/chats', 303);
    if (!invitation || friends.hasBlocked(invitation.inviterId, me)) return ended(reply);
    const { inviterId, inviterName: name } = invitation;
    if (inviterId === me) return reply.show('friends/invited', { as: 'own', name });
    if (friends.areFriends(me, inviterId)) return reply.show('friends/invited', { as: 'friends', name });
    return reply.show('friends/invited', { as: 'offer', name, code });
  }

  function showInvitation(request: FastifyRequest<Code>, reply: FastifyReply) {
    const { code, invitation } = invitationIn(request.params.code);
    reply.header('Cache-Control', 'no-store');
    if (request.signedIn) return showToMember(reply, request.signedIn.user.id, code, invitation);
    if (!invitation) return ended(reply);
    const { template, data } = joinPage(code, invitation.inviterName);
    return reply.show(template, data);
  }
  app.get<Code>('/join/:code', showInvitation);
  app.get<Code>('/join/:code/*', showInvitation);

  app.post<Code>('/join/:code', { config: { grows: true } }, (request, reply) => {
    const { code, invitation } = invitationIn(request.params.code);
    // A form that was open when someone signed in in another tab.
    if (request.signedIn) return reply.redirect(`/join/${code}`, 303);
    if (!invitation) return ended(reply);
    return join(request, reply, joinPage(code, invitation.inviterName), {
      isOwner: false,
      invitation: invitation.id,
      admit: () => invitations.use(code, clock.now()),
      welcome: (id) => friends.befriend(invitation.inviterId, id),
      refuse: ended,
    });
  });

  app.post<Code>('/join/:code/friend', { preHandler: requireUser }, (request, reply) => {
    const me = userOf(request).id;
    const { code, invitation } = invitationIn(request.params.code);
    if (!invitation) return ended(reply);
    const { inviterId } = invitation;
    friends.follow(me, inviterId, () => invitations.use(code, clock.now()));
    // Pressed twice: the first one has done it.
    if (!friends.areFriends(me, inviterId)) return ended(reply);
    const conversation = parts.conversationWith(me, inviterId);
    return reply.redirect(conversation === undefined ? '/chats' : `/chats/${conversation}#end`, 303);
  });

  if (config.registration !== 'open') return;
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
