/**
 * All that is done to one camera's pictures, one after the other: brightened, searched for the person and the face, skin
 * smoothed, the room hidden, colours changed, a sticker put on. What comes out may be sent; nothing else is given out.
 */
import { detectWith } from '../models/detection.ts';
import { createFaceTracker, type FaceTracker } from '../models/face-tracking.ts';
import { landmarksWith } from '../models/landmarks.ts';
import type { Models } from '../models/models.ts';
import { type Segmentation, segmentWith } from '../models/segmentation.ts';
import { createBeautifier } from '../pixels/beauty.ts';
import { createBrightener } from '../pixels/brighten.ts';
import { cover } from '../pixels/cover.ts';
import { type Backdrop, createCurtain, type SendablePicture } from '../pixels/curtain.ts';
import type { Face } from '../pixels/face.ts';
import { toneOf } from '../pixels/filters.ts';
import { climb, isAtLeast, type Ladder, type Rung, TOP } from '../pixels/ladder.ts';
import type { Mask } from '../pixels/mask.ts';
import { isSameSize, type Planes } from '../pixels/planes.ts';
import { createSprite, drawSprite, type Sprite } from '../pixels/sprite.ts';
import { createStickerPlacer, type StickerPlacer } from '../pixels/sticker-place.ts';
import { applyTone } from '../pixels/tone.ts';
import type { Yuv } from '../pixels/yuv.ts';
import type { Look } from './engine-messages.ts';

/** A smaller camera is of no use to one that has no more lines. */
const SMALL_LINES = 360;
/**
 * What was found may serve for the next picture as well, unless they come so slowly, in ms, that the curtain won't have the
 * mask, and the face is somewhere else.
 */
const FRESH_MS = 100;

export interface ChainEvents {
  /** A model failed; the picture goes on without what it was for. */
  failed(): void;
  rung(rung: Rung): void;
}

export interface Chain {
  look(look: Look): void;
  /**
   * @param planes as the camera has them; they are changed in place
   * @param now when they came, in ms
   */
  apply(planes: Planes, yuv: Yuv, now: number): Promise<SendablePicture>;
  /** How long the last picture took, in ms. What is given up follows from that. */
  took(ms: number, now: number): void;
  rung(): Rung;
}

export const NO_LOOK: Look = {
  background: { kind: 'none' },
  filter: undefined,
  beauty: 0,
  brighten: false,
  sticker: undefined,
};

/** Of the picture that is behind the person, if one is. */
const keyOf = (background: Look['background']): number | undefined =>
  background.kind === 'picture' ? background.image.key : undefined;

export const needsMask = ({ background }: Look): boolean => background.kind !== 'none';
export const needsFace = ({ beauty, sticker }: Look): boolean => beauty > 0 || sticker !== undefined;

