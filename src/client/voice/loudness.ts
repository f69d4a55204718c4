/** How loud a microphone is, and whether somebody speaks. */

/** Quieter than this, in dB below full scale, is shown as nothing. */
const FLOOR = -60;
/** Nobody who speaks is quieter than this. */
const QUIETEST_VOICE = -48;
/** By how many dB a voice stands out from its room. */
const OUT = 12;
/** So much louder, in dB, the room may become from one reading to the next without being taken for a voice. */
const ROOM_RISE = 0.3;
/** Somebody speaks where so many of the last readings are a voice: words, and not a cough. */
const READINGS = 10;
const SPOKEN = 4;

/** The effective value of some samples in dB below full scale, no less than `FLOOR`. */
export function loudness(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(samples.length, 1);
  return Math.max(FLOOR, 10 * Math.log10(power + 1e-12));
}

/** Hz between which voices are, children's among them. */
const [LOWEST, HIGHEST] = [75, 400];
/** Samples a second that are enough to tell so. */
const ENOUGH = 8000;
/** How much a voice is like itself one period later; a stroke on a keyboard, or a fan, isn't like itself at all. */
const ALIKE = 0.5;

/** Whether some hundredths of a second repeat themselves as a voice does: the autocorrelation has a peak at its pitch. */
export function hasPitch(samples: Float32Array, rate: number): boolean {
  const step = Math.max(1, Math.round(rate / ENOUGH));
  const low = Float32Array.from({ length: Math.floor(samples.length / step) }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < step; i++) sum += samples[at * step + i] ?? 0;
    return sum / step;
  });
  const [from, to] = [HIGHEST, LOWEST].map((hz) => Math.round(rate / step / hz));
  for (let lag = from ?? 1; lag <= (to ?? 1); lag++) {
    let [product, here, later] = [0, 1e-12, 1e-12];
    for (let at = 0; at + lag < low.length; at++) {
      const [one, other] = [low[at] ?? 0, low[at + lag] ?? 0];
      product += one * other;
      here += one * one;
      later += other * other;
    }
    if (product > ALIKE * Math.sqrt(here * later)) return true;
  }
  return false;
}

/** For a meter: 0 where nothing is heard, 1 at full scale. */
export const shareOf = (decibels: number): number => 1 - decibels / FLOOR;

export interface TalkDetector {
  /** Takes the next reading, in dB. @param isVoiced whether it has a pitch. @returns whether somebody speaks */
  hear(decibels: number, isVoiced: boolean): boolean;
}

/** Expects ten readings a second. */
export function createTalkDetector(): TalkDetector {
  let room: number | undefined;
  let voices: boolean[] = [];
  return {
    hear(decibels, isVoiced) {
      // The room is what is heard between words: it is found at once when it is quiet, and slowly where it gets louder.
      room = room === undefined ? decibels : Math.min(decibels, room + ROOM_RISE);
      voices = [...voices, isVoiced && decibels > Math.max(QUIETEST_VOICE, room + OUT)].slice(-READINGS);
      return voices.filter(Boolean).length >= SPOKEN;
    },
  };
}
