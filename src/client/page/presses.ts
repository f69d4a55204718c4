/** Tells the call page that it was opened by a press on one of our own links, and not by some other site's. */
import { notePress } from '../common/press.ts';

export function wirePresses(): void {
  const note = ({ target }: Event) => {
    const link = target instanceof Element ? target.closest('a[data-press]') : null;
    if (link instanceof HTMLAnchorElement) notePress(link);
  };
  // The second is for the middle button, which opens a tab.
  for (const press of ['click', 'auxclick']) document.addEventListener(press, note, { capture: true });
}
