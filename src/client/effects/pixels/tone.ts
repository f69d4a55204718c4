/** A change of all colours alike: a curve for brightness, and for colour a turn, a stretch and a shift. */
import type { Planes } from './planes.ts';

export interface Tone {
  /** The brightness that each becomes. */
  readonly curve: Uint8ClampedArray;
  /** [u, v] against 128 becomes [uu × u + uv × v + du, vu × u + vv × v + dv]. */
  readonly colour: {
    readonly uu: number;
    readonly uv: number;
    readonly vu: number;
    readonly vv: number;
    readonly du: number;
    readonly dv: number;
  };
}

/** How strong colours are, and which way they lean; 1 and 0 leave them as they are. */
export const colourOf = (strength: number, du = 0, dv = 0): Tone['colour'] => ({
  ...{ uu: strength, uv: 0, vu: 0, vv: strength },
  ...{ du, dv },
});

/** A curve from what it makes of brightness between 0 and 1, black to white, which video has at 16 and 235. */
export function curveOf(change: (brightness: number) => number): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => 16 + 219 * change((value - 16) / 219));
}

/** Changes a picture in place. */
export function applyTone({ y, u, v }: Planes, { curve, colour }: Tone): void {
  for (let at = 0; at < y.length; at += 1) y[at] = curve[y[at] ?? 0] ?? 0;
  const { uu, uv, vu, vv, du, dv } = colour;
  const [blue, red] = [128 + du, 128 + dv];
  for (let at = 0; at < u.length; at += 1) {
    const from = (u[at] ?? 0) - 128;
    const other = (v[at] ?? 0) - 128;
    u[at] = uu * from + uv * other + blue;
    v[at] = vu * from + vv * other + red;
  }
}
