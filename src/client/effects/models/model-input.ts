/** What a model is shown of a picture: a part of it, small, in red, green and blue. */
import { chroma, type Planes } from '../pixels/planes.ts';
import { toRgb, type Yuv } from '../pixels/yuv.ts';

/** A square part, or a rectangle, around a point; in pixels. */
export interface View {
  /** Its middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** By how much it is turned clockwise, in radians. */
  readonly angle: number;
}

/** All of a picture. */
export const wholeOf = ({ width, height }: Planes): View => ({
  ...{ x: width / 2, y: height / 2, width, height },
  angle: 0,
});

/** The square that a picture fits in. */
export const squareAround = ({ width, height }: Planes): View => {
  const side = Math.max(width, height);
  return { x: width / 2, y: height / 2, width: side, height: side, angle: 0 };
};

/** Squares half as wide as that, which together have all of the picture; each overlaps the next by half. */
export function partsOf({ width, height }: Planes): View[] {
  const side = Math.max(width, height) / 2;
  const middles = (length: number): number[] => {
    const room = Math.max(0, length - side);
    const steps = Math.ceil((2 * room) / side);
    return Array.from({ length: steps + 1 }, (_, step) =>
      steps === 0 ? length / 2 : side / 2 + (room * step) / steps,
    );
  };
  return middles(height).flatMap((y) =>
    middles(width).map((x) => ({ x, y, width: side, height: side, angle: 0 })),
  );
}

export interface InputShape {
  readonly width: number;
  readonly height: number;
  /** What black and white are to the model. */
  readonly black: number;
  readonly white: number;
  /** What it is shown beyond the picture's edge. */
  readonly beyond: 'black' | 'edge';
}

/** @param into three numbers for each pixel of the shape, row by row */
export function fillInput(
  into: Float32Array,
  { width, height, black, white, beyond }: InputShape,
  planes: Planes,
  view: View,
  yuv: Yuv,
): void {
  const [columns, coloured] = [planes.width, chroma(planes.width)];
  const { y, u, v } = planes;
  const [cos, sin] = [Math.cos(view.angle), Math.sin(view.angle)];
  const [stepX, stepY] = [view.width / width, view.height / height];
  const scale = (white - black) / 255;
  // Of a picture that is much larger, a few pixels around each place: one alone would flicker.
  const spread = Math.max(stepX, stepY) >= 2 ? Math.min(stepX, stepY) / 4 : 0;
  const [lastColumn, lastRow] = [planes.width - 1, planes.height - 1];
  /** As `toRgb` has them, once for all pixels. */
  const [yr, yb, ub, vr, ug, vg] = coefficients(yuv);
  const darkest = yuv.isFull ? 0 : 16;

  function brightnessAt(left: number, top: number): number {
    const x = Math.min(Math.max(left, 0), lastColumn);
    const up = Math.min(Math.max(top, 0), lastRow);
    const column = Math.floor(x);
    const row = Math.floor(up);
    const at = row * columns + column;
    const nextColumn = column < lastColumn ? 1 : 0;
    const nextRow = row < lastRow ? columns : 0;
    const right = x - column;
    const down = up - row;
    const above = (y[at] ?? 0) * (1 - right) + (y[at + nextColumn] ?? 0) * right;
    const below = (y[at + nextRow] ?? 0) * (1 - right) + (y[at + nextRow + nextColumn] ?? 0) * right;
    return above + (below - above) * down;
  }

  /** Among several that are averaged, one that is whole is good enough. */
  function nearestTo(left: number, top: number): number {
    const column = Math.min(Math.max(Math.round(left), 0), lastColumn);
    return y[Math.min(Math.max(Math.round(top), 0), lastRow) * columns + column] ?? 0;
  }

  for (let row = 0, at = 0; row < height; row += 1) {
    const down = (row + 0.5 - height / 2) * stepY;
    for (let column = 0; column < width; column += 1, at += 3) {
      const right = (column + 0.5 - width / 2) * stepX;
      // By the centres of the pixels.
      const placeX = view.x + right * cos - down * sin - 0.5;
      const placeY = view.y + right * sin + down * cos - 0.5;
      if (
        beyond === 'black' &&
        (placeX < -0.5 || placeY < -0.5 || placeX > lastColumn + 0.5 || placeY > lastRow + 0.5)
      ) {
        into.fill(black, at, at + 3);
        continue;
      }
      const bright =
        spread === 0
          ? brightnessAt(placeX, placeY)
          : (nearestTo(placeX - spread, placeY - spread) +
              nearestTo(placeX + spread, placeY - spread) +
              nearestTo(placeX - spread, placeY + spread) +
              nearestTo(placeX + spread, placeY + spread)) /
            4;
      const colour =
        (Math.min(Math.max(Math.round(placeY), 0), lastRow) >> 1) * coloured +
        (Math.min(Math.max(Math.round(placeX), 0), lastColumn) >> 1);
      const light = bright - darkest;
      const blueness = (u[colour] ?? 128) - 128;
      const redness = (v[colour] ?? 128) - 128;
      into[at] = black + scale * kept(yr * light + vr * redness);
      into[at + 1] = black + scale * kept(yr * light + ug * blueness + vg * redness);
      into[at + 2] = black + scale * kept(yb * light + ub * blueness);
    }
  }
}

const kept = (value: number): number => Math.min(Math.max(value, 0), 255);

/** How much brightness and colour count, found by trying: the sums are plain ones. */
function coefficients(yuv: Yuv): [number, number, number, number, number, number] {
  const darkest = yuv.isFull ? 0 : 16;
  const [yr, , yb] = toRgb(darkest + 1, 128, 128, yuv);
  const [, ug, ub] = toRgb(darkest, 129, 128, yuv);
  const [vr, vg] = toRgb(darkest, 128, 129, yuv);
  return [yr, yb, ub, vr, ug, vg];
}
