/** Notifications: what is pushed becomes one, and pressing it leads to its page. */
import * as v from 'valibot';
import { PushMessage } from '../../protocol/push.ts';
import { handPress } from '../common/handed-press.ts';
import { askForKey } from '../common/push-subscription.ts';
import type { ClickEvent, PushEvent, WorkerScope } from './scope.ts';

declare const self: WorkerScope;

/** What is kept with a notification for when it is pressed. */
const Kept = v.object({ url: v.string(), call: v.optional(v.string()) });

/** What TypeScript's own type lacks: not every browser has it. */
type Options = NotificationOptions & {
  actions?: { action: string; title: string }[];
  renotify: boolean;
  timestamp: number;
};

const pages = () => self.clients.matchAll({ type: 'window', includeUncontrolled: true });

/**
 * Whether a page in view tells it already. Only Chromium is asked to stay silent then: Safari takes the permission away from
 * whoever is told something and doesn't show it.
 */
const isInView = async (): Promise<boolean> =>
  'maxActions' in Notification && (await pages()).some(({ focused }) => focused);

async function close(tag: string): Promise<void> {
  for (const shown of await self.registration.getNotifications({ tag })) shown.close();
}

export async function show({ data }: PushEvent): Promise<void> {
  const { kind, tag, lang, title, body, url, at, unread, call } = v.parse(PushMessage, data?.json());
  // On the app's icon, where there is one.
  if (unread !== undefined) navigator.setAppBadge?.(unread).catch(() => {});
  const isOver = kind === 'over';
  if ((kind === 'call' || isOver) && (await isInView())) return isOver ? close(tag) : undefined;
  const options: Options = {
    ...{ tag, lang, body, timestamp: at, icon: '/static/icon-192.png', badge: '/static/badge.png' },
    data: { url, ...(call && { call: call.id }) },
    // It sounds again, although it takes the place of another.
    renotify: !isOver,
    silent: isOver,
    requireInteraction: kind === 'call',
    ...(call && {
      actions: [
        { action: 'accept', title: call.accept },
        { action: 'decline', title: call.decline },
      ],
    }),
  };
  await self.registration.showNotification(title, options);
  // Shown for a moment, as something has to be after a push.
  if (isOver) await close(tag);
}

/** Goes to a page that is open already, or opens it. */
async function goTo(url: string): Promise<void> {
  const { pathname } = new URL(url, self.registration.scope);
  const open = (await pages()).find((page) => new URL(page.url).pathname === pathname);
  await (open ? open.focus() : self.clients.openWindow(url));
}

/** @throws where it wasn't declined: the call rings on elsewhere */
async function decline(call: string): Promise<void> {
  const { token } = await askForKey();
  const { ok, status } = await fetch(`/calls/${call}/decline`, {
    method: 'POST',
    // As htmx asks, it is answered by a status; a form is led to a page, whether it was declined or nobody is signed in.
    headers: { 'x-csrf-token': token, 'HX-Request': 'true' },
    redirect: 'error',
  });
  if (!ok) throw new Error(`not declined: ${status}`);
}

export async function follow({ notification, action }: ClickEvent): Promise<void> {
  notification.close();
  const { url, call } = v.parse(Kept, notification.data);
  if (call !== undefined && action === 'decline') return decline(call).catch(() => goTo(url));
  if (call === undefined || action !== 'accept') return goTo(url);
  return goTo(`/push/accept/${call}?word=${await handPress()}`);
}
