/** The colour filters there are. */
import { colourOf, curveOf, type Tone } from './tone.ts';

export const FILTERS = ['warm', 'cool', 'vivid', 'soft', 'faded', 'sepia', 'mono', 'noir'] as const;
export type Filter = (typeof FILTERS)[number];

/** Darker where it is dark and brighter where it is bright, by so much of a smooth step. */
const contrast = (share: number) => (value: number) => {
  const kept = Math.min(Math.max(value, 0), 1);
  return value + share * (kept * kept * (3 - 2 * kept) - value);
};

const asIs = (value: number): number => value;

const TONES: Record<Filter, Tone> = {
  warm: { curve: curveOf((value) => value * 0.98 + 0.015), colour: colourOf(1.04, -9, 7) },
  cool: { curve: curveOf(asIs), colour: colourOf(0.98, 9, -6) },
  vivid: { curve: curveOf(contrast(0.35)), colour: colourOf(1.35) },
  soft: { curve: curveOf((value) => 0.06 + 0.92 * Math.max(value, 0) ** 0.9), colour: colourOf(0.85, -2, 3) },
  // As a print that has been in the sun.
  faded: { curve: curveOf((value) => 0.13 + 0.77 * value), colour: colourOf(0.7, -5, 2) },
  sepia: { curve: curveOf((value) => 0.02 + 0.96 * value), colour: colourOf(0, -18, 12) },
  mono: { curve: curveOf(asIs), colour: colourOf(0) },
  noir: { curve: curveOf(contrast(1)), colour: colourOf(0) },
};

export const toneOf = (filter: Filter): Tone => TONES[filter];
