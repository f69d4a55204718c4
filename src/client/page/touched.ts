/** What a part of a page needs once it is touched comes then. */
import { leading } from '../common/leading.ts';
import { beginLoading, endLoading } from '../common/loading-line.ts';
import { load } from '../common/scripts.ts';

/**
 * Loads the script that a part of the page names. A link in it that is pressed before that waits for it: it may have
 * more to show than the page the link leads to, a menu in its place for one.
 */
export function wireTouched(part: HTMLElement): void {
  let isLoaded = false;
  const loaded = () =>
    load(part.dataset.script ?? '')
      // Until it is there, links lead to pages, and the next touch tries again.
      .catch(awaitTouch)
      .then(() => {
        isLoaded = true;
      });
  function awaitTouch(): void {
    for (const sign of ['pointerdown', 'focusin']) part.addEventListener(sign, loaded, { once: true });
  }
  part.addEventListener('pointerover', loaded, { once: true });
  awaitTouch();
  let pressed: HTMLAnchorElement | undefined;
  part.addEventListener('click', (event) => {
    const link = leading(event);
    if (isLoaded || !link) return;
    event.preventDefault();
    beginLoading();
    // Of several presses the last counts, once.
    if (!pressed)
      loaded().then(() => {
        endLoading();
        pressed?.click();
      });
    pressed = link;
  });
}
