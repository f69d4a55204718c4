/**
 * A picture over the page one is on, which stays as it is: where one was reading, what is typed, what is being sent.
 * The address is the viewer's own page meanwhile, so Back closes it and Reload shows it. It isn't a modal dialog, because
 * those lie over everything: a ring has to come out on top, and to be answered.
 */
import { find } from '../common/dom.ts';
import { lateStyle } from '../common/late-style.ts';
import { beginLoading, endLoading } from '../common/loading-line.ts';
import { wireGestures } from './gestures.ts';

/** What comes over it, and stays in reach. */
const ABOVE = '#ring, #arrived, .notices';

/** Pixels of the longer side of previews. */
const PREVIEW = 640;

/** ms before a picture that could not be had is asked for again. */
const AGAIN = 4000;

const CLOSE = `<div class="viewer-bar"><a class="button icon" data-do="close"><svg aria-hidden="true"><use href="/static/icons.svg#close"/></svg><span class="visually-hidden"></span></a></div>`;

let overlay: HTMLElement | undefined;
/** Where the focus goes back to. */
let opener: HTMLElement | undefined;
/** What is being fetched for it. */
let asked = new AbortController();
/** The browser has been asked to go back, and hasn't done so yet: asked twice, it would leave the page below as well. */
let isLeaving = false;

const styled = lateStyle();

function leave(): void {
  if (isLeaving) return;
  isLeaving = true;
  asked.abort();
  history.back();
}

function close(): void {
  asked.abort();
  endLoading();
  overlay?.remove();
  overlay = undefined;
  for (const element of document.querySelectorAll('body > [inert]')) element.removeAttribute('inert');
  opener?.focus({ preventScroll: true });
}

/** What the server has for an address, unless its answer isn't that, and is to be shown as a page of its own. */
async function fetchPicture(href: string, signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch(href, { headers: { 'HX-Request': 'true' }, signal });
  // A proxy's page isn't our markup.
  return response.ok && response.headers.has('porchlight') ? response.text() : undefined;
}

/** Puts it in place of what was shown meanwhile, or of another picture. */
function put(box: HTMLElement, html: string): void {
  // Whoever goes from one to the next by the keyboard stays on the way there.
  const focused = document.activeElement;
  const rel = focused instanceof HTMLAnchorElement ? focused.rel : '';
  box.innerHTML = html;
  box.setAttribute(
    'aria-label',
    box.querySelector<HTMLElement>('img[alt]:not([alt=""])')?.getAttribute('alt') ?? '',
  );
  const onward = rel ? box.querySelector<HTMLElement>(`a[rel=${rel}]`) : null;
  (onward ?? box.querySelector<HTMLElement>('[data-do=close]'))?.focus();
}

/** Says below what is shown that there is no more of it yet. */
function sayLost(box: HTMLElement): void {
  if (box.querySelector('[role=alert]')) return;
  box.querySelector('.viewer-caption')?.remove();
  const line = document.createElement('p');
  line.className = 'viewer-caption';
  line.setAttribute('role', 'alert');
  line.textContent = document.querySelector<HTMLElement>('.connection')?.dataset.lost ?? '';
  box.append(line);
}

/** Fills it with the picture of an address, however long that takes. What was asked for before is of no interest then. */
async function fill(box: HTMLElement, href: string): Promise<void> {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  let html: string | undefined;
  try {
    html = await fetchPicture(href, signal);
  } catch {
    if (signal.aborted) return;
    endLoading();
    sayLost(box);
    setTimeout(() => {
      if (!signal.aborted) void fill(box, href);
    }, AGAIN);
    return;
  }
  if (signal.aborted) return;
  endLoading();
  if (html === undefined) location.assign(href);
  else put(box, html);
}

function turn(box: HTMLElement, href: string): void {
  history.replaceState({ viewer: true }, '', href);
  beginLoading();
  void fill(box, href);
}

function onClick(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || !overlay || !isPlain(event)) return;
  if (link.dataset.do === 'close') leave();
  else if (link.rel === 'prev' || link.rel === 'next') turn(overlay, link.href);
  else return;
  event.preventDefault();
}

/** A press that means this page, and no new tab or window. */
export const isPlain = (event: MouseEvent): boolean =>
  event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

/** What the page already has of a picture, until the rest has come. */
function previewOf(link: HTMLAnchorElement): HTMLElement {
  const picture = document.createElement('div');
  picture.className = 'viewer-picture';
  const known = link.querySelector('img');
  if (known) picture.append(Object.assign(new Image(), { src: known.src, alt: known.alt }));
  // One that is smaller than its preview could be is shown as small as it is.
  picture.classList.toggle('fills', (known?.naturalWidth ?? 0) >= PREVIEW);
  return picture;
}

function createOverlay(link: HTMLAnchorElement): HTMLElement {
  const box = document.createElement('div');
  box.className = 'viewer';
  box.tabIndex = -1;
  box.setAttribute('role', 'dialog');
  box.setAttribute('aria-modal', 'true');
  box.setAttribute('aria-label', link.querySelector('img')?.alt ?? '');
  box.innerHTML = CLOSE;
  const way = find(box, 'a', HTMLAnchorElement);
  way.href = location.href;
  find(way, 'span', HTMLElement).textContent =
    link.closest<HTMLElement>('[data-close-word]')?.dataset.closeWord ?? '';
  box.append(previewOf(link));
  box.addEventListener('click', onClick);
  wireGestures(box, leave);
  return box;
}

/** Shows the picture that a link leads to. */
export async function open(link: HTMLAnchorElement): Promise<void> {
  const { href } = link;
  beginLoading();
  await styled;
  if (overlay) return;
  opener = link;
  overlay = createOverlay(link);
  for (const element of document.body.children)
    if (!element.matches(ABOVE)) element.setAttribute('inert', '');
  document.body.append(overlay);
  find(overlay, '[data-do=close]', HTMLElement).focus();
  history.pushState({ viewer: true }, '', href);
  void fill(overlay, href);
}

addEventListener('popstate', () => {
  isLeaving = false;
  if (overlay && !history.state?.viewer) close();
  // Forward again: the address is that of the viewer's own page.
  else if (!overlay && history.state?.viewer) location.reload();
});