export function createChain(models: Models, events: ChainEvents): Chain {
  const curtain = createCurtain();
  const brightener = createBrightener();
  const beautifier = createBeautifier();
  let look = NO_LOOK;
  let ladder: Ladder = TOP;
  let count = 0;
  let lines = 0;
  let segmentation: Segmentation | undefined;
  let faces: FaceTracker | undefined;
  let mask: Mask | undefined;
  /** When the face was last looked for, in ms. */
  let facedAt = Number.NEGATIVE_INFINITY;
  let backdrop: Backdrop = { kind: 'none' };
  let sticker: { sprite: Sprite; placer: StickerPlacer } | undefined;

  /** Waits for nobody: pictures go on meanwhile, without what isn't there yet. */
  function prepare(): void {
    if (needsMask(look) && !segmentation)
      models.segmentation().then((model) => {
        segmentation ??= segmentWith(model);
      }, events.failed);
    if (needsFace(look) && !faces)
      models.faces().then(({ detection, landmarks }) => {
        faces ??= createFaceTracker(detectWith(detection), landmarksWith(landmarks));
      }, events.failed);
  }

  /** Whether a rung, and so giving up what it gives up, makes a difference. */
  function helps(rung: Rung): boolean {
    switch (rung) {
      case 'half-masks':
        return needsMask(look);
      case 'half-faces':
        return needsFace(look);
      case 'small':
        return lines > SMALL_LINES;
      case 'plain':
        return look.beauty > 0;
      default:
        return true;
    }
  }

  const isGivenUp = (rung: Rung) => isAtLeast(ladder.rung, rung);

  async function findMask(planes: Planes, yuv: Yuv, now: number): Promise<Mask | undefined> {
    if (!needsMask(look) || isGivenUp('off')) return undefined;
    const isFresh = mask !== undefined && now - mask.at <= FRESH_MS;
    if (isFresh && isGivenUp('half-masks') && count % 2 === 1) return mask;
    try {
      return await segmentation?.find(planes, yuv, now);
    } catch {
      // One that fails once fails in each picture.
      segmentation = undefined;
      events.failed();
      return undefined;
    }
  }

  async function findFace(planes: Planes, yuv: Yuv, now: number): Promise<Face | undefined> {
    if (!needsFace(look) || isGivenUp('off')) return undefined;
    if (isGivenUp('half-faces') && count % 2 === 0 && now - facedAt <= FRESH_MS) return faces?.guess(now);
    facedAt = now;
    try {
      return await faces?.find(planes, yuv, now);
    } catch {
      faces = undefined;
      events.failed();
      return undefined;
    }
  }

  function hide(planes: Planes, yuv: Yuv): void {
    const { background } = look;
    if (background.kind !== 'picture') {
      backdrop = background;
      return;
    }
    const isMade = backdrop.kind === 'picture' && backdrop.picture && isSameSize(backdrop.picture, planes);
    if (!isMade) backdrop = { kind: 'picture', picture: cover(background.image, planes, yuv) };
  }

  return {
    look(wanted) {
      const before = look;
      look = wanted;
      const isOther = needsMask(before) !== needsMask(look) || needsFace(before) !== needsFace(look);
      if (isOther || ladder.rung === 'off') {
        // What was too much may be possible now.
        ladder = TOP;
        events.rung(ladder.rung);
      }
      if (keyOf(before.background) !== keyOf(look.background))
        backdrop = { kind: 'picture', picture: undefined };
      if (before.sticker?.image.key !== look.sticker?.image.key) sticker = undefined;
      if (!needsMask(look)) mask = undefined;
      prepare();
    },
    async apply(planes, yuv, now) {
      count += 1;
      lines = planes.height;
      const { filter, beauty, brighten, sticker: wanted } = look;
      if (brighten && !isGivenUp('off')) brightener.apply(planes, now);
      mask = await findMask(planes, yuv, now);
      const face = await findFace(planes, yuv, now);
      if (face && beauty > 0 && !isGivenUp('plain')) beautifier.apply(planes, face, beauty);
      // As it is chosen now: a room that is to be hidden isn't shown once more because the picture was begun before.
      hide(planes, yuv);
      const sendable = curtain.pass(planes, backdrop, mask, now);
      if (isGivenUp('off')) return sendable;
      if (filter) applyTone(sendable.planes, toneOf(filter));
      if (wanted && look.sticker?.image.key === wanted.image.key) {
        const { bytes, width, height } = wanted.image;
        sticker ??= {
          sprite: createSprite(bytes, width, height, yuv),
          placer: createStickerPlacer(wanted.fastening),
        };
        if (face) drawSprite(sendable.planes, sticker.sprite, sticker.placer.place(face, now));
        else sticker.placer.lose();
      }
      return sendable;
    },
    took(ms, now) {
      const next = climb(ladder, ms, now, helps);
      const isOther = next.rung !== ladder.rung;
      ladder = next;
      if (isOther) events.rung(ladder.rung);
    },
    rung: () => ladder.rung,
  };
}
