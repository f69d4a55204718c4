/**
 * Smooths skin. A guided filter (He, Sun and Tang, 2013) with the picture as its own guide evens out what differs little
 * and keeps edges. It works on the face alone, without eyes, brows and lips, and there on what has the colour of this
 * face's skin: a fixed range of colours would leave dark skin out, and everybody in warm light.
 */
import { boxBlur } from './blur.ts';
import { between, distance, type Face, OUTLINES, PLACES, type Point, pointOf, poseOf } from './face.ts';
import { chroma, type Planes } from './planes.ts';
import { type Box, boxAround, fill } from './region.ts';

/** In half pixels: pores and wrinkles are smaller, a nose isn't. For a face whose eyes are 90 half pixels apart. */
const RADIUS = 5;
const EYES = 90;
/** How much brightness may differ and still be evened out (a variance). */
const EPSILON = 180;
/** At full strength, so much of the smoothed picture. */
const MOST = 0.8;
/** How far colour may be from the skin's: up to the first it is skin, from the second on it isn't. */
const [SKIN, OTHER] = [10, 24];

export interface Beautifier {
  /** Changes the skin of a face in place. @param strength 0 to 1 */
  apply(planes: Planes, face: Face, strength: number): void;
}

export function createBeautifier(): Beautifier {
  let buffers: Float32Array[] = [];

  /** Kept from frame to frame: a face is about as large in the next. */
  function takeBuffers(length: number): Float32Array[] {
    if ((buffers[0]?.length ?? 0) < length)
      buffers = Array.from({ length: 5 }, () => new Float32Array(Math.ceil(length * 1.3)));
    return buffers.map((buffer) => buffer.subarray(0, length));
  }

  return {
    apply(planes, face, strength) {
      const { width, height } = planes;
      const { scale } = poseOf(face);
      const box = boxAround(outlineOf(face, 'oval'), scale * 0.1, width, height);
      const [columns, rows] = [(box.right - box.left) >> 1, (box.bottom - box.top) >> 1];
      if (columns < 8 || rows < 8 || !(strength > 0)) return;
      const [region, slope, offset, mean, spare] = takeBuffers(columns * rows);
      if (!region || !slope || !offset || !mean || !spare) return;
      const radius = Math.max(1, Math.round((RADIUS * scale) / 2 / EYES));
      drawSkin(region, spare, planes, face, box, columns, rows);
      guide(planes, box, columns, rows, radius, { slope, offset, mean, spare });
      blendIn(planes, box, columns, rows, { region, slope, offset }, MOST * Math.min(strength, 1));
    },
  };
}

const outlineOf = (face: Face, name: keyof typeof OUTLINES): Point[] =>
  OUTLINES[name].map((index) => pointOf(face, index));

/** An outline, larger by a share of its size on all sides. */
function widened(outline: readonly Point[], share: number): Point[] {
  const sum = outline.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
  const centre = { x: sum.x / outline.length, y: sum.y / outline.length };
  return outline.map((point) => between(centre, point, 1 + share));
}

/** How much of each half pixel in the box is skin, 0 to 1, without hard edges. */
function drawSkin(
  region: Float32Array,
  spare: Float32Array,
  planes: Planes,
  face: Face,
  box: Box,
  columns: number,
  rows: number,
): void {
  const inBox = (outline: readonly Point[]) =>
    outline.map(({ x, y }) => ({ x: (x - box.left) / 2, y: (y - box.top) / 2 }));
  region.fill(0);
  fill(region, columns, rows, inBox(outlineOf(face, 'oval')), 1);
  for (const part of ['leftEye', 'rightEye'] as const)
    fill(region, columns, rows, inBox(widened(outlineOf(face, part), 0.35)), 0);
  for (const part of ['leftBrow', 'rightBrow', 'lips'] as const)
    fill(region, columns, rows, inBox(widened(outlineOf(face, part), 0.15)), 0);
  const feather = Math.max(1, Math.round(distance(pointOf(face, 10), pointOf(face, 152)) / 120));
  boxBlur(region, spare, columns, rows, { radius: feather, passes: 2 });
  const skin = skinOf(planes, face);
  const across = chroma(planes.width);
  for (let row = 0, at = 0; row < rows; row += 1) {
    const start = ((box.top >> 1) + row) * across + (box.left >> 1);
    for (let column = 0; column < columns; column += 1, at += 1) {
      const du = (planes.u[start + column] ?? 0) - skin.u;
      const dv = (planes.v[start + column] ?? 0) - skin.v;
      const far = Math.sqrt(du * du + dv * dv);
      if (far > SKIN) region[at] = (region[at] ?? 0) * Math.max(0, (OTHER - far) / (OTHER - SKIN));
    }
  }
}

