/**
 * A thin line along the top of the window, from a tap until what it asked for is there: on a slow line nothing else shows
 * that it was felt.
 */

import { leading } from '../common/leading.ts';

/** What people press and wait for. Messages and files have signs of their own, and the rest of the requests nobody made. */
export const PRESSED = 'a, button, form:not(#composer, .sending)';

const { dataset } = document.documentElement;

/** The stylesheet shows it, and lets it go after a minute: nobody says when a navigation is stopped. */
function begin(): void {
  dataset.loading = 'true';
}
function end(): void {
  delete dataset.loading;
}

export function wireProgress(): void {
  // On the window, behind everybody who may prevent it.
  addEventListener('click', (event) => {
    if (leading(event)) begin();
  });
  addEventListener('submit', ({ defaultPrevented }) => {
    if (!defaultPrevented) begin();
  });
  // Back on this page, as it was left.
  addEventListener('pageshow', end);
  // Where the answer takes away what was pressed, htmx puts another element in its place in the context.
  const pressed = new WeakSet();
  document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
    if (!ctx.sourceElement.matches(PRESSED)) return;
    pressed.add(ctx);
    begin();
  });
  document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
    if (pressed.has(ctx)) end();
  });
  // Without a listener, iPhones don't let a stylesheet know what is pressed.
  document.addEventListener('touchstart', () => undefined, { passive: true });
}
