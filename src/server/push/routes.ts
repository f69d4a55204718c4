/** What a browser sends about its notifications. The section of Settings that leads here is in views/settings. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { actorOf, requireUser, userOf } from '../accounts/authentication.ts';
import type { Clock } from '../clock.ts';
import { createLimit } from '../http/attempt-limit.ts';
import { notFound, personError } from '../http/errors.ts';
import type { Notices } from './notices.ts';
import type { ServerKey } from './server-key.ts';
import type { SubscriptionStore } from './store.ts';
import { Subscription } from './subscription.ts';

/** ms */
const WINDOW = 10 * 60 * 1000;
/** For one person in that time. A browser subscribes once, and again after some months. */
const MOST_SUBSCRIPTIONS = 30;
const MOST_TESTS = 10;

const TextForm = v.object({ text: v.optional(v.string()) });

/** Stable, for scripts: what they are told beside a sentence. */
type Refusal = 'bad-subscription' | 'taken' | 'too-many';
const STATUS: Record<Refusal, number> = { 'bad-subscription': 422, taken: 409, 'too-many': 429 };

export type PushRouteParts = {
  subscriptions: SubscriptionStore;
  serverKey: ServerKey;
  notices: Pick<Notices, 'tellSession'>;
  clock: Clock;
};

export function pushRoutes(app: FastifyInstance, parts: PushRouteParts): void {
  const { subscriptions, serverKey, notices, clock } = parts;
  const guard = { preHandler: requireUser };
  // As many keys as there are people.
  const everybody = { window: WINDOW, keys: Number.POSITIVE_INFINITY };
  const subscribing = createLimit(clock, { ...everybody, most: MOST_SUBSCRIPTIONS });
  const testing = createLimit(clock, { ...everybody, most: MOST_TESTS });

  const refuse = (request: FastifyRequest, reply: FastifyReply, error: Refusal) =>
    reply.code(STATUS[error]).send({ error, message: request.reader.t(`push.errors.${error}`) });

  /** For the service worker, which has no page to read the token from; other sites can't read the answer. */
  app.get('/push/key', guard, (_request, reply) =>
    reply.send({ key: serverKey.publicKey, token: reply.generateCsrf() }),
  );

  app.post('/push/subscription', guard, (request, reply) => {
    const { user, session } = actorOf(request);
    if (!subscribing(`${user}`)) return refuse(request, reply, 'too-many');
    const form = v.safeParse(Subscription, request.body);
    if (!form.success) return refuse(request, reply, 'bad-subscription');
    const result = subscriptions.put(session, request.reader.locale, form.output, clock.now());
    if (result === 'signed-out') throw notFound();
    return result === 'taken' ? refuse(request, reply, result) : reply.code(201).send({});
  });

  const back = (reply: FastifyReply, done: string) =>
    reply.redirect(`/settings?done=${done}#notifications`, 303);

  app.post('/push/subscription/remove', guard, (request, reply) => {
    subscriptions.remove(actorOf(request).session);
    return back(reply, 'push-off');
  });

  app.post('/push/text', guard, (request, reply) => {
    const { text } = v.parse(TextForm, request.body);
    subscriptions.setShowsText(actorOf(request).session, text === 'on');
    return back(reply, 'push-saved');
  });

  app.post('/push/test', guard, (request, reply) => {
    if (!testing(`${userOf(request).id}`)) throw personError(429, 'errors.tooMany');
    const isSent = notices.tellSession(userOf(request), actorOf(request).session, {
      ...{ tag: 'test', urgency: 'high', ttl: 60 },
      notice: (t) => ({
        kind: 'test',
        title: t('push.test.title'),
        body: t('push.test.body'),
        url: '/settings#notifications',
      }),
    });
    if (!isSent) throw notFound();
    return back(reply, 'push-test');
  });
}
