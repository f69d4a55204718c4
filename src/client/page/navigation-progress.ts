/**
 * A thin line along the top of the window, from a tap until what it asked for is there: on a slow line nothing else shows
 * that it was felt.
 */

import { leading } from '../common/leading.ts';
import { beginLoading, endLoading } from '../common/loading-line.ts';

/** What people press and wait for. Messages and files have signs of their own, and the rest of the requests nobody made. */
export const PRESSED = 'a, button, form:not(#composer, .sending)';

export function wireProgress(): void {
  // On the window, behind everybody who may prevent it.
  addEventListener('click', (event) => {
    if (leading(event)) beginLoading();
  });
  addEventListener('submit', ({ defaultPrevented }) => {
    if (!defaultPrevented) beginLoading();
  });
  // Back on this page, as it was left.
  addEventListener('pageshow', endLoading);
  // Where the answer takes away what was pressed, htmx puts another element in its place in the context.
  const pressed = new WeakSet();
  document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
    if (!ctx.sourceElement.matches(PRESSED)) return;
    pressed.add(ctx);
    beginLoading();
  });
  document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
    if (pressed.has(ctx)) endLoading();
  });
  // Without a listener, iPhones don't let a stylesheet know what is pressed.
  document.addEventListener('touchstart', () => undefined, { passive: true });
}
