/**
 * In a browser that can't take part in calls, the links to them say so instead of leading to a page that does. Loaded
 * by such a browser alone.
 */

/** @param notices where notices appear, with the sentence in `data-no-calls` */
export function explainMissingCalls(notices: HTMLElement): void {
  document.addEventListener(
    'click',
    (event) => {
      if (!(event.target instanceof Element) || !event.target.closest('a[href*="/call?media="]')) return;
      event.preventDefault();
      const notice = document.createElement('p');
      notice.className = 'notice';
      notice.textContent = notices.dataset.noCalls ?? '';
      notices.firstElementChild?.replaceChildren(notice);
    },
    { capture: true },
  );
}
