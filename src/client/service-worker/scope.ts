/** What a service worker has that a page hasn't, as far as ours uses it: TypeScript knows either of the two. */

type Waiting = Event & { waitUntil(work: Promise<unknown>): void };

export type PushEvent = Waiting & { data: { json(): unknown } | null };
export type ClickEvent = Waiting & { notification: Notification; action: string };
export type SubscriptionEvent = Waiting & { newSubscription?: PushSubscription | null };
export type FetchEvent = Waiting & {
  request: Request;
  /** What the browser has asked for already while it started the worker. */
  preloadResponse: Promise<Response | undefined>;
  respondWith(answer: Promise<Response>): void;
};

type WorkerEvents = {
  install: Waiting;
  activate: Waiting;
  fetch: FetchEvent;
  push: PushEvent;
  notificationclick: ClickEvent;
  pushsubscriptionchange: SubscriptionEvent;
};

type OpenPage = { url: string; focused: boolean; focus(): Promise<unknown> };

export type WorkerScope = {
  registration: ServiceWorkerRegistration;
  clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<OpenPage[]>;
    openWindow(url: string): Promise<unknown>;
    claim(): Promise<void>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<Name extends keyof WorkerEvents>(
    name: Name,
    listener: (event: WorkerEvents[Name]) => void,
  ): void;
};
