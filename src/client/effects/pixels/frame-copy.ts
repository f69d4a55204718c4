/** A camera's frame as planes, whatever it comes as (WebCodecs §9.8, `VideoPixelFormat`). */
import { chroma, type Planes, type Size } from './planes.ts';
import { fillFromRgba, type Order, UNTOLD, type Yuv, yuvOf } from './yuv.ts';

/** The part of a `VideoFrame` that is needed, so that it can be tried where there is none. */
export type Frame = Pick<
  VideoFrame,
  'format' | 'visibleRect' | 'codedWidth' | 'codedHeight' | 'colorSpace' | 'allocationSize' | 'copyTo'
>;

/** What is seen of it; what lies around that is padding. */
export const sizeOf = ({ visibleRect, codedWidth, codedHeight }: Frame): Size => ({
  width: visibleRect?.width ?? codedWidth,
  height: visibleRect?.height ?? codedHeight,
});

/** Whether a format has its colours as planes already. */
const isPlanar = (format: VideoPixelFormat | null): boolean => format === 'I420' || format === 'NV12';

/** How the planes of this frame have their colours. */
export const colours = ({ format, colorSpace }: Frame): Yuv =>
  isPlanar(format) ? yuvOf(colorSpace) : UNTOLD;

export interface FrameCopier {
  /**
   * Copies what is seen of a frame.
   * @param planes of its size (see `sizeOf`)
   * @throws where the browser can't read this frame
   */
  copy(frame: Frame, planes: Planes): Promise<void>;
}

/** It keeps what it needs in between, so one copies frame after frame. */
export function createFrameCopier(): FrameCopier {
  let scratch = new Uint8ClampedArray(0);

  function atLeast(bytes: number): Uint8ClampedArray<ArrayBuffer> {
    if (scratch.length < bytes) scratch = new Uint8ClampedArray(bytes);
    return scratch.length === bytes ? scratch : scratch.subarray(0, bytes);
  }

  async function copyRgba(frame: Frame, planes: Planes, options: VideoFrameCopyToOptions, order: Order) {
    const bytes = 4 * planes.width * planes.height;
    const layout = [{ offset: 0, stride: 4 * planes.width }];
    // A browser that doesn't know how to convert would copy something else.
    if (frame.allocationSize({ ...options, layout }) !== bytes)
      throw new Error(`Frames of the format ${frame.format} can't be read here`);
    const pixels = atLeast(bytes);
    await frame.copyTo(pixels, { ...options, layout });
    fillFromRgba(pixels, order, planes, colours(frame));
  }

  return {
    async copy(frame, planes) {
      const { width, height, bytes } = planes;
      const bright = width * height;
      const [columns, rows] = [chroma(width), chroma(height)];
      switch (frame.format) {
        case 'I420':
          await frame.copyTo(bytes, {
            layout: [
              { offset: 0, stride: width },
              { offset: bright, stride: columns },
              { offset: bright + columns * rows, stride: columns },
            ],
          });
          return;
        case 'NV12': {
          // As many bytes, so its two planes fit where the three will be.
          await frame.copyTo(bytes, {
            layout: [
              { offset: 0, stride: width },
              { offset: bright, stride: 2 * columns },
            ],
          });
          const pairs = atLeast(2 * columns * rows);
          pairs.set(bytes.subarray(bright));
          splitPairs(pairs, planes);
          return;
        }
        case 'BGRA':
        case 'BGRX':
          return copyRgba(frame, planes, {}, 'bgra');
        case 'RGBA':
        case 'RGBX':
          return copyRgba(frame, planes, {}, 'rgba');
        default:
          // One on the graphics card has no format, and rarer ones are converted by the browser.
          return copyRgba(frame, planes, { format: 'RGBA', colorSpace: 'srgb' }, 'rgba');
      }
    },
  };
}

/** @param pairs blue and red in turn, as NV12 has them */
export function splitPairs(pairs: Uint8ClampedArray, { u, v }: Planes): void {
  for (let at = 0; at < u.length; at += 1) {
    u[at] = pairs[2 * at] ?? 128;
    v[at] = pairs[2 * at + 1] ?? 128;
  }
}
