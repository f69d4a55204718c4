/**
 * One camera's frames, one at a time: read, changed, made into frames again. This is the only place where a frame that is
 * sent is made, and it takes nothing but a `SendablePicture`. Every frame is closed: the camera lends few.
 */
import type { SendablePicture } from '../pixels/curtain.ts';
import { colours, createFrameCopier, sizeOf } from '../pixels/frame-copy.ts';
import { budgetOf, slowest } from '../pixels/ladder.ts';
import { createPlanes, isSameSize, type Planes } from '../pixels/planes.ts';
import type { Yuv } from '../pixels/yuv.ts';
import type { Chain } from './chain.ts';

/** How often the pace is told, in ms. */
const PACE_MS = 2000;
/** A camera from which nothing has come for so many ms has no frame on its way. */
const SILENT_MS = 1000;

export interface Pace {
  frames: number;
  median: number;
  slowest: number;
}

export interface Pipe {
  /** Takes over a frame, and gives back what may be sent instead; undefined where this one is left out. */
  change(frame: VideoFrame): Promise<VideoFrame | undefined>;
  /** Takes frames out of one stream and puts them into the other, until either ends. */
  run(readable: ReadableStream<VideoFrame>, writable: WritableStream<VideoFrame>): Promise<void>;
  /** Ends that. */
  stop(): void;
}

function frameOf({ planes }: SendablePicture, like: VideoFrame, yuv: Yuv): VideoFrame {
  const isCamera = like.format === 'I420' || like.format === 'NV12';
  return new VideoFrame(planes.bytes, {
    format: 'I420',
    codedWidth: planes.width,
    codedHeight: planes.height,
    timestamp: like.timestamp,
    ...(like.duration !== null && { duration: like.duration }),
    colorSpace: isCamera
      ? like.colorSpace.toJSON()
      : {
          primaries: 'bt709',
          transfer: 'bt709',
          fullRange: yuv.isFull,
          matrix: yuv.matrix === 'bt709' ? 'bt709' : 'smpte170m',
        },
  });
}

export interface PipeEvents {
  /** How it goes, every two seconds. */
  paced(pace: Pace): void;
  /** A frame can't be read or made, and isn't sent. */
  failed(): void;
}

export function createPipe(chain: Chain, { paced, failed }: PipeEvents): Pipe {
  const copier = createFrameCopier();
  let planes: Planes | undefined;
  /** There is one set of planes: a second picture in them would be hidden by the mask of the first. */
  let isBusy = false;
  /** When the next frame is due, in ms. */
  let due = 0;
  let times: number[] = [];
  let toldAt = performance.now();
  let stop: () => void = () => undefined;

  /** Fewer are wanted where the machine can't keep up: two of three, of a camera with 30. */
  function isDue(now: number): boolean {
    if (chain.rung() !== 'slow') return true;
    const budget = budgetOf('slow');
    if (now + 1 < due) return false;
    due = Math.max(due, now - budget) + budget;
    return true;
  }

  function tell(now: number): void {
    if (now - toldAt < PACE_MS) return;
    const sorted = times.sort((one, other) => one - other);
    paced({
      frames: (1000 * times.length) / (now - toldAt),
      median: sorted[sorted.length >> 1] ?? 0,
      slowest: slowest(times),
    });
    times = [];
    toldAt = now;
  }

  async function change(frame: VideoFrame): Promise<VideoFrame | undefined> {
    const began = performance.now();
    if (isBusy || !isDue(began)) {
      frame.close();
      return undefined;
    }
    isBusy = true;
    try {
      const size = sizeOf(frame);
      if (!planes || !isSameSize(planes, size)) planes = createPlanes(size.width, size.height);
      const yuv = colours(frame);
      await copier.copy(frame, planes);
      const made = frameOf(await chain.apply(planes, yuv, began), frame, yuv);
      const now = performance.now();
      chain.took(now - began, now);
      times.push(now - began);
      tell(now);
      return made;
    } finally {
      isBusy = false;
      frame.close();
    }
  }

  return {
    change,
    stop: () => stop(),
    async run(readable, writable) {
      const reader = readable.getReader();
      const writer = writable.getWriter();
      let isStopped = false;
      let silence: ReturnType<typeof setTimeout> | undefined;
      // A stream that is cancelled while it is asked for a frame drops that frame, which nobody closes then.
      stop = () => {
        isStopped = true;
        silence = setTimeout(() => void reader.cancel().catch(() => undefined), SILENT_MS);
      };
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (isStopped) value?.close();
          if (done || isStopped) break;
          const made = await change(value).catch(() => {
            failed();
            return undefined;
          });
          if (made) await writer.write(made).catch((error: unknown) => closing(made, error));
        }
      } finally {
        clearTimeout(silence);
        // Whichever has ended, the other has nothing to go on for.
        await Promise.allSettled([reader.cancel(), writer.close()]);
      }
    },
  };
}

/** A frame that nobody takes any more is nobody's to close. */
function closing(frame: VideoFrame, error: unknown): never {
  frame.close();
  throw error;
}
