/**
 * The service worker: what the browser wakes when something is pushed, whether a page is open or not. An update takes over
 * at once, as no page depends on it.
 */
import { askForKey, keepSubscription, subscribe } from '../common/push-subscription.ts';
import { follow, show } from './notifications.ts';
import type { SubscriptionEvent, WorkerScope } from './scope.ts';

declare const self: WorkerScope;

/** The push service has ended a subscription. @throws where nobody is signed in: there is nobody to be told anything */
async function subscribeAnew({ newSubscription }: SubscriptionEvent): Promise<void> {
  const { key, token } = await askForKey();
  await keepSubscription(newSubscription ?? (await subscribe(self.registration.pushManager, key)), token);
}

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('push', (event) => event.waitUntil(show(event)));
self.addEventListener('notificationclick', (event) => event.waitUntil(follow(event)));
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(subscribeAnew(event)));
