/** Links to pictures open them over the page. */
import { isPlain, open } from './overlay.ts';

export function wirePictures(): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a.picture') : null;
    if (!(link instanceof HTMLAnchorElement) || !isPlain(event) || event.defaultPrevented) return;
    event.preventDefault();
    void open(link);
  });
}
