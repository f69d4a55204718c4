/** What the page and the worker of effects say to each other. */
import type { Pixels } from '../pixels/cover.ts';
import type { Filter } from '../pixels/filters.ts';
import type { Rung } from '../pixels/ladder.ts';
import type { Fastening } from '../pixels/sticker-place.ts';

/** A picture with a number of its own: what is made of it is kept for as long as the number is the same. */
export interface Drawn extends Pixels {
  readonly key: number;
}

/** All that is to be done to a picture. */
export interface Look {
  background:
    | { kind: 'none' }
    | { kind: 'blur'; strength: 'light' | 'strong' }
    | { kind: 'picture'; image: Drawn };
  filter: Filter | undefined;
  /** 0 to 1. */
  beauty: number;
  brighten: boolean;
  sticker: { fastening: Fastening; image: Drawn } | undefined;
}

/** Each camera has a pipe of its own, known by a number. */
export type ToEngine =
  | { type: 'look'; look: Look; number: number }
  /** Frames go through these streams, and the page has nothing more to do with them. */
  | {
      type: 'streams';
      pipe: number;
      readable: ReadableStream<VideoFrame>;
      writable: WritableStream<VideoFrame>;
    }
  /** One frame, which is answered by one, or by none. */
  | { type: 'frame'; pipe: number; frame: VideoFrame }
  /** No more frames come. */
  | { type: 'end'; pipe: number };

export type FromEngine =
  /** Bytes of models that are being fetched. */
  | { type: 'progress'; loaded: number; total: number }
  /** All that the look needs is there. */
  | { type: 'ready' }
  /** It couldn't be fetched, or doesn't work here; what it was for is left out, and a room stays hidden. */
  | { type: 'failed' }
  /** What is given up so that the machine keeps up. */
  | { type: 'rung'; pipe: number; rung: Rung }
  /** With the number of the look that was known by then. */
  | { type: 'frame'; pipe: number; frame: VideoFrame | undefined; look: number }
  /** The camera has ended, or what was made of it. */
  | { type: 'ended'; pipe: number }
  /** Of the last seconds: pictures a second, and ms for each, of which nine in ten took less than `slowest`. */
  | { type: 'pace'; pipe: number; frames: number; median: number; slowest: number };
