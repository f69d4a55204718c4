/** A chat opens at what is new in it, whatever the address says; only one that has to be watched loads a script for it. */
import { load } from '../common/scripts.ts';

/** Set by the build: the script's address. */
declare const SCROLLED_URL: string;

export function openLog(): void {
  const log = document.querySelector<HTMLElement>('.messages-scroll');
  if (!log) return;
  const watch = () => {
    // What comes while the script is on its way hasn't been in sight.
    log.dataset.seen ??= [...log.querySelectorAll<HTMLElement>('.message:not(.pending)')].at(-1)?.dataset.key;
    // Not at the next step of the same scroll.
    load(SCROLLED_URL).catch(() => log.addEventListener('pointerdown', watch, { once: true }));
  };
  const news = log.querySelector('li#new');
  // One message that a link leads to is what is wanted then.
  if (news && !location.hash.startsWith('#m-')) news.scrollIntoView();
  if (news) watch();
  else log.addEventListener('scroll', watch, { once: true });
  // "Today" is another day then.
  setTimeout(watch, new Date().setHours(24, 0, 0, 0) - Date.now());
}
