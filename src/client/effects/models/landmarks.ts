/** The 468 points of one face: MediaPipe's face mesh, which is shown the face upright, with some of what is around it. */
import { type Face, PLACES, POINTS, pointOf } from '../pixels/face.ts';
import type { Planes } from '../pixels/planes.ts';
import type { Yuv } from '../pixels/yuv.ts';
import type { Detection } from './detection.ts';
import type { Model } from './litert.ts';
import { fillInput, type InputShape, type View } from './model-input.ts';

const SIDE = 192;
const SHAPE: InputShape = { width: SIDE, height: SIDE, black: 0, white: 1, beyond: 'edge' };
/** The shape of the model's input. */
export const LANDMARKS_INPUT = [1, SIDE, SIDE, 3];
/** For each point x, y and depth, in pixels of the model's input. */
const NUMBERS = 3;
/** The least likelihood, 0 to 1, with which it counts as a face. */
const LIKELY = 0.5;
/** The model's input, as a multiple of the face's size. */
const AROUND = 1.5;

export interface Landmarks {
  /** @returns undefined if there is no face in this part of the picture */
  find(planes: Planes, yuv: Yuv, view: View): Promise<Face | undefined>;
}

export function landmarksWith(model: Model): Landmarks {
  const input = new Float32Array(SIDE * SIDE * 3);
  return {
    async find(planes, yuv, view) {
      fillInput(input, SHAPE, planes, view, yuv);
      const outputs = await model(input);
      const points = outputs.find(({ length }) => length === POINTS * NUMBERS);
      const presence = outputs.find(({ length }) => length === 1)?.[0];
      if (!points || presence === undefined) throw new Error('The face model gives no points');
      return 1 / (1 + Math.exp(-presence)) >= LIKELY ? toPicture(points, view) : undefined;
    },
  };
}

/** From what the model was shown to the picture. @param points x, y and depth of each */
export function toPicture(points: Float32Array, { x, y, width, height, angle }: View): Face {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const placed = new Float32Array(2 * POINTS);
  for (let index = 0; index < POINTS; index += 1) {
    const right = ((points[NUMBERS * index] ?? 0) / SIDE - 0.5) * width;
    const down = ((points[NUMBERS * index + 1] ?? 0) / SIDE - 0.5) * height;
    placed[2 * index] = x + right * cos - down * sin;
    placed[2 * index + 1] = y + right * sin + down * cos;
  }
  return { points: placed };
}

/** What to show of a face that was detected. */
export function viewOfDetection({ x, y, width, height, leftEye, rightEye }: Detection): View {
  const side = AROUND * Math.max(width, height);
  const angle = Math.atan2(rightEye.y - leftEye.y, rightEye.x - leftEye.x);
  return { x, y, width: side, height: side, angle };
}

/** What to show of the next picture, where the face has hardly moved. */
export function viewOfFace(face: Face): View {
  const [left, right] = [pointOf(face, PLACES.leftEyeOuter), pointOf(face, PLACES.rightEyeOuter)];
  const angle = Math.atan2(right.y - left.y, right.x - left.x);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  let [leftmost, rightmost, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let index = 0; index < POINTS; index += 1) {
    const { x, y } = pointOf(face, index);
    const [across, down] = [x * cos + y * sin, y * cos - x * sin];
    leftmost = Math.min(leftmost, across);
    rightmost = Math.max(rightmost, across);
    top = Math.min(top, down);
    bottom = Math.max(bottom, down);
  }
  const [across, down] = [(leftmost + rightmost) / 2, (top + bottom) / 2];
  const side = AROUND * Math.max(rightmost - leftmost, bottom - top);
  return { x: across * cos - down * sin, y: across * sin + down * cos, width: side, height: side, angle };
}
