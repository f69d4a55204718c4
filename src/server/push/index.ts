/**
 * Telling devices on which no page is open, by web push (RFC 8030). Domains don't know about it: it listens to their
 * events, as `live` does for open pages.
 */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { secretOf } from '../accounts/secret-store.ts';
import type { Background } from '../background/background.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { type AcceptParts, acceptRoute } from './accept-route.ts';
import { type CallNoticeParts, tellOfCalls } from './call-notices.ts';
import type { Deliver } from './delivery.ts';
import { type MessageNoticeParts, tellOfMessages } from './message-notices.ts';
import { createNotices } from './notices.ts';
import { createOffer, type OfferParts, offerRoute } from './offer.ts';
import { type QuietEndParts, tellAfterQuiet } from './quiet-ends.ts';
import { type PushRouteParts, pushRoutes } from './routes.ts';
import { createSender } from './sender.ts';
import { serverKeyFrom } from './server-key.ts';
import { createSubscriptionStore } from './store.ts';

/** Whom push services are told where PUBLIC_URL isn't known: they want an address, and this one reaches nobody (RFC 2606). */
const NOBODY = 'mailto:porchlight@example.org';

type Ground = {
  config: Pick<Config, 'publicUrl' | 'secure'>;
  database: Database;
  background: Background;
  log: FastifyBaseLogger;
};

/** @param deliver carries requests to push services */
export function createPushParts(
  parts: Ground & MessageNoticeParts & CallNoticeParts & QuietEndParts,
  deliver: Deliver,
) {
  const { config, database } = parts;
  const subscriptions = createSubscriptionStore(database);
  const serverKey = serverKeyFrom(secretOf(database, 'push'));
  const subject = config.publicUrl?.startsWith('https:') ? config.publicUrl : NOBODY;
  const sender = createSender({ ...parts, subscriptions, serverKey, subject, deliver });
  const notices = createNotices({ ...parts, subscriptions, sender });
  const [messages, calls] = [tellOfMessages(parts, notices), tellOfCalls(parts, notices)];
  const stops = [messages.stop, calls.stop, tellAfterQuiet(parts, messages, calls), sender.stop];
  return {
    ...{ subscriptions, serverKey, notices },
    /** How the device with this session is told of things; `undefined` where it isn't. */
    notificationsOf: subscriptions.ofSession,
    mayOfferNotifications: createOffer({ config, subscriptions }),
    ringOn: calls.goOn,
    stopNotices(): void {
      for (const stop of stops) stop();
    },
  };
}

export function registerPush(app: FastifyInstance, parts: PushRouteParts & AcceptParts & OfferParts): void {
  pushRoutes(app, parts);
  acceptRoute(app, parts);
  offerRoute(app, parts);
}
