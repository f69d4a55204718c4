/**
 * Follows one face: it is detected once, then looked for where it was in the picture before, and detected anew when it is
 * lost. Of several it is the largest one, and it stays the same for as long as it is seen. Where there is none in all of
 * the picture, one part of it after the other is looked at: a child's at the other end of the table is too small otherwise.
 */
import type { Face } from '../pixels/face.ts';
import type { Planes } from '../pixels/planes.ts';
import type { Yuv } from '../pixels/yuv.ts';
import type { Detector } from './detection.ts';
import { type Landmarks, viewOfDetection, viewOfFace } from './landmarks.ts';
import { partsOf, type View } from './model-input.ts';

/** Nobody is looked for more often than so many ms: an empty room is no reason to keep a machine busy. */
const LOOK_MS = 120;
/** What was seen longer ago than so many ms isn't where it was. */
const STALE_MS = 600;

export interface FaceTracker {
  /** @param at when the picture was taken, in ms. @returns undefined where no face is seen */
  find(planes: Planes, yuv: Yuv, at: number): Promise<Face | undefined>;
  /** Where the face probably is in a picture that isn't looked at. */
  guess(at: number): Face | undefined;
}

interface Seen {
  face: Face;
  at: number;
}

export function createFaceTracker(detector: Detector, landmarks: Landmarks): FaceTracker {
  let last: Seen | undefined;
  let before: Seen | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** How often nobody was seen since somebody was. */
  let misses = 0;

  const isFresh = (at: number) => last !== undefined && at - last.at < STALE_MS;

  async function detect(planes: Planes, yuv: Yuv, at: number): Promise<Face | undefined> {
    if (at - lookedAt < LOOK_MS) return undefined;
    lookedAt = at;
    const [largest] = await detector.find(planes, yuv, nextView(planes));
    misses = largest ? 0 : misses + 1;
    return largest && landmarks.find(planes, yuv, viewOfDetection(largest));
  }

  /** All of the picture and one of its parts in turn. @returns undefined for all */
  function nextView(planes: Planes): View | undefined {
    const parts = partsOf(planes);
    return misses % 2 === 0 ? undefined : parts[((misses - 1) / 2) % parts.length];
  }

  return {
    async find(planes, yuv, at) {
      const known = isFresh(at) ? last : undefined;
      const followed = known && (await landmarks.find(planes, yuv, viewOfFace(known.face)));
      const face = followed ?? (await detect(planes, yuv, at));
      before = followed ? known : undefined;
      last = face && { face, at };
      return face;
    },
    guess(at) {
      if (!last || !isFresh(at)) return undefined;
      return before ? moveOn(before, last, at) : last.face;
    },
  };
}

/** As it moved between two pictures, on to a third; no further than it came. */
export function moveOn(before: Seen, last: Seen, at: number): Face {
  const share = Math.min(Math.max((at - last.at) / Math.max(last.at - before.at, 1), 0), 1);
  return {
    points: last.face.points.map((place, index) => {
      const from = before.face.points[index] ?? place;
      return place + (place - from) * share;
    }),
  };
}
