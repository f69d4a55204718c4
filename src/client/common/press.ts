/**
 * A press on one of our links that rings, answers or returns to a call, handed on to the page it opens. The link carries
 * a random word, which this device remembers until that page asks for it: once, and for a short time. So only a press on
 * one of our own pages starts anything. Another site can't know the word, and a bookmark, a reloaded page, a duplicated
 * tab or one restored after a crash has a word that is used up.
 */
import { newKey } from './key.ts';

const PRESS = 'porchlight.press';
const FIELD = 'press';

/** ms that the page may take to arrive. One that comes later, as after an outage, asks again. */
const FRESH = 30_000;

/** Makes the press on this link known to the page that it opens, in whatever tab that will be. */
export function notePress(link: HTMLAnchorElement): void {
  const url = new URL(link.href);
  const word = newKey();
  url.searchParams.set(FIELD, word);
  try {
    localStorage.setItem(PRESS, `${word} ${Date.now()}`);
  } catch {
    // On a device that stores nothing, each call takes a second press.
    return;
  }
  link.href = url.href;
}

/** Whether a press has opened this page. Its word is used up, and gone from the address. */
export function takePress(): boolean {
  const url = new URL(location.href);
  const word = url.searchParams.get(FIELD);
  if (word === null) return false;
  url.searchParams.delete(FIELD);
  history.replaceState(history.state, '', url);
  try {
    const isGood = isPress(word, localStorage.getItem(PRESS), Date.now());
    if (isGood) localStorage.removeItem(PRESS);
    return isGood;
  } catch {
    return false;
  }
}

/**
 * Whether a word belongs to the press that was noted last.
 * @param noted what is kept of it
 * @param now in ms since 1970, by the clock that noted it
 */
export function isPress(word: string, noted: string | null, now: number): boolean {
  const [kept, moment] = noted?.split(' ') ?? [];
  const age = now - Number(moment);
  return kept !== undefined && kept !== '' && kept === word && age >= 0 && age < FRESH;
}
