/**
 * The log of a chat whose end is out of sight: how much is new below, and the way there. Loaded when there is something
 * to watch: news, a reader who scrolls, or a new day, on which "Today" gets its date.
 */
import { find } from '../common/dom.ts';
import { pageHeaders } from '../common/page-headers.ts';

const log = find(document, '.messages-scroll', HTMLElement);
const list = find(log, '#messages', HTMLElement);
const end = find(log, '#end', HTMLElement);

/** Pixels of a message that have to be in sight before it counts as seen. */
const GLIMPSE = 16;

const isNew = (row: Element): boolean =>
  !row.matches('[data-own], .deleted, .call-entry:not([data-reason="missed"])');

/**
 * Whoever leaves halfway through what is new finds the rest of it next time. The end of the log reports itself.
 * @param seen the key of the last message that has been in sight
 */
function reportOnLeaving(seen: () => number): void {
  let reported = 0;
  const report = () => {
    const url = find(log, '#read-mark', HTMLElement).getAttribute('hx-post');
    if (!url || seen() <= reported) return;
    reported = seen();
    const body = new URLSearchParams({ message: String(reported) });
    // It outlives the page, and isn't missed where it fails.
    fetch(url, { method: 'POST', headers: pageHeaders(), body, keepalive: true }).catch(() => {});
  };
  addEventListener('pagehide', report);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) report();
  });
}

/** @param place where the button goes that leads to the end; it says what is below, or only where it leads */
function watch(place: HTMLElement): void {
  const { new: news = '', none = '' } = place.dataset;
  const button = Object.assign(document.createElement('button'), { type: 'button', hidden: true });
  const arrow = Object.assign(document.createElement('span'), { textContent: '↓' });
  arrow.setAttribute('aria-hidden', 'true');
  const words = document.createElement('span');
  button.append(arrow, ' ', words);
  place.append(button);
  const fromEnd = () => [...list.querySelectorAll<HTMLElement>('.message:not(.pending)')].reverse();
  /** The key of the last message that has been in sight. Where nothing was new, that was the last there was. */
  let seen = list.querySelector('.new-line, #new') ? 0 : Number(log.dataset.seen ?? 0);
  let isDue = false;

  /** How many messages are below what has been in sight. Those that just came into it are below no longer. */
  function countBelow(): number {
    const { bottom } = log.getBoundingClientRect();
    let count = 0;
    for (const row of fromEnd()) {
      const key = Number(row.dataset.key);
      if (key <= seen) break;
      if (row.getBoundingClientRect().top < bottom - GLIMPSE) {
        seen = key || seen;
        break;
      }
      if (isNew(row)) count += 1;
    }
    return count;
  }

  function look(): void {
    isDue = false;
    const count = countBelow();
    const below = end.getBoundingClientRect().bottom - log.getBoundingClientRect().bottom;
    button.hidden = count === 0 && below < log.clientHeight / 2;
    words.textContent = count > 0 ? news.replace('%', String(count)) : none;
    words.classList.toggle('visually-hidden', count === 0);
  }

  function lookSoon(): void {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(look);
  }

  button.addEventListener('click', () => {
    // The log is reversed: this is its end.
    log.scrollTop = 0;
    log.focus({ preventScroll: true });
  });
  log.addEventListener('scroll', lookSoon, { passive: true });
  addEventListener('resize', lookSoon);
  new MutationObserver(lookSoon).observe(list, { childList: true });
  // In a hidden tab nothing is in sight yet: it comes to this once it is visible.
  lookSoon();
  reportOnLeaving(() => seen);
}

/** Where browsers don't do it themselves, what one reads stays where it is when something comes below it. */
function keepPlace(): void {
  let height = log.scrollHeight;
  log.addEventListener('scroll', () => {
    height = log.scrollHeight;
  });
  new MutationObserver((changes) => {
    const last = list.lastElementChild;
    const isBelow = changes.some(({ addedNodes }) => [...addedNodes].some((node) => node === last));
    // Counted from the end, and 0 there.
    if (isBelow && log.scrollTop < 0) log.scrollTop -= log.scrollHeight - height;
    height = log.scrollHeight;
  }).observe(list, { childList: true });
}

/** Days that were named by their distance get their dates. */
function nameByDate(): void {
  for (const day of list.querySelectorAll<HTMLElement>('.day time[title]')) {
    day.textContent = day.title;
    day.removeAttribute('title');
  }
}

function atMidnight(): void {
  setTimeout(
    () => {
      nameByDate();
      atMidnight();
    },
    new Date().setHours(24, 0, 0, 0) - Date.now(),
  );
}

// An old page of the history has none.
const place = document.querySelector<HTMLElement>('.to-end');
if (place) watch(place);
if (!CSS.supports('overflow-anchor', 'auto')) keepPlace();
if (new Date(performance.timeOrigin).toDateString() !== new Date().toDateString()) nameByDate();
atMidnight();
