/** The panel "People": who is in the call as the server says, and a form to add others. Its parts are asked for by htmx. */
import { find, setText } from '../../common/dom.ts';

export interface PeoplePanel {
  /** Somebody has come, gone, or is rung no longer. */
  changed(): void;
  close(): void;
}

/** @param button opens and closes it */
export function createPeoplePanel(panel: HTMLElement, button: HTMLButtonElement): PeoplePanel {
  const list = find(panel, '[hx-trigger]', HTMLElement);
  const add = find(panel, '#add-more', HTMLButtonElement);
  const form = find(panel, '#add-people', HTMLElement);
  const status = find(panel, '#people-status', HTMLElement);

  function show(isOpen: boolean): void {
    if (!isOpen && panel.contains(document.activeElement)) button.focus();
    panel.hidden = !isOpen;
    button.setAttribute('aria-expanded', String(isOpen));
    form.replaceChildren();
    setText(status, '');
    changed();
  }

  function changed(): void {
    if (!panel.hidden) list.dispatchEvent(new Event('roster'));
  }

  button.addEventListener('click', () => show(panel.hidden === true));
  find(panel, '[data-close]', HTMLButtonElement).addEventListener('click', () => show(false));
  new MutationObserver(() => {
    // The button that was pressed has gone with the form.
    if (!panel.hidden && document.activeElement === document.body) add.focus();
  }).observe(form, { childList: true });

  return { changed, close: () => show(false) };
}
