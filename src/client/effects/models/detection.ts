/**
 * Where faces are: MediaPipe's short-range detector (BlazeFace), for faces within some two metres; smaller ones it finds in
 * a part of the picture. For each of 896 places it says how likely a face is there, and where its edges, eyes, nose, mouth and
 * ears are.
 */
import type { Point } from '../pixels/face.ts';
import type { Planes } from '../pixels/planes.ts';
import type { Yuv } from '../pixels/yuv.ts';
import type { Model } from './litert.ts';
import { fillInput, type InputShape, squareAround, type View } from './model-input.ts';

export interface Detection {
  /** Its middle and size, in pixels of the picture. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** In the picture the left and the right one. */
  readonly leftEye: Point;
  readonly rightEye: Point;
  /** How likely it is a face, 0 to 1. */
  readonly score: number;
}

const SIDE = 128;
const SHAPE: InputShape = { width: SIDE, height: SIDE, black: -1, white: 1, beyond: 'black' };
/** The shape of the model's input. */
export const DETECTION_INPUT = [1, SIDE, SIDE, 3];
/** Numbers for each place: middle, size, and six points. */
const NUMBERS = 16;
/** The least likelihood, 0 to 1, with which something counts as a face. */
const LIKELY = 0.5;
/** Boxes that overlap by more than this are one face. */
const SAME = 0.3;

/** The places it looks at, 0 to 1: a fine grid with two each, and a coarse one with six (ssd_anchors_calculator). */
export const ANCHORS: readonly Point[] = [
  { cells: 16, each: 2 },
  { cells: 8, each: 6 },
].flatMap(({ cells, each }) =>
  Array.from({ length: cells * cells * each }, (_, at) => {
    const cell = Math.floor(at / each);
    return { x: ((cell % cells) + 0.5) / cells, y: (Math.floor(cell / cells) + 0.5) / cells };
  }),
);

export interface Detector {
  /** The largest one first. @param view a square that is looked at, instead of all of the picture */
  find(planes: Planes, yuv: Yuv, view?: View): Promise<Detection[]>;
}

export function detectWith(model: Model): Detector {
  const input = new Float32Array(SIDE * SIDE * 3);
  return {
    async find(planes, yuv, view = squareAround(planes)) {
      fillInput(input, SHAPE, planes, view, yuv);
      const outputs = await model(input);
      const places = outputs.find(({ length }) => length === ANCHORS.length * NUMBERS);
      const scores = outputs.find(({ length }) => length === ANCHORS.length);
      if (!places || !scores) throw new Error('The detector gives no faces');
      const toPicture = ({ x, y }: Point): Point => ({
        x: view.x + (x - 0.5) * view.width,
        y: view.y + (y - 0.5) * view.height,
      });
      return merge(decode(places, scores))
        .map((face) => ({
          ...toPicture(face),
          width: face.width * view.width,
          height: face.height * view.height,
          leftEye: toPicture(face.leftEye),
          rightEye: toPicture(face.rightEye),
          score: face.score,
        }))
        .sort((one, other) => other.width * other.height - one.width * one.height);
    },
  };
}

/** All that are likely, 0 to 1 in the square that the model was shown. */
export function decode(places: Float32Array, scores: Float32Array): Detection[] {
  return ANCHORS.flatMap((anchor, index) => {
    const score = 1 / (1 + Math.exp(-(scores[index] ?? Number.NEGATIVE_INFINITY)));
    if (!(score >= LIKELY)) return [];
    const number = (at: number) => (places[index * NUMBERS + at] ?? 0) / SIDE;
    const point = (at: number): Point => ({ x: anchor.x + number(at), y: anchor.y + number(at + 1) });
    return { ...point(0), width: number(2), height: number(3), leftEye: point(4), rightEye: point(6), score };
  });
}

function overlap(one: Detection, other: Detection): number {
  const side = (place: 'x' | 'y', size: 'width' | 'height') =>
    Math.max(
      0,
      Math.min(one[place] + one[size] / 2, other[place] + other[size] / 2) -
        Math.max(one[place] - one[size] / 2, other[place] - other[size] / 2),
    );
  const both = side('x', 'width') * side('y', 'height');
  const either = one.width * one.height + other.width * other.height - both;
  return either > 0 ? both / either : 0;
}

/** Makes one face of all that overlap the likeliest one, each by how likely it is. */
export function merge(found: readonly Detection[]): Detection[] {
  const left = [...found].sort((one, other) => other.score - one.score);
  const faces: Detection[] = [];
  for (;;) {
    const [first] = left;
    if (!first) return faces;
    const same = left.filter((one) => one === first || overlap(first, one) > SAME);
    for (const one of same) left.splice(left.indexOf(one), 1);
    const sum = same.reduce((all, { score }) => all + score, 0);
    const mean = (of: (one: Detection) => number) =>
      same.reduce((all, one) => all + of(one) * one.score, 0) / sum;
    faces.push({
      ...{ x: mean(({ x }) => x), y: mean(({ y }) => y) },
      ...{ width: mean(({ width }) => width), height: mean(({ height }) => height) },
      leftEye: { x: mean(({ leftEye }) => leftEye.x), y: mean(({ leftEye }) => leftEye.y) },
      rightEye: { x: mean(({ rightEye }) => rightEye.x), y: mean(({ rightEye }) => rightEye.y) },
      score: first.score,
    });
  }
}
