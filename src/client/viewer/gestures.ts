/** What keys and fingers do with a picture: the next one, the one before, and away with it. */

/** CSS pixels a finger moves before it means something. */
const SWIPE = 60;

/** @param viewer holds the picture, and links to the ones beside it @param close is what Escape and a swipe down do */
export function wireGestures(viewer: HTMLElement, close: () => void): void {
  const go = (rel: 'prev' | 'next') => viewer.querySelector<HTMLElement>(`a[rel=${rel}]`)?.click();
  // Chinese and English both read from the left, and so do pictures.
  const keys: Record<string, () => void> = {
    Escape: close,
    ArrowLeft: () => go('prev'),
    ArrowRight: () => go('next'),
  };
  viewer.addEventListener('keydown', (event) => {
    const run = event.altKey || event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  });

  let start: Touch | undefined;
  viewer.addEventListener(
    'touchstart',
    ({ touches }) => {
      // Two fingers enlarge it, and what is enlarged is moved about.
      start = touches.length === 1 && (visualViewport?.scale ?? 1) < 1.05 ? touches[0] : undefined;
    },
    { passive: true },
  );
  viewer.addEventListener('touchend', ({ changedTouches }) => {
    const end = changedTouches[0];
    if (!start || !end) return;
    const [x, y] = [end.clientX - start.clientX, end.clientY - start.clientY];
    start = undefined;
    if (y > SWIPE && y > Math.abs(x) * 2) close();
    else if (Math.abs(x) > SWIPE && Math.abs(x) > Math.abs(y) * 2) go(x > 0 ? 'prev' : 'next');
  });
}
