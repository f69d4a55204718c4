/** Where the person is: MediaPipe's selfie segmentation, for pictures that are wider than high. */
import { createMaskSmoother, type Mask, type MaskSmoother } from '../pixels/mask.ts';
import { isSameSize, type Planes, type Size } from '../pixels/planes.ts';
import type { Yuv } from '../pixels/yuv.ts';
import type { Model } from './litert.ts';
import { fillInput, type InputShape, type View } from './model-input.ts';

const SHAPE: InputShape = { width: 256, height: 144, black: 0, white: 1, beyond: 'edge' };
/** What the model takes. */
export const SEGMENTATION_INPUT = [1, SHAPE.height, SHAPE.width, 3];
/** Width against height: what is narrower, as from a phone held upright, would be stretched beyond what the model knows. */
const NARROW = 4 / 3;

export interface Segmentation {
  /** @param at when the picture was taken, in ms. @throws where the model fails, and then there is no mask */
  find(planes: Planes, yuv: Yuv, at: number): Promise<Mask>;
}

/** How a picture is shown to the model: in some of its columns, with the picture's edges repeated on both sides. */
interface Fit {
  view: View;
  first: number;
  columns: number;
}

function fitOf({ width, height }: Size): Fit {
  const isNarrow = width / height < NARROW;
  const columns = isNarrow ? Math.max(1, Math.round((SHAPE.height * width) / height)) : SHAPE.width;
  const first = (SHAPE.width - columns) >> 1;
  const step = width / columns;
  const shown = step * SHAPE.width;
  return {
    view: { x: shown / 2 - first * step, y: height / 2, width: shown, height, angle: 0 },
    ...{ first, columns },
  };
}

/** The columns of the picture alone. */
function crop(confidence: Float32Array, { first, columns }: Fit): Float32Array {
  if (columns === SHAPE.width) return confidence;
  const cropped = new Float32Array(columns * SHAPE.height);
  for (let row = 0; row < SHAPE.height; row += 1) {
    const start = row * SHAPE.width + first;
    cropped.set(confidence.subarray(start, start + columns), row * columns);
  }
  return cropped;
}

export function segmentWith(model: Model): Segmentation {
  const input = new Float32Array(SHAPE.width * SHAPE.height * 3);
  let smoother: MaskSmoother = createMaskSmoother();
  let size: Size = { width: 0, height: 0 };
  return {
    async find(planes, yuv, at) {
      // A phone that was turned: where somebody was says nothing any more.
      if (!isSameSize(size, planes)) smoother = createMaskSmoother();
      size = { width: planes.width, height: planes.height };
      const fitted = fitOf(size);
      fillInput(input, SHAPE, planes, fitted.view, yuv);
      const outputs = await model(input);
      const confidence = outputs.find(({ length }) => length === SHAPE.width * SHAPE.height);
      if (!confidence) throw new Error('The segmentation gives no mask');
      return smoother.update(fitted.columns, SHAPE.height, crop(confidence, fitted), at);
    },
  };
}
