/** Where the person is in a picture, steady from frame to frame. */
import type { Grid } from './enlarge.ts';

/** 255 where the person is, 0 where the background is. Made by a segmentation, or not at all. */
export interface Mask extends Grid {
  /** When the picture it is about was taken, in ms. */
  readonly at: number;
}

/**
 * How much of the mask before stays after each thirtieth of a second. Less flickers, more trails behind; where somebody was
 * until now there is a room to be hidden, so what goes fades more quickly than what comes.
 */
const [OLD_COMING, OLD_GOING] = [0.75, 0.45];
const FRAME_MS = 1000 / 30;
/** Below this nobody is there, above that somebody is; a ramp around one half leaves a bright halo at the hair. */
const [NOBODY, SOMEBODY] = [0.1, 0.5];
/** A mask that is older than this, in ms, says nothing about the next one: the page was asleep, or the camera another. */
const FORGOTTEN_MS = 500;

export interface MaskSmoother {
  /**
   * @param confidence for each pixel of the small picture, 0 to 1
   * @param at when that was taken, in ms
   */
  update(width: number, height: number, confidence: Float32Array, at: number): Mask;
}

export function createMaskSmoother(): MaskSmoother {
  let mean = new Float32Array(0);
  let last = Number.NEGATIVE_INFINITY;
  return {
    update(width, height, confidence, at) {
      const isNew = mean.length !== width * height || !(at - last < FORGOTTEN_MS && at >= last);
      if (isNew) mean = new Float32Array(width * height);
      const frames = (at - last) / FRAME_MS;
      const [coming, going] = isNew ? [1, 1] : [1 - OLD_COMING ** frames, 1 - OLD_GOING ** frames];
      last = at;
      const values = new Float32Array(mean.length);
      for (let pixel = 0; pixel < mean.length; pixel += 1) {
        const told = confidence[pixel] ?? 0;
        const before = mean[pixel] ?? 0;
        // What isn't a number is nobody: it must neither show anything nor stay.
        const change = (told > 0 ? Math.min(told, 1) : 0) - before;
        const now = before + change * (change > 0 ? coming : going);
        mean[pixel] = now;
        const step = Math.min(Math.max((now - NOBODY) / (SOMEBODY - NOBODY), 0), 1);
        values[pixel] = 255 * step * step * (3 - 2 * step);
      }
      return { width, height, values, at };
    },
  };
}
