/** How large each of the others is shown here: what they send needs to be no larger. */
import type { Side } from '../lifecycle/roster.ts';
import type { OtherSide } from './other-side.ts';

/** In pixels of the screen, 0 where nothing of it is to be seen; undefined asks for all there is. */
export interface ShownSizes {
  self: number | undefined;
  screen: number | undefined;
}

export interface SizeWatch {
  /** Something has changed that may be another size. */
  look(): void;
}

interface Wishes {
  /** Whether what comes is recorded, at whatever size it is shown. */
  isKept(): boolean;
  /** Whether as little as possible is to come. */
  isSaving(): boolean;
}

/** Lines that are asked for where data is to be saved; a screen is wanted as it is. */
const SAVING_LINES = 180;
/** What is dragged or turned goes through many sizes. */
const SETTLE_MS = 300;
/** A page that is hidden for a moment should find its pictures when it is back. */
const HIDDEN_MS = 3000;
/** A little larger or smaller is the same. */
const STEP = 90;

const heightOf = ({ clientHeight }: HTMLElement): number =>
  Math.ceil((clientHeight * devicePixelRatio) / STEP) * STEP;

/**
 * @param stage in which they are
 * @param tell is told of each new pair of sizes
 */
export function watchSizes(
  stage: HTMLElement,
  others: () => [Side, OtherSide][],
  { isKept, isSaving }: Wishes,
  tell: (side: Side, sizes: ShownSizes) => void,
): SizeWatch {
  const told = new Map<Side, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function sizesOf({ tile, screen }: OtherSide): ShownSizes {
    // Picture in picture shows one of them whatever becomes of the page.
    const isFloating = 'pictureInPictureElement' in document && document.pictureInPictureElement;
    if (!isSaving() && (isKept() || isFloating)) return { self: undefined, screen: undefined };
    // Where pages can't float a video, the browser may all the same, and nobody learns of it.
    if (document.hidden && 'pictureInPictureElement' in document) return { self: 0, screen: 0 };
    // A screen that isn't shared yet is to be there at once.
    const most = isSaving() ? SAVING_LINES : Number.POSITIVE_INFINITY;
    return { self: Math.min(heightOf(tile.video), most), screen: heightOf(screen.video) || undefined };
  }

  function measure(): void {
    const known = new Set<Side>();
    for (const [side, other] of others()) {
      known.add(side);
      const sizes = sizesOf(other);
      const key = `${sizes.self} ${sizes.screen}`;
      if (told.get(side) === key) continue;
      told.set(side, key);
      tell(side, sizes);
    }
    for (const side of told.keys()) if (!known.has(side)) told.delete(side);
  }

  function look(): void {
    clearTimeout(timer);
    timer = setTimeout(measure, document.hidden ? HIDDEN_MS : SETTLE_MS);
  }

  const laidOut = { childList: true, attributes: true, attributeFilter: ['data-place', 'hidden'] };
  new MutationObserver(look).observe(stage, { ...laidOut, subtree: true });
  for (const sign of ['resize', 'fullscreenchange']) addEventListener(sign, look);
  document.addEventListener('visibilitychange', () => {
    // Back in sight there is nothing to wait for.
    if (document.hidden) look();
    else measure();
  });
  for (const sign of ['enterpictureinpicture', 'leavepictureinpicture']) stage.addEventListener(sign, look);
  return { look };
}
