/** Brightens a picture that was taken in a dark room, slowly enough that nobody sees it change. */
import type { Planes } from './planes.ts';
import { applyTone, colourOf, curveOf } from './tone.ts';

/** Mean brightness between black (0) and white (1) that a picture is brought towards; a brighter one stays as it is. */
const TARGET = 0.45;
/** The strongest curve: more would only show the camera's noise. */
const STRONGEST = 0.5;
/** ms until two thirds of a change have been made. */
const SLOWNESS_MS = 700;
/** One in so many rows, and in so many columns, is sampled. */
const STEP = 8;
/** The curve is computed again only if it would differ visibly. */
const VISIBLE = 0.01;

export interface Brightener {
  /** Changes a picture in place. @param now in ms */
  apply(planes: Planes, now: number): void;
}

/** How bright it is in the mean, black 0 and white 1. */
export function brightnessOf({ y, width, height }: Planes): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < height; row += STEP)
    for (let column = 0; column < width; column += STEP, count += 1) sum += y[row * width + column] ?? 0;
  return Math.min(Math.max((sum / Math.max(count, 1) - 16) / 219, 0), 1);
}

/** The exponent that brings this brightness to the target, as far as it goes. */
export const gammaFor = (brightness: number): number =>
  brightness >= TARGET ? 1 : Math.max(STRONGEST, Math.log(TARGET) / Math.log(Math.max(brightness, 0.001)));

const toneFor = (gamma: number) => ({
  curve: curveOf((value) => Math.max(value, 0) ** gamma),
  // What is brightened looks pale, as its colours stay as they are.
  colour: colourOf(1 + 0.5 * (1 - gamma)),
});

export function createBrightener(): Brightener {
  let gamma: number | undefined;
  let last = 0;
  let made = { gamma: 1, tone: toneFor(1) };
  return {
    apply(planes, now) {
      const wanted = gammaFor(brightnessOf(planes));
      const passed = Math.max(now - last, 0);
      gamma = gamma === undefined ? wanted : gamma + (wanted - gamma) * (1 - Math.exp(-passed / SLOWNESS_MS));
      last = now;
      if (Math.abs(gamma - made.gamma) > VISIBLE) made = { gamma, tone: toneFor(gamma) };
      if (made.gamma < 1) applyTone(planes, made.tone);
    },
  };
}