/** Where there is skin in every face that looks this way: cheeks, and the bridge of the nose. */
const SAMPLES = [PLACES.leftCheek, PLACES.rightCheek, 6, 195, 205, 425, 101, 330];

/** The colour of this face's skin in this light: the median of some places, so that hair over a cheek counts for nothing. */
export function skinOf({ width, height, u, v }: Planes, face: Face): { u: number; v: number } {
  const [columns, rows] = [chroma(width), chroma(height)];
  const [blues, reds]: [number[], number[]] = [[], []];
  for (const index of SAMPLES) {
    const { x, y } = pointOf(face, index);
    const [column, row] = [Math.floor(x / 2), Math.floor(y / 2)];
    if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
    blues.push(u[row * columns + column] ?? 128);
    reds.push(v[row * columns + column] ?? 128);
  }
  return { u: median(blues), v: median(reds) };
}

const median = (values: number[]): number =>
  values.sort((one, other) => one - other)[values.length >> 1] ?? 128;

interface Guide {
  slope: Float32Array;
  offset: Float32Array;
  mean: Float32Array;
  spare: Float32Array;
}

/** For each half pixel the line by which brightness becomes smooth: slope × brightness + offset. */
function guide(
  { y, width }: Planes,
  box: Box,
  columns: number,
  rows: number,
  radius: number,
  { slope, offset, mean, spare }: Guide,
): void {
  for (let row = 0, at = 0; row < rows; row += 1) {
    const start = (box.top + 2 * row) * width + box.left;
    for (let column = 0; column < columns; column += 1, at += 1) {
      const from = start + 2 * column;
      const value =
        ((y[from] ?? 0) + (y[from + 1] ?? 0) + (y[from + width] ?? 0) + (y[from + width + 1] ?? 0)) / 4;
      mean[at] = value;
      slope[at] = value * value;
    }
  }
  const once = { radius, passes: 1 };
  boxBlur(mean, spare, columns, rows, once);
  boxBlur(slope, spare, columns, rows, once);
  for (let at = 0; at < columns * rows; at += 1) {
    const middle = mean[at] ?? 0;
    const variance = Math.max(0, (slope[at] ?? 0) - middle * middle);
    const keeps = variance / (variance + EPSILON);
    slope[at] = keeps;
    offset[at] = middle * (1 - keeps);
  }
  boxBlur(slope, spare, columns, rows, once);
  boxBlur(offset, spare, columns, rows, once);
}

function blendIn(
  { y, width }: Planes,
  box: Box,
  columns: number,
  rows: number,
  { region, slope, offset }: Pick<Guide, 'slope' | 'offset'> & { region: Float32Array },
  strength: number,
): void {
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const at = row * columns + column;
      const share = (region[at] ?? 0) * strength;
      if (share <= 0) continue;
      const keeps = slope[at] ?? 1;
      const adds = offset[at] ?? 0;
      const from = (box.top + 2 * row) * width + box.left + 2 * column;
      for (let pixel = 0; pixel < 4; pixel += 1) {
        const place = from + (pixel & 1) + (pixel >> 1) * width;
        const before = y[place] ?? 0;
        y[place] = before + share * (keeps * before + adds - before);
      }
    }
  }
}
