/** What is shown when a page is asked for and the server can't be reached: a page of ours, with nothing of anybody's on it. */
import type { FetchEvent, WorkerScope } from './scope.ts';

declare const self: WorkerScope;

const CACHE = 'porchlight.offline';
const PAGE = '/offline';
/** What the page is made of: scripts and styles with their hashes, and the lantern. */
const PART = /="(\/static\/(?:build\/[\w.-]+|favicon\.svg))"/g;

/** Fetches the page as it is now, in its reader's language, with what belongs to it; what belonged to an older one goes. */
export async function keepOffline(): Promise<void> {
  const page = await fetch(PAGE, { cache: 'no-store' });
  if (!page.ok) return;
  const html = await page.clone().text();
  const parts = Array.from(html.matchAll(PART), ([, path = '']) => path);
  const cache = await caches.open(CACHE);
  await cache.addAll(parts);
  await cache.put(PAGE, page);
  for (const kept of await cache.keys())
    if (![PAGE, ...parts].includes(new URL(kept.url).pathname)) await cache.delete(kept);
}

/** What is kept, where there is no way to the server. */
async function orKept(answer: Promise<Response>, kept: Request | string): Promise<Response> {
  try {
    return await answer;
  } catch (error) {
    const found = await caches.match(kept);
    if (!found) throw error;
    return found;
  }
}

/**
 * Takes notifications away: of a chat, once that is opened; all of them where somebody has signed out, or was signed out
 * from elsewhere.
 */
async function dismiss(path: string): Promise<void> {
  const [, chat] = /^\/chats\/(\d+)$/.exec(path) ?? [];
  if (chat === undefined && path !== '/login') return;
  const wanted = chat === undefined ? {} : { tag: `chat-${chat}` };
  for (const shown of await self.registration.getNotifications(wanted)) shown.close();
}

/** Whether this worker, which runs for some minutes, has brought the kept page up to date. */
let isFresh = false;

/** Brings it up to date once a page has loaded; Settings may be where language or look have just been changed. */
async function refresh(path: string, loaded: Promise<Response>): Promise<void> {
  if (isFresh && path !== '/settings') return;
  await loaded;
  isFresh = true;
  await keepOffline();
}

export function answer(event: FetchEvent): void {
  const { request, preloadResponse } = event;
  const { pathname } = new URL(request.url);
  if (request.mode === 'navigate' && request.method === 'GET') {
    // Firefox takes an answer that never came for one, of the type `error`.
    const loaded = preloadResponse.then((early) =>
      early && early.type !== 'error' ? early : fetch(request),
    );
    event.respondWith(orKept(loaded, PAGE));
    event.waitUntil(dismiss(pathname));
    event.waitUntil(refresh(pathname, loaded).catch(() => {}));
  } else if (pathname.startsWith('/static/')) event.respondWith(orKept(fetch(request), request));
}
