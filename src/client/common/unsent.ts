/**
 * The outbox: texts that were sent off, kept on this device until the server has them. Each is an entry of its own in
 * localStorage, so tabs don't overwrite each other's. Leaving the page loses none; the next one of the same person
 * takes them further.
 */
import { attempt } from './storage.ts';
import { UNSENT } from './storage-keys.ts';

export interface Unsent {
  /** Ids, as the pages write them. */
  me: string;
  chat: string;
  /** ms since 1970: they go in this order. */
  at: number;
  /** By which the server recognises it, however often it is sent. */
  key: string;
  text: string;
  /** A sentence that says why the server won't have it as it is. Until there is one, it is sent again and again. */
  refused: string;
}

const nameOf = ({ me, chat, at, key }: Unsent): string => `${UNSENT}${me}.${chat}.${at}.${key}`;

/** What a person has sent off, in order; nothing where the browser keeps nothing for pages. */
export function unsentOf(me: string): Unsent[] {
  const found: Unsent[] = [];
  attempt(() => {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(`${UNSENT}${me}.`)) continue;
      const [chat = '', at = '', key = ''] = name.slice(UNSENT.length + me.length + 1).split('.');
      const [refused = '', ...lines] = (localStorage.getItem(name) ?? '').split('\n');
      found.push({ me, chat, at: Number(at), key, text: lines.join('\n'), refused });
    }
  });
  return found.sort((one, other) => one.at - other.at);
}

/** @returns whether the device keeps it */
export function keepUnsent(entry: Unsent): boolean {
  // One line, so that what comes behind is the text.
  const refused = entry.refused.replace(/\s+/g, ' ');
  const kept = attempt(() => {
    localStorage.setItem(nameOf(entry), `${refused}\n${entry.text}`);
    return true;
  });
  return kept ?? false;
}

export function dropUnsent(entry: Unsent): void {
  attempt(() => localStorage.removeItem(nameOf(entry)));
}
