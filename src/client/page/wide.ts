/** A computer's screen: the list of chats has a place beside a chat, and one writes without having to press anything first. */

const WIDE = '(min-width: 60rem)';

/** Tells the server, for the next page, whether there is room for the list beside a chat. */
export function noteWidth(): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API isn't in Firefox ESR and Safari
  document.cookie = `wide=${matchMedia(WIDE).matches ? 1 : 0}; path=/; samesite=lax`;
}

/** On glass the keyboard would cover half of the chat. */
export function startWriting(box: HTMLTextAreaElement): void {
  if (!matchMedia(WIDE).matches || matchMedia('(hover: none) and (pointer: coarse)').matches) return;
  const start = () => {
    if (document.activeElement === document.body) box.focus({ preventScroll: true });
  };
  start();
  // If the address names a place in the page, browsers take the focus away when they first show it.
  const again = () => setTimeout(start);
  box.addEventListener('blur', again);
  // From then on it goes where it is moved.
  for (const sign of ['keydown', 'pointerdown'])
    document.addEventListener(sign, () => box.removeEventListener('blur', again), {
      once: true,
      capture: true,
    });
}
