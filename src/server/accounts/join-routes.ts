/** How accounts come into being: the setup link, an invitation, or open registration. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isPersonError, notFound } from '../http/errors.ts';
import { type FormErrors, readForm } from '../http/forms.ts';
import { addressKey, createLimit } from '../http/limits.ts';
import type { Services } from '../services.ts';
import { Registration, register } from './registration.ts';

type Code = { Params: { code: string } };
type SetupCode = { Querystring: { code?: string } };

/**
 * Forms of one address that are looked at in ten minutes. Each says whether a name is taken, and may cost a hash; a
 * family that joins together from one house needs some tries each.
 */
const MOST_TRIES = 60;
const LATER = 10 * 60;
/** Addresses that are remembered. */
const MOST_ADDRESSES = 10_000;

export function joinRoutes(app: FastifyInstance, services: Services): void {
  const { accounts, clock, sessions, setup, friends, config, knownDevices } = services;
  const byAddress = createLimit(clock, { most: MOST_TRIES, window: LATER * 1000, keys: MOST_ADDRESSES });

  type Newcomer = { id: number; passwordHash: string };
  async function begin(request: FastifyRequest, reply: FastifyReply, { id, passwordHash }: Newcomer) {
    const cookie = await sessions.start(id, request.headers['user-agent'] ?? '', passwordHash);
    // Somebody has reset the password in this very moment.
    if (!cookie) return reply.redirect('/login', 303);
    knownDevices.mark(reply, id);
    return reply.header('Set-Cookie', cookie).redirect('/friends', 303);
  }

  /** The three ways in differ in who is let in and what happens then; the form is the same. */
  async function join(
    request: FastifyRequest,
    reply: FastifyReply,
    page: { template: string; data: object },
    rules: { isOwner: boolean; admit: () => boolean; welcome?: (id: number) => void },
  ) {
    const form = readForm(Registration, request.body);
    const again = (errors: FormErrors, status = 422) =>
      reply.code(status).show(page.template, { ...page.data, values: form.values, errors });
    if (!form.ok) return again(form.errors);
    if (!byAddress(addressKey(request.ip))) {
      reply.header('Retry-After', LATER);
      return again({ form: 'errors.tooMany' }, 429);
    }
    const { isOwner, admit, welcome } = rules;
    try {
      const result = await register(accounts, clock, { ...form.output, isOwner }, admit, welcome);
      if ('id' in result) return begin(request, reply, result);
      if (result.error === 'refused') throw notFound();
      return again({ username: 'accounts.errors.taken' });
    } catch (error) {
      // Whoever has filled in a form and must wait has it before them still.
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

  app.post<SetupCode>('/setup', (request, reply) => {
    const { code } = request.query;
    if (!setup.admits(code)) throw notFound();
    // Asked again inside the transaction: of two who hold the link, one becomes the owner.
    return join(request, reply, setupPage(code), { isOwner: true, admit: () => setup.admits(code) });
  });

  const joinPage = (code: string) => {
    const invitation = accounts.invitationByCode(code, clock.now());
    if (!invitation) throw notFound();
    return {
      invitation,
      page: {
        template: 'accounts/join',
        data: { action: `/join/${code}`, inviter: invitation.inviterName, values: {}, errors: {} },
      },
    };
  };

  app.get<Code>('/join/:code', (request, reply) => {
    const { template, data } = joinPage(request.params.code).page;
    return reply.show(template, data);
  });

  app.post<Code>('/join/:code', (request, reply) => {
    const { code } = request.params;
    const { invitation, page } = joinPage(code);
    return join(request, reply, page, {
      isOwner: false,
      admit: () => accounts.useInvitation(code, clock.now()),
      welcome: (id) => friends.befriend(invitation.inviterId, id),
    });
  });

  if (config.registration !== 'open') return;
  const openPage = {
    template: 'accounts/join',
    data: { action: '/join', inviter: undefined, values: {}, errors: {} },
  };
  app.get('/join', (_request, reply) => reply.show(openPage.template, openPage.data));
  app.post('/join', (request, reply) => {
    // The first account is the owner's, and that one comes by the setup link only.
    if (!accounts.hasUsers()) throw notFound();
    return join(request, reply, openPage, { isOwner: false, admit: () => accounts.hasUsers() });
  });
}
