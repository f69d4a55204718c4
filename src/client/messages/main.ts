/** What a chat's messages need beyond links: their menus, and pictures over the page. Loaded with the first touch of them. */
import { find } from '../common/dom.ts';
import { DRAFT } from '../common/storage-keys.ts';
import { wirePictures } from '../viewer/links.ts';
import { createMenu } from './menu.ts';
import { wireMenu } from './menu-presses.ts';

const log = find(document, '[role=log]', HTMLElement);
wirePictures();
wireMenu(log, createMenu(find(document, '#message-menu', HTMLScriptElement)));

document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  const row = ctx.sourceElement.closest('.editing');
  if (!row || !ctx.response || ctx.response.status >= 300) return;
  const kept = ctx.sourceElement instanceof HTMLElement ? ctx.sourceElement.dataset.kept : undefined;
  try {
    // A text that was being changed when its message was deleted.
    if (kept) localStorage.removeItem(DRAFT + kept);
  } catch {
    // A browser may refuse storage to pages.
  }
  // To its control, or where there is none any more, to where it was read.
  (document.querySelector<HTMLElement>(`#${row.id} > .more`) ?? log).focus({ preventScroll: true });
});

// The keyboard is at what does no harm.
document.addEventListener('htmx:after:process', ({ target }) => {
  if (target instanceof Element) target.querySelector<HTMLElement>('.delete-form a')?.focus();
});

// Says that fingers may now hold a message without selecting it.
log.dataset.ready = '';
