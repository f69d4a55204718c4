/**
 * What another app has shared with Porchlight, kept on this device from when the service worker gets it until somebody has
 * chosen the chat that it goes to. One at a time: who shares again has changed their mind.
 */
import { SHARED } from './storage-keys.ts';

export interface Shared {
  text: string;
  files: File[];
  /** When, in ms since 1970; also what tells it from another. */
  at: number;
  /** Id of the person to whom it was shown first, and is shown to alone. */
  me?: string;
}

const STORE = 'shared';
const KEY = 'newest';
/** What nobody has taken for so long, in ms, isn't offered any more. */
const KEPT_MS = 24 * 60 * 60 * 1000;

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(SHARED, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => {
      // Whoever signs out has the browser clear all of it, and every browser in which one can share with a page does so.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when it is done for good. @throws where the browser keeps nothing, or has no room */
async function transact(work: (store: IDBObjectStore) => void): Promise<void> {
  const database = await open();
  try {
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction(STORE, 'readwrite');
      work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Changes what is there, or lets it go, in one step with looking at it. */
const amend = (change: (found: Shared) => Shared | undefined): Promise<void> =>
  transact((store) => {
    const request: IDBRequest<Shared | undefined> = store.get(KEY);
    request.onsuccess = () => {
      const found = request.result;
      const changed = found && change(found);
      if (changed) store.put(changed, KEY);
      else store.delete(KEY);
    };
  });

export const keepShared = (shared: Shared): Promise<void> => transact((store) => store.put(shared, KEY));

/** @param me id of the person who asks. What was there for somebody else, or for too long, is removed */
export async function recallShared(me: string): Promise<Shared | undefined> {
  let recalled: Shared | undefined;
  await amend((found) => {
    const isTheirs = (found.me ?? me) === me && Date.now() - found.at < KEPT_MS;
    recalled = isTheirs ? { ...found, me } : undefined;
    return recalled;
  }).catch(() => undefined);
  return recalled;
}

/** @param at of the one that is gone; what has been shared since stays. Without it, whatever is there goes */
export const dropShared = (at?: number): Promise<void> =>
  amend((found) => (at === undefined || found.at === at ? undefined : found)).catch(() => undefined);
