/**
 * A picture over the page one is on, which stays as it is: where one was reading, what is typed, what is being sent.
 * The address is the viewer's own page meanwhile, so Back closes it and Reload shows it. It isn't a modal dialog, because
 * those lie over everything: a ring has to come out on top, and to be answered.
 */
import { lateStyle } from '../common/late-style.ts';
import { wireGestures } from './gestures.ts';

/** What comes over it, and stays in reach. */
const ABOVE = '#ring, #arrived, .notices';

/** Pixels of the longer side of previews. */
const PREVIEW = 640;

let overlay: HTMLElement | undefined;
/** Where the focus goes back to. */
let opener: HTMLElement | undefined;

const styled = lateStyle();

function close(): void {
  overlay?.remove();
  overlay = undefined;
  for (const element of document.querySelectorAll('body > [inert]')) element.removeAttribute('inert');
  opener?.focus({ preventScroll: true });
}

/** Fills it with the picture of an address; anything but that is shown as a page of its own. */
async function fill(href: string): Promise<void> {
  const box = overlay;
  // Whoever goes from one to the next by the keyboard stays on the way there.
  const focused = document.activeElement;
  const rel = focused instanceof HTMLAnchorElement ? focused.rel : '';
  try {
    const response = await fetch(href, { headers: { 'HX-Request': 'true' } });
    // A proxy's page isn't our markup.
    if (!response.ok || !response.headers.has('porchlight')) throw new Error(`${response.status}`);
    const html = await response.text();
    if (!box || box !== overlay) return;
    box.innerHTML = html;
    box.setAttribute(
      'aria-label',
      box.querySelector<HTMLElement>('img[alt]:not([alt=""])')?.getAttribute('alt') ?? '',
    );
    const onward = rel ? box.querySelector<HTMLElement>(`a[rel=${rel}]`) : null;
    (onward ?? box.querySelector<HTMLElement>('[data-do=close]'))?.focus();
  } catch {
    if (box === overlay) location.assign(href);
  }
}

function turn(href: string): void {
  history.replaceState({ viewer: true }, '', href);
  void fill(href);
}

function onClick(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || !isPlain(event)) return;
  if (link.dataset.do === 'close') history.back();
  else if (link.rel === 'prev' || link.rel === 'next') turn(link.href);
  else return;
  event.preventDefault();
}

/** A press that means this page, and no new tab or window. */
export const isPlain = (event: MouseEvent): boolean =>
  event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

/** Shows the picture that a link leads to. */
export async function open(link: HTMLAnchorElement): Promise<void> {
  const { href } = link;
  await styled;
  if (overlay) return;
  opener = link;
  overlay = document.createElement('div');
  overlay.className = 'viewer';
  overlay.tabIndex = -1;
  overlay.setAttribute('role', 'dialog');
  overlay.setAttribute('aria-modal', 'true');
  overlay.setAttribute('aria-label', link.querySelector('img')?.alt ?? '');
  overlay.addEventListener('click', onClick);
  // What the page already has of it, until the rest has come.
  const picture = document.createElement('div');
  picture.className = 'viewer-picture';
  const known = link.querySelector('img');
  if (known) picture.append(Object.assign(new Image(), { src: known.src, alt: known.alt }));
  // One that is smaller than its preview could be is shown as small as it is.
  picture.classList.toggle('fills', (known?.naturalWidth ?? 0) >= PREVIEW);
  overlay.append(picture);
  for (const element of document.body.children)
    if (!element.matches(ABOVE)) element.setAttribute('inert', '');
  document.body.append(overlay);
  wireGestures(overlay, () => history.back());
  overlay.focus();
  history.pushState({ viewer: true }, '', href);
  void fill(href);
}

addEventListener('popstate', () => {
  if (overlay && !history.state?.viewer) close();
  // Forward again: the address is that of the viewer's own page.
  else if (!overlay && history.state?.viewer) location.reload();
});
