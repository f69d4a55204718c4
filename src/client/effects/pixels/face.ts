/**
 * A face as points, and the parts of it. The numbers are those of MediaPipe's face mesh: its 468 points are always the
 * same places of a face (canonical_face_model.obj). Left and right are the picture's, not the person's.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** x and y of each point in turn, in pixels of the picture. */
export interface Face {
  readonly points: Float32Array;
}

export const POINTS = 468;

export const pointOf = ({ points }: Face, index: number): Point => ({
  x: points[2 * index] ?? 0,
  y: points[2 * index + 1] ?? 0,
});

type Part = 'oval' | 'leftEye' | 'rightEye' | 'leftBrow' | 'rightBrow' | 'lips';

/** Outlines, each point beside the next. */
export const OUTLINES: Record<Part, readonly number[]> = {
  oval: [
    ...[10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152],
    ...[148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109],
  ],
  leftEye: [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246],
  rightEye: [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466],
  leftBrow: [70, 63, 105, 66, 107, 55, 65, 52, 53, 46],
  rightBrow: [300, 293, 334, 296, 336, 285, 295, 282, 283, 276],
  lips: [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185],
};

/** Single places. */
export const PLACES = {
  leftEyeOuter: 33,
  leftEyeInner: 133,
  rightEyeOuter: 263,
  rightEyeInner: 362,
  noseTip: 4,
  noseBase: 2,
  forehead: 10,
  chin: 152,
  upperLip: 0,
  leftCheek: 50,
  rightCheek: 280,
} as const;

export const between = (one: Point, other: Point, share = 0.5): Point => ({
  x: one.x + (other.x - one.x) * share,
  y: one.y + (other.y - one.y) * share,
});

export const distance = (one: Point, other: Point): number => Math.hypot(other.x - one.x, other.y - one.y);

/** How far the outer corners of the eyes are apart in a face as high as 1, from forehead to chin, seen from the front. */
const EYES_TO_HEIGHT = 0.5;

/** How a face lies in the picture. */
export interface Pose {
  /** The middle between the eyes. */
  readonly x: number;
  readonly y: number;
  /** By how much the line of the eyes is turned, clockwise, in radians. */
  readonly angle: number;
  /** The distance of the outer corners of the eyes, in pixels, as it is from the front: a profile's is shorter. */
  readonly scale: number;
}

export function poseOf(face: Face): Pose {
  const [left, right] = [pointOf(face, PLACES.leftEyeOuter), pointOf(face, PLACES.rightEyeOuter)];
  const { x, y } = between(left, right);
  const height = distance(pointOf(face, PLACES.forehead), pointOf(face, PLACES.chin));
  return {
    ...{ x, y },
    angle: Math.atan2(right.y - left.y, right.x - left.x),
    scale: Math.max(distance(left, right), 0.85 * EYES_TO_HEIGHT * height),
  };
}
