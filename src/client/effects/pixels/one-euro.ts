/**
 * Steadies a number that trembles, and doesn't lag behind one that moves: the faster it moves, the less it is smoothed
 * (Casiez, Roussel and Vogel, "1 € Filter", CHI 2012).
 */

export interface OneEuroOptions {
  /** How much is let through while it rests, in Hz. Lower is steadier. */
  rest: number;
  /** By how many Hz more for each unit a second. Higher lags less. */
  speed: number;
}

/** Hz to which the speed itself is smoothed. */
const DERIVATIVE_CUTOFF = 1;

export type OneEuro = (value: number, at: number) => number;

const shareOf = (cutoff: number, seconds: number): number => {
  const time = 2 * Math.PI * cutoff * seconds;
  return time / (time + 1);
};

/** @returns takes each value with its time in ms, and gives back the smooth one */
export function createOneEuro({ rest, speed }: OneEuroOptions): OneEuro {
  let last: { value: number; slope: number; at: number } | undefined;
  return (value, at) => {
    const seconds = last ? (at - last.at) / 1000 : 0;
    if (!last || seconds <= 0) {
      last ??= { value, slope: 0, at };
      return last.value;
    }
    const raw = (value - last.value) / seconds;
    const slope = last.slope + (raw - last.slope) * shareOf(DERIVATIVE_CUTOFF, seconds);
    const share = shareOf(rest + speed * Math.abs(slope), seconds);
    last = { value: last.value + (value - last.value) * share, slope, at };
    return last.value;
  };
}
