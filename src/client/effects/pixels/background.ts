/** Blurs or replaces what is behind the person, or hides the whole picture where nobody knows yet what that is. */
import { blockOf, createBlurrer, type Spread } from './blur.ts';
import { enlarge } from './enlarge.ts';
import type { Mask } from './mask.ts';
import { chroma, isSameSize, type Plane, type Planes } from './planes.ts';

export type Background =
  | { kind: 'blur'; strength: 'light' | 'strong' }
  /** The picture is as large as the frames; until one of the size is there, the background is blurred. */
  | { kind: 'picture'; picture: Planes | undefined };

/** In blocks, of which there are 90 above each other: each reaches about three times, and eight times, a block. */
const SPREADS: Record<'light' | 'strong' | 'whole', Spread> = {
  light: { radius: 1, passes: 3 },
  strong: { radius: 3, passes: 3 },
  // Of a whole picture nobody should be known, and no room.
  whole: { radius: 7, passes: 3 },
};

export interface BackgroundPainter {
  /** Changes all but the person, in place. */
  paint(planes: Planes, mask: Mask, background: Background): void;
  /** Blurs everything, the person as well. */
  hide(planes: Planes): void;
}

export function createBackgroundPainter(): BackgroundPainter {
  const blurrer = createBlurrer();
  /** The person, and the background, each as large as brightness and as colour. */
  let [bright, coloured] = [createPair(0), createPair(0)];

  function prepare(planes: Planes): void {
    if (bright.person.length === planes.y.length && coloured.person.length === planes.u.length) return;
    [bright, coloured] = [createPair(planes.y.length), createPair(planes.u.length)];
  }

  function blurAll(planes: Planes, spread: Spread): void {
    const { width, height } = planes;
    const block = blockOf(height);
    blurPlane(planes.y, bright, width, height, block, spread);
    for (const plane of [planes.u, planes.v])
      blurPlane(plane, coloured, chroma(width), chroma(height), block / 2, spread);
  }

  function blurPlane(
    plane: Plane,
    { person, behind }: Pair,
    width: number,
    height: number,
    block: number,
    spread: Spread,
  ): void {
    enlarge(blurrer.blur(plane, person, width, height, block, spread), behind, width, height, block);
    blend(plane, behind, person);
  }

  return {
    paint(planes, mask, background) {
      prepare(planes);
      const { width, height } = planes;
      enlarge(mask, bright.person, width, height);
      enlarge(mask, coloured.person, chroma(width), chroma(height));
      const picture = background.kind === 'picture' ? background.picture : undefined;
      if (picture && isSameSize(picture, planes)) {
        blend(planes.y, picture.y, bright.person);
        blend(planes.u, picture.u, coloured.person);
        blend(planes.v, picture.v, coloured.person);
      } else blurAll(planes, SPREADS[background.kind === 'blur' ? background.strength : 'strong']);
    },
    hide(planes) {
      prepare(planes);
      bright.person.fill(0);
      coloured.person.fill(0);
      blurAll(planes, SPREADS.whole);
    },
  };
}

interface Pair {
  person: Plane;
  behind: Plane;
}

const createPair = (length: number): Pair => ({
  person: new Uint8ClampedArray(length),
  behind: new Uint8ClampedArray(length),
});

/** Keeps the person, and puts `behind` around them. */
function blend(plane: Plane, behind: Plane, person: Plane): void {
  for (let at = 0; at < plane.length; at += 1) {
    const back = behind[at] ?? 0;
    plane[at] = back + (((plane[at] ?? 0) - back) * (person[at] ?? 0)) / 255;
  }
}
