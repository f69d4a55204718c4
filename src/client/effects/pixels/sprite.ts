/** A picture with transparent parts, drawn into another one turned and scaled. */
import { chroma, type Plane, type Planes } from './planes.ts';
import type { Placement } from './sticker-place.ts';
import { toYuv, type Yuv } from './yuv.ts';

/** Brightness and colour are multiplied by how opaque each pixel is, so that they may be averaged. */
interface Layer {
  width: number;
  height: number;
  y: Float32Array;
  u: Float32Array;
  v: Float32Array;
  /** How opaque, 0 to 1. */
  alpha: Float32Array;
}

/** The same picture in halves of its size: drawn small from a large one it would flicker. */
export interface Sprite {
  readonly layers: readonly Layer[];
}

/** Smaller than this none is needed. */
const LEAST = 24;

/** @param pixels red, green, blue, opacity, as a canvas has them; not multiplied */
export function createSprite(pixels: Uint8ClampedArray, width: number, height: number, yuv: Yuv): Sprite {
  const layer = createLayer(width, height);
  for (let at = 0; at < width * height; at += 1) {
    const alpha = (pixels[4 * at + 3] ?? 0) / 255;
    const [y, u, v] = toYuv([pixels[4 * at] ?? 0, pixels[4 * at + 1] ?? 0, pixels[4 * at + 2] ?? 0], yuv);
    layer.alpha[at] = alpha;
    layer.y[at] = y * alpha;
    layer.u[at] = u * alpha;
    layer.v[at] = v * alpha;
  }
  const layers = [layer];
  for (let last = layer; Math.min(last.width, last.height) >= 2 * LEAST; ) {
    last = halved(last);
    layers.push(last);
  }
  return { layers };
}

function createLayer(width: number, height: number): Layer {
  const plane = () => new Float32Array(width * height);
  return { width, height, y: plane(), u: plane(), v: plane(), alpha: plane() };
}

function halved(from: Layer): Layer {
  const into = createLayer(from.width >> 1, from.height >> 1);
  for (const name of ['y', 'u', 'v', 'alpha'] as const) {
    const [source, target] = [from[name], into[name]];
    for (let row = 0; row < into.height; row += 1)
      for (let column = 0; column < into.width; column += 1) {
        const at = 2 * row * from.width + 2 * column;
        target[row * into.width + column] =
          ((source[at] ?? 0) +
            (source[at + 1] ?? 0) +
            (source[at + from.width] ?? 0) +
            (source[at + from.width + 1] ?? 0)) /
          4;
      }
  }
  return into;
}

/** Draws it in place. What lies outside the picture is left out. */
export function drawSprite(planes: Planes, { layers }: Sprite, placement: Placement): void {
  const [first] = layers;
  if (!first || !(placement.width > 0)) return;
  const layer = layers.filter(({ width }) => width >= placement.width).pop() ?? first;
  // Backwards: for each pixel of the picture the place in the sprite.
  const scale = layer.width / placement.width;
  const [cos, sin] = [Math.cos(placement.angle) * scale, Math.sin(placement.angle) * scale];
  draw([planes.y], [layer.y], layer, planes.width, planes.height, placement, { cos, sin, pixel: 1 });
  draw(
    [planes.u, planes.v],
    [layer.u, layer.v],
    layer,
    chroma(planes.width),
    chroma(planes.height),
    placement,
    { cos, sin, pixel: 2 },
  );
}

/** @param pixel pixels of the picture that one sample of this plane stands for, on each side */
function draw(
  targets: readonly Plane[],
  sources: readonly Float32Array[],
  { width, height, alpha }: Layer,
  columns: number,
  rows: number,
  placement: Placement,
  { cos, sin, pixel }: { cos: number; sin: number; pixel: number },
): void {
  const { x, y } = placement;
  const scale = Math.hypot(cos, sin);
  // Half the size of the box around the turned sprite, in samples.
  const reachX = (Math.abs(cos) * width + Math.abs(sin) * height) / (2 * scale * scale * pixel) + 1;
  const reachY = (Math.abs(sin) * width + Math.abs(cos) * height) / (2 * scale * scale * pixel) + 1;
  const left = Math.max(0, Math.floor(x / pixel - reachX));
  const right = Math.min(columns, Math.ceil(x / pixel + reachX));
  const top = Math.max(0, Math.floor(y / pixel - reachY));
  const bottom = Math.min(rows, Math.ceil(y / pixel + reachY));
  for (let row = top; row < bottom; row += 1) {
    const dy = (row + 0.5) * pixel - y;
    for (let column = left; column < right; column += 1) {
      const dx = (column + 0.5) * pixel - x;
      const across = cos * dx + sin * dy + width / 2 - 0.5;
      const down = cos * dy - sin * dx + height / 2 - 0.5;
      if (across <= -1 || down <= -1 || across >= width || down >= height) continue;
      const opacity = sample(alpha, width, height, across, down);
      if (opacity <= 0) continue;
      const at = row * columns + column;
      for (let plane = 0; plane < targets.length; plane += 1) {
        const target = targets[plane];
        const source = sources[plane];
        if (target && source)
          target[at] = (target[at] ?? 0) * (1 - opacity) + sample(source, width, height, across, down);
      }
    }
  }
}

/** Between four pixels; beyond the edge nothing is. */
function sample(plane: Float32Array, width: number, height: number, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const bottom = y - top;
  const at = top * width + left;
  const isLeft = left >= 0;
  const isRight = left + 1 < width;
  let sum = 0;
  if (top >= 0) {
    if (isLeft) sum += (plane[at] ?? 0) * (1 - right) * (1 - bottom);
    if (isRight) sum += (plane[at + 1] ?? 0) * right * (1 - bottom);
  }
  if (top + 1 < height) {
    if (isLeft) sum += (plane[at + width] ?? 0) * (1 - right) * bottom;
    if (isRight) sum += (plane[at + width + 1] ?? 0) * right * bottom;
  }
  return sum;
}
