/** Lets a call fill the screen. */

/** Wires a button to full screen; it is hidden where the browser has none. */
export function wireFullScreen(button: HTMLButtonElement, element: Element): void {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener('click', () => {
    const change = document.fullscreenElement ? document.exitFullscreen() : element.requestFullscreen();
    change.catch(() => undefined);
  });
  document.addEventListener('fullscreenchange', () => {
    button.setAttribute('aria-pressed', String(document.fullscreenElement !== null));
  });
}
