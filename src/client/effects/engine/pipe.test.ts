/** Frames in, frames out. Node has none, so what stands in for them has the few things that are used. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Models } from '../models/models.ts';
import { GREEN, plain, RED } from '../pixels/test-face.ts';
import { createChain, NO_LOOK } from './chain.ts';
import { createPipe, type Pipe } from './pipe.ts';

const [WIDTH, HEIGHT] = [32, 18];

/** What is made of planes, or a camera's frame with such planes. */
class StandInFrame {
  readonly format = 'I420';
  readonly codedWidth = WIDTH;
  readonly codedHeight = HEIGHT;
  readonly timestamp = 0;
  readonly duration = null;
  readonly visibleRect = null;
  readonly colorSpace = { toJSON: () => ({}) };
  readonly bytes: Uint8ClampedArray;
  isClosed = false;
  constructor(bytes: Uint8ClampedArray) {
    this.bytes = bytes.slice();
  }
  async copyTo(into: Uint8ClampedArray): Promise<void> {
    into.set(this.bytes);
  }
  close(): void {
    this.isClosed = true;
  }
}

/** As far as it is looked at here. */
function isFrame(frame: unknown): frame is VideoFrame & StandInFrame {
  return frame instanceof StandInFrame;
}

function frameOf(colour: Parameters<typeof plain>[2]): VideoFrame & StandInFrame {
  const frame: unknown = new StandInFrame(plain(WIDTH, HEIGHT, colour).bytes);
  if (!isFrame(frame)) throw new Error('no frame');
  return frame;
}

/** What the model was asked and hasn't answered. */
let asked: ((confidence: number) => void)[];
let failures: number;
let pipe: Pipe;
beforeEach(async () => {
  vi.stubGlobal('VideoFrame', StandInFrame);
  failures = 0;
  asked = [];
  const models: Models = {
    segmentation: async () => () =>
      new Promise((resolve) => {
        asked.push((confidence) => resolve([new Float32Array(256 * 144).fill(confidence)]));
      }),
    faces: () => new Promise<never>(() => undefined),
  };
  const chain = createChain(models, { failed: () => undefined, rung: () => undefined });
  chain.look({ ...NO_LOOK, background: { kind: 'blur', strength: 'strong' } });
  // By then it has its model.
  await new Promise(setImmediate);
  pipe = createPipe(chain, {
    paced: () => undefined,
    failed: () => {
      failures += 1;
    },
  });
});
afterEach(() => vi.unstubAllGlobals());

/** Somebody is all over the picture. */
async function answer(): Promise<void> {
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked.pop()?.(1);
}

test('one that comes while another is looked at is left out, and neither shows the other', async () => {
  const [first, second] = [frameOf(RED), frameOf(GREEN)];
  const coming = pipe.change(first);
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  expect(await pipe.change(second)).toBeUndefined();
  await answer();
  const made = await coming;
  if (!isFrame(made)) throw new Error('nothing came out');
  expect([...made.bytes]).toEqual([...plain(WIDTH, HEIGHT, RED).bytes]);
  expect([first.isClosed, second.isClosed, made.isClosed]).toEqual([true, true, false]);
});

test('one that can’t be read is closed, and the next one comes', async () => {
  const broken = frameOf(RED);
  broken.copyTo = async () => {
    throw new Error('lost');
  };
  await expect(pipe.change(broken)).rejects.toThrow('lost');
  expect(broken.isClosed).toBe(true);
  const next = pipe.change(frameOf(RED));
  await answer();
  expect(isFrame(await next)).toBe(true);
});

test('of a stream, those that can’t be changed are left out, and it goes on', async () => {
  const broken = frameOf(RED);
  broken.copyTo = async () => {
    throw new Error('lost');
  };
  const frames: VideoFrame[] = [broken, frameOf(RED)];
  const made: unknown[] = [];
  const ran = pipe.run(
    new ReadableStream<VideoFrame>({
      pull(controller) {
        const frame = frames.shift();
        if (frame) controller.enqueue(frame);
        else controller.close();
      },
    }),
    new WritableStream<VideoFrame>({ write: (frame) => void made.push(frame) }),
  );
  await answer();
  await ran;
  expect([failures, made.length]).toEqual([1, 1]);
});

/** A stream that is fed by hand, and whether it was cancelled. */
function fed() {
  let feed: ((frame: VideoFrame) => void) | undefined;
  let isCancelled = false;
  const readable = new ReadableStream<VideoFrame>({
    start(controller) {
      feed = (frame) => controller.enqueue(frame);
    },
    cancel() {
      isCancelled = true;
    },
  });
  return { readable, feed: (frame: VideoFrame) => feed?.(frame), isCancelled: () => isCancelled };
}

test('a frame that is on its way when all ends is closed, and not sent', async () => {
  const { readable, feed, isCancelled } = fed();
  const made: unknown[] = [];
  const ran = pipe.run(readable, new WritableStream<VideoFrame>({ write: (frame) => void made.push(frame) }));
  pipe.stop();
  const late = frameOf(RED);
  feed(late);
  await ran;
  expect([late.isClosed, made, isCancelled()]).toEqual([true, [], true]);
});

test('a camera that says nothing more is let go as well', async () => {
  const { readable, isCancelled } = fed();
  const ran = pipe.run(readable, new WritableStream<VideoFrame>());
  pipe.stop();
  await ran;
  expect(isCancelled()).toBe(true);
});
