/** Where a sticker goes on a face, steady while the face rests and with it when it moves. */
import { distance, type Face, PLACES, type Pose, pointOf, poseOf } from './face.ts';
import { createOneEuro } from './one-euro.ts';

/** What a sticker is fastened to. */
export type Anchor = 'eyes' | 'nose' | 'lip' | 'forehead' | 'head';

/** How a picture lies on a face; lengths are in distances of the outer corners of the eyes. */
export interface Fastening {
  anchor: Anchor;
  /** How wide the whole picture is. */
  width: number;
  /** How far the picture's middle is from the anchor, to the right and down as the face is turned. */
  right: number;
  down: number;
}

/** Of the picture's middle in pixels; turned clockwise by radians; its width in pixels. */
export interface Placement {
  x: number;
  y: number;
  angle: number;
  width: number;
}

/** How high a hat sits: above the forehead's topmost point by a part of the face's height, where hair ends. */
const CROWN = 0.12;

function anchorOf(face: Face, anchor: Anchor, pose: Pose): { x: number; y: number } {
  switch (anchor) {
    case 'eyes':
      return pose;
    case 'nose':
      return pointOf(face, PLACES.noseTip);
    case 'lip': {
      const [nose, lip] = [pointOf(face, PLACES.noseBase), pointOf(face, PLACES.upperLip)];
      return { x: (nose.x + lip.x) / 2, y: (nose.y + lip.y) / 2 };
    }
    case 'forehead':
      return pointOf(face, PLACES.forehead);
    case 'head': {
      const [top, chin] = [pointOf(face, PLACES.forehead), pointOf(face, PLACES.chin)];
      return { x: top.x + CROWN * (top.x - chin.x), y: top.y + CROWN * (top.y - chin.y) };
    }
    default:
      return anchor satisfies never;
  }
}

export function placeOn(face: Face, { anchor, width, right, down }: Fastening): Placement {
  const pose = poseOf(face);
  const { x, y } = anchorOf(face, anchor, pose);
  const { angle, scale } = pose;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    x: x + scale * (right * cos - down * sin),
    y: y + scale * (right * sin + down * cos),
    angle,
    width: width * scale,
  };
}

export interface StickerPlacer {
  /** @param at when the picture was taken, in ms */
  place(face: Face, at: number): Placement;
  /** No face is seen any more; the next one may be somewhere else. */
  lose(): void;
}

/** In distances of the eyes a second. A head that turns quickly is followed within a fiftieth of that distance. */
const PLACE = { rest: 1.2, speed: 8 };
/** In radians, and in doublings of the size. */
const TURN = { rest: 1, speed: 4 };
const SIZE = { rest: 0.8, speed: 4 };

/** Faces that are further apart than so many distances of the eyes from one picture to the next are two faces. */
const JUMP = 1.5;

export function createStickerPlacer(fastening: Fastening): StickerPlacer {
  let filters = createFilters();
  let last: Placement | undefined;
  return {
    place(face, at) {
      const raw = placeOn(face, fastening);
      const unit = raw.width / fastening.width;
      if (last && distance(last, raw) > JUMP * unit) filters = createFilters();
      // Angles go on beyond half a turn, so that a face that passes it isn't turned back all around.
      const angle = last ? last.angle + turnOf(raw.angle - last.angle) : raw.angle;
      const size = filters.size(Math.log2(raw.width), at);
      last = {
        x: filters.x(raw.x, at, unit),
        y: filters.y(raw.y, at, unit),
        angle: filters.angle(angle, at),
        width: 2 ** size,
      };
      return last;
    },
    lose() {
      filters = createFilters();
      last = undefined;
    },
  };
}

/** The same turn, from −π to π. */
const turnOf = (angle: number): number => Math.atan2(Math.sin(angle), Math.cos(angle));

function createFilters() {
  const scaled = () => {
    let reference: number | undefined;
    const filter = createOneEuro(PLACE);
    // In one unit for good: a face that comes nearer would seem to move, with a unit that grows.
    return (place: number, at: number, unit: number) => {
      reference ??= unit;
      return filter(place / reference, at) * reference;
    };
  };
  return { x: scaled(), y: scaled(), angle: createOneEuro(TURN), size: createOneEuro(SIZE) };
}
