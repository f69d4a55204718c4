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
    pair: Pair,
    width: number,
    height: number,
    block: number,
    spread: Spread,
  ): void {
    const grid = blurrer.blur(plane, pair.person, width, height, block, spread);
    enlarge(grid, pair.behind, width, height, block);
    blend(plane, pair.behind, pair);
  }

  return {
    paint(planes, mask, background) {
      prepare(planes);
      const { width, height } = planes;
      enlarge(mask, bright.person, width, height);
      enlarge(mask, coloured.person, chroma(width), chroma(height));
      const picture = background.kind === 'picture' ? background.picture : undefined;
      if (picture && isSameSize(picture, planes)) {
        blend(planes.y, picture.y, bright);
        blend(planes.u, picture.u, coloured);
        blend(planes.v, picture.v, coloured);
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
  /** The same, four pixels at a time. */
  fours: Int32Array;
  behind: Plane;
}

function createPair(length: number): Pair {
  const person = new Uint8ClampedArray(length);
  return {
    person,
    fours: new Int32Array(person.buffer, 0, length >> 2),
    behind: new Uint8ClampedArray(length),
  };
}

/** Four pixels of the person, and four of what is behind. */
const [ALL_PERSON, ALL_BEHIND] = [-1, 0];

/** Keeps the person, and puts `behind` around them. Only at the edge are the two mixed, and most of a picture is no edge. */
function blend(plane: Plane, behind: Plane, { person, fours }: Pair): void {
  for (let four = 0; four < fours.length; four += 1) {
    const which = fours[four];
    if (which === ALL_PERSON) continue;
    const at = 4 * four;
    if (which === ALL_BEHIND) {
      while (fours[four + 1] === ALL_BEHIND) four += 1;
      plane.set(behind.subarray(at, 4 * four + 4), at);
    } else mix(plane, behind, person, at, at + 4);
  }
  mix(plane, behind, person, 4 * fours.length, plane.length);
}

function mix(plane: Plane, behind: Plane, person: Plane, from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    const back = behind[at] ?? 0;
    const share = ((plane[at] ?? 0) - back) * (person[at] ?? 0);
    // share / 255, rounded.
    plane[at] = back + ((share * 257 + 32768) >> 16);
  }
}
