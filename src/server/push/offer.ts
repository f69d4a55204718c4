/**
 * Notifications are offered once there is something that they would have told of: above the list of chats, on each device
 * until they are on, or somebody has said "not now" there. Nobody's browser asks by itself.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireUser } from '../accounts/authentication.ts';
import type { Config } from '../config.ts';
import type { SubscriptionStore } from './store.ts';

const COOKIE = 'no-notifications';
/** Seconds; browsers keep no cookie longer (RFC 6265bis §5.5). */
const KEPT = 400 * 24 * 60 * 60;

export type OfferParts = {
  config: Pick<Config, 'secure'>;
  subscriptions: Pick<SubscriptionStore, 'ofSession'>;
};

/** Whether to offer notifications on this device. Browsers have them only over https. */
export const createOffer =
  ({ config, subscriptions }: OfferParts) =>
  ({ signedIn, cookies }: FastifyRequest): boolean =>
    config.secure &&
    cookies[COOKIE] === undefined &&
    signedIn !== null &&
    subscriptions.ofSession(signedIn.session) === undefined;

export function offerRoute(app: FastifyInstance, { config }: OfferParts): void {
  app.post('/push/not-now', { preHandler: requireUser }, (_request, reply) =>
    reply
      .setCookie(COOKIE, '1', {
        ...({ path: '/', sameSite: 'lax', httpOnly: true } as const),
        secure: config.secure,
        maxAge: KEPT,
      })
      .redirect('/chats', 303),
  );
}
