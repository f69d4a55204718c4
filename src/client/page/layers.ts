/**
 * What opens over a page, or in place of a part of it, and goes again: menus, panels, cards, forms, the ring. Escape closes
 * the one that has the focus, or else the last; a tap outside closes what isn't in the middle of something; and the focus
 * returns to where it came from. Every `details` is such a layer. Others say so by `data-layer`, and have a control with
 * `data-close` in them. Loaded at the first key or tap, because a page that is only read needs none of it.
 */
import { noteSilenced, wasSilenced } from '../common/silenced.ts';
import { SILENCED } from '../common/storage-keys.ts';

const LAYER = 'details[open], [data-layer]';
/** A tap beside them doesn't say what is to become of them. */
const FIRM = '[role="alertdialog"], [aria-busy], [data-firm]';

/** Where the focus was last outside of all layers, and the layer that has it now. */
let origin: Element | null = document.activeElement;
// The keys that open a menu and lead into it may be quicker than this script.
let holder: Element | undefined = origin ? around(origin) : undefined;

/** The layer around an element; what opens a `details` isn't inside it. */
function around(element: Element): Element | undefined {
  const layer = element.closest(LAYER);
  if (!layer || element.closest('summary')?.parentElement !== layer) return layer ?? undefined;
  return layer.parentElement?.closest(LAYER) ?? undefined;
}

const isShown = (element: Element | null | undefined): element is Element =>
  (element?.getClientRects().length ?? 0) > 0;

const closerOf = (layer: Element) => layer.querySelector<HTMLElement>('[data-close]');

const isOpen = (layer: Element): boolean =>
  isShown(layer) && (layer instanceof HTMLDetailsElement || isShown(closerOf(layer)));

function close(layer: Element): void {
  if (layer instanceof HTMLDetailsElement) layer.open = false;
  else closerOf(layer)?.click();
  // One that is only hidden; what is taken out of the page is noticed below.
  if (layer === holder && !isShown(layer)) giveBack();
}

/** What was typed or chosen there would be lost. */
const isChanged = (layer: Element): boolean =>
  [...layer.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')].some(
    (field) =>
      field.value !== field.defaultValue ||
      (field instanceof HTMLInputElement && field.checked !== field.defaultChecked),
  );

/** Unless it has found another place by itself. An element that was replaced meanwhile is known by its id. */
function giveBack(): void {
  holder = undefined;
  if (document.activeElement && document.activeElement !== document.body) return;
  const back = origin?.isConnected ? origin : document.getElementById(origin?.id || ' ');
  if (back instanceof HTMLElement) back.focus();
}

document.addEventListener('focusin', ({ target }) => {
  if (!(target instanceof Element)) return;
  holder = around(target);
  if (!holder) origin = target;
});

new MutationObserver(() => {
  if (holder && !holder.isConnected) giveBack();
}).observe(document.body, { childList: true, subtree: true });

document.addEventListener(
  'toggle',
  ({ target }) => {
    if (!(target instanceof HTMLDetailsElement) || target.open || holder !== target) return;
    holder = undefined;
    target.querySelector('summary')?.focus();
  },
  { capture: true },
);

document.addEventListener('keydown', (event) => {
  // 229 is a key that an input method still works on.
  if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  // What is within another comes first.
  const open = [...document.querySelectorAll(LAYER)].filter(isOpen).reverse();
  const layer =
    open.find((one) => one.matches('.ring')) ??
    open.find((one) => one.contains(document.activeElement)) ??
    open[0];
  if (!layer) return;
  event.preventDefault();
  close(layer);
});

document.addEventListener('click', ({ target, isTrusted }) => {
  if (!isTrusted || !(target instanceof Element)) return;
  // What opened it closes it as well.
  const opened = target.closest('[aria-controls]')?.getAttribute('aria-controls');
  for (const layer of document.querySelectorAll(LAYER)) {
    if (layer.id === opened || layer.contains(target) || !isOpen(layer) || layer.matches(FIRM)) continue;
    // What is in a closed `details` is kept.
    if (layer instanceof HTMLDetailsElement || !isChanged(layer)) close(layer);
  }
});
// Safari on phones sends no click for what nobody listens to, and `document` doesn't count.
for (const part of document.body.children) part.addEventListener('click', () => {});

/** The ring holds the focus until it is answered or silenced: nothing that is typed goes elsewhere meanwhile. */
export function holdFocus(ring: HTMLElement): void {
  const { call = '' } = ring.dataset;
  const isHolding = () => ring.isConnected && ring.hasAttribute('data-layer');
  const over = new AbortController();
  const { signal } = over;

  function keep(): void {
    if (!ring.isConnected) over.abort();
    else if (isHolding() && !ring.contains(document.activeElement)) ring.focus({ preventScroll: true });
  }

  function fallSilent(): void {
    over.abort();
    ring.dataset.silenced = '';
    ring.removeAttribute('data-layer');
    closerOf(ring)?.remove();
    ring.querySelector('audio')?.pause();
    if (ring.contains(document.activeElement) && document.activeElement instanceof HTMLElement)
      document.activeElement.blur();
    giveBack();
  }

  if (wasSilenced(call)) {
    fallSilent();
    return;
  }
  document.addEventListener('focusin', keep, { signal });
  // A tap on nothing takes the focus away without giving it to anything, and only afterwards.
  document.addEventListener('focusout', () => setTimeout(keep), { signal });
  closerOf(ring)?.addEventListener('click', () => {
    noteSilenced(call);
    fallSilent();
  });
  addEventListener(
    'storage',
    ({ key, newValue }) => {
      if (key === SILENCED && newValue === call) fallSilent();
    },
    { signal },
  );
  keep();
}
