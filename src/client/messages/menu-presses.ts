/** How a message's menu is asked for: its control, the right button, the menu key, and a finger that stays. */
import type { MessageMenu } from './menu.ts';

/** ms after which a finger means the menu; systems take about half a second. */
const LONG = 450;
/** CSS pixels that a finger may move meanwhile. */
const STILL = 10;
/** What has a menu of the browser's own that people need: an address to copy, a video to control. */
const THEIRS = 'a:not(.picture), video, audio, input, button, textarea';

function rowOf(target: EventTarget | null): HTMLElement | undefined {
  if (!(target instanceof Element)) return undefined;
  const row = target.closest<HTMLElement>('.message');
  return row?.querySelector('.more') ? row : undefined;
}

/** The message whose bubble was pressed, unless what was pressed has a menu of its own. */
function bubbleAt(target: EventTarget | null): HTMLElement | undefined {
  if (!(target instanceof Element) || target.closest(THEIRS) || !target.closest('.bubble')) return undefined;
  return rowOf(target);
}

const at = (x: number, y: number) => ({ left: x, top: y, bottom: y });

export function wireMenu(log: HTMLElement, menu: MessageMenu): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let began: PointerEvent | undefined;
  /** The finger that opened a menu is still down: what it presses when it is lifted isn't meant. */
  let isHeld = false;

  const forget = () => {
    clearTimeout(timer);
    began = undefined;
  };

  log.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('.more') : null;
    const row = link && rowOf(link);
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    menu.open(row, link.getBoundingClientRect());
  });

  log.addEventListener('contextmenu', (event) => {
    const { target } = event;
    const isControl = target instanceof Element && target.closest('.more') !== null;
    const row = isControl ? rowOf(target) : bubbleAt(target);
    // Whoever has selected something wants to do something with just that.
    if (!row || event.shiftKey || getSelection()?.isCollapsed === false) return;
    event.preventDefault();
    if (isHeld) return;
    forget();
    isHeld = event instanceof PointerEvent && event.pointerType === 'touch';
    menu.open(row, isControl ? target.getBoundingClientRect() : at(event.clientX, event.clientY));
  });

  log.addEventListener('pointerdown', (event) => {
    forget();
    isHeld = false;
    const row = event.pointerType === 'mouse' ? undefined : bubbleAt(event.target);
    if (!row || !event.isPrimary) return;
    began = event;
    timer = setTimeout(() => {
      isHeld = true;
      menu.open(row, at(event.clientX, event.clientY));
    }, LONG);
  });
  log.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (began && Math.hypot(clientX - began.clientX, clientY - began.clientY) > STILL) forget();
  });
  for (const end of ['pointerup', 'pointercancel']) log.addEventListener(end, forget);
  log.addEventListener(
    'click',
    (event) => {
      // A press of a key is meant.
      if (!isHeld || event.detail === 0) return;
      isHeld = false;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}
