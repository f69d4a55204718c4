/** Where the person is: MediaPipe's selfie segmentation, for pictures that are wider than high. */
import { createMaskSmoother, type Mask } from '../pixels/mask.ts';
import type { Planes } from '../pixels/planes.ts';
import type { Yuv } from '../pixels/yuv.ts';
import type { Model } from './litert.ts';
import { fillInput, type InputShape, wholeOf } from './model-input.ts';

const SHAPE: InputShape = { width: 256, height: 144, black: 0, white: 1, beyond: 'edge' };
/** What the model takes. */
export const SEGMENTATION_INPUT = [1, SHAPE.height, SHAPE.width, 3];

export interface Segmentation {
  /** @param at when the picture was taken, in ms. @throws where the model fails, and then there is no mask */
  find(planes: Planes, yuv: Yuv, at: number): Promise<Mask>;
}

export function segmentWith(model: Model): Segmentation {
  const input = new Float32Array(SHAPE.width * SHAPE.height * 3);
  const smoother = createMaskSmoother();
  return {
    async find(planes, yuv, at) {
      fillInput(input, SHAPE, planes, wholeOf(planes), yuv);
      const outputs = await model(input);
      const confidence = outputs.find(({ length }) => length === SHAPE.width * SHAPE.height);
      if (!confidence) throw new Error('The segmentation gives no mask');
      return smoother.update(SHAPE.width, SHAPE.height, confidence, at);
    },
  };
}
