/**
 * The service worker: what the browser wakes when something is pushed, whether a page is open or not. An update takes over
 * at once: no page depends on it, and nothing that it keeps depends on its version.
 */
import { askForKey, keepSubscription, subscribe } from '../common/push-subscription.ts';
import { follow, show } from './notifications.ts';
import { answer, keepOffline } from './offline.ts';
import type { SubscriptionEvent, WorkerScope } from './scope.ts';
import { takeShared } from './sharing.ts';

declare const self: WorkerScope;

/** The push service has ended a subscription. @throws where nobody is signed in: there is nobody to be told anything */
async function subscribeAnew({ newSubscription }: SubscriptionEvent): Promise<void> {
  const { key, token } = await askForKey();
  await keepSubscription(newSubscription ?? (await subscribe(self.registration.pushManager, key)), token);
}

/** Without the page for when the server is away, notifications work all the same. */
async function install(): Promise<void> {
  await keepOffline().catch(() => {});
  await self.skipWaiting();
}

/** Pages need not wait for the worker to start: the browser asks for them meanwhile, where it can. */
async function takeOver(): Promise<void> {
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('fetch', answer);
self.addEventListener('fetch', takeShared);
self.addEventListener('push', (event) => event.waitUntil(show(event)));
self.addEventListener('notificationclick', (event) => event.waitUntil(follow(event)));
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(subscribeAnew(event)));
