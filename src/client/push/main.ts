/** Turning notifications of this device on and off, in Settings. Loaded with the first touch of that section. */
import { find, setText } from '../common/dom.ts';
import { askForKey, keepSubscription, subscribe } from '../common/push-subscription.ts';

const section = find(document, '#notifications', HTMLElement);

function say(words: string | undefined): void {
  const status = section.querySelector('[role=status]');
  if (status) setText(status, words ?? '');
}

/** iPhones and iPads, which may say that they are Macs, give web push to what is on the home screen. */
const isApplePhone = (): boolean =>
  /iPhone|iPad/.test(navigator.userAgent) ||
  (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1);

/** @returns what went wrong, as the name of its words in the section */
async function turnOn(): Promise<'homeScreen' | 'unsupported' | 'denied' | 'failed' | undefined> {
  if (!('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window))
    return isApplePhone() ? 'homeScreen' : 'unsupported';
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  await navigator.serviceWorker.register('/service-worker.js');
  const { pushManager } = await navigator.serviceWorker.ready;
  const { key, token } = await askForKey();
  const { ok } = await keepSubscription(await subscribe(pushManager, key), token);
  return ok ? undefined : 'failed';
}

async function turnOff(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  await subscription?.unsubscribe();
  await registration?.unregister();
}

section.addEventListener('click', (event) => {
  const { target } = event;
  if (!(target instanceof Element && target.closest('[data-do=on]'))) return;
  event.preventDefault();
  say(undefined);
  turnOn()
    .catch(() => 'failed' as const)
    .then((problem) => {
      if (problem) say(section.dataset[problem]);
      else location.assign('/settings?done=push-on#notifications');
    });
});

section.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.do !== 'off') return;
  event.preventDefault();
  // The server forgets it in any case.
  const go = () => form.submit();
  turnOff().then(go, go);
});
