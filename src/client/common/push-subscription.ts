/** This browser's push subscription, and telling the server of it: for the page where it is made, and for the service worker. */
import * as v from 'valibot';

const ServerKey = v.object({ key: v.string(), token: v.string() });

/** What the server is known by to push services, and the token against forged requests. @throws where nobody is signed in */
export async function askForKey(): Promise<v.InferOutput<typeof ServerKey>> {
  const response = await fetch('/push/key', { cache: 'no-store' });
  return v.parse(ServerKey, await response.json());
}

/** The subscription that is there, or a new one. @param key the server's. @throws what the push service does */
export async function subscribe(manager: PushManager, key: string): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await manager.subscribe(options);
  } catch (error) {
    // It may be bound to the key that this server had before its data were lost.
    const other = await manager.getSubscription();
    if (!other) throw error;
    await other.unsubscribe();
    return manager.subscribe(options);
  }
}

export function keepSubscription(subscription: PushSubscription, token: string): Promise<Response> {
  const { endpoint, keys } = subscription.toJSON();
  return fetch('/push/subscription', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': token },
    body: JSON.stringify({ endpoint, ...keys }),
  });
}
