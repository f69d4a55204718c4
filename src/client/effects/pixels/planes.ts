/**
 * A picture as video has it: brightness for each pixel, colour for each two by two (I420, as WebCodecs calls it). What is
 * done to a frame is done to these bytes, without a canvas: on a processor alone nothing else is as quick.
 */

/** Values are rounded and kept to 0–255 as they are stored. */
export type Plane = Uint8ClampedArray<ArrayBuffer>;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Planes extends Size {
  /** All three behind each other, rows without gaps, as a frame is made of them. */
  readonly bytes: Plane;
  /** Brightness, `width` × `height`. */
  readonly y: Plane;
  /** Blue and red against brightness, 128 for neither; each `chroma(width)` × `chroma(height)`. */
  readonly u: Plane;
  readonly v: Plane;
}

/** How many samples of colour there are for so many pixels in a row or a column. */
export const chroma = (pixels: number): number => (pixels + 1) >> 1;

/** A black picture. */
export function createPlanes(width: number, height: number): Planes {
  const bright = width * height;
  const coloured = chroma(width) * chroma(height);
  const bytes = new Uint8ClampedArray(bright + 2 * coloured);
  const [y, u, v] = [
    bytes.subarray(0, bright),
    bytes.subarray(bright, bright + coloured),
    bytes.subarray(bright + coloured),
  ];
  y.fill(16);
  u.fill(128);
  v.fill(128);
  return { width, height, bytes, y, u, v };
}

export const isSameSize = (one: Size, other: Size): boolean =>
  one.width === other.width && one.height === other.height;
