/** The one conversation that two people have with each other. */
import type { ChatStore } from './store.ts';

/** The same for both of them, however fast both open it. */
export const directKey = (a: number, b: number): string => `${Math.min(a, b)}:${Math.max(a, b)}`;

/**
 * Creates it if there is none, as when a friendship begins. May run inside another transaction.
 * @param now ms since 1970: its position in the list of chats until somebody writes
 * @returns its id
 */
export function beginDirect(store: ChatStore, a: number, b: number, now: number): number {
  const key = directKey(a, b);
  const known = store.direct(key);
  if (known !== undefined) return known;
  store.transaction(() => store.insertDirect(key, [a, b], now));
  return store.direct(key) ?? 0;
}
