/**
 * What may leave this device. Under a blurred or replaced background the raw picture never does, not while models load, not
 * when they fail, not when the machine can't keep up: whatever sends takes a `SendablePicture`, and there is no way to one
 * but through here, with a mask or else blurred as a whole.
 */
import { type Background, createBackgroundPainter } from './background.ts';
import type { Mask } from './mask.ts';
import type { Planes } from './planes.ts';

/** Isn't exported, so nothing else can make one. */
const passed: unique symbol = Symbol('passed');

/** A picture that may be sent as it is. */
export interface SendablePicture {
  readonly [passed]: true;
  readonly planes: Planes;
}

/** With no background chosen the room may be seen. */
export type Backdrop = { kind: 'none' } | Background;

/** A mask of an older picture would show what the person has moved away from, in ms. */
const STALE_MS = 120;

export interface Curtain {
  /**
   * @param planes as the camera has them; they are changed in place
   * @param mask where the person is, as far as that is known
   * @param now when the picture was taken, in ms
   */
  pass(planes: Planes, backdrop: Backdrop, mask: Mask | undefined, now: number): SendablePicture;
}

export function createCurtain(): Curtain {
  const painter = createBackgroundPainter();
  return {
    pass(planes, backdrop, mask, now) {
      if (backdrop.kind !== 'none') {
        if (mask && Math.abs(now - mask.at) <= STALE_MS) painter.paint(planes, mask, backdrop);
        else painter.hide(planes);
      }
      return { [passed]: true, planes };
    },
  };
}
