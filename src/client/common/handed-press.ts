/**
 * A press on Accept in a notification, handed by the service worker to the page that it opens. It is the same as a press on
 * one of our links (press.ts), by a random word that counts once and for a short time; a worker has no `localStorage`.
 */
import { newKey } from './key.ts';
import { isPress } from './press.ts';

const CACHE = 'porchlight.press';
const PLACE = '/push/accept';

/** @returns the word that the page must bring */
export async function handPress(): Promise<string> {
  const word = newKey();
  const cache = await caches.open(CACHE);
  await cache.put(PLACE, new Response(`${word} ${Date.now()}`));
  return word;
}

/** Whether this word was handed over. It is used up. */
export async function takeHandedPress(word: string): Promise<boolean> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(PLACE);
  if (!kept || !isPress(word, await kept.text(), Date.now())) return false;
  return cache.delete(PLACE);
}
