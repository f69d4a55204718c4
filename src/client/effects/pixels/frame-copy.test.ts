/** Node has no VideoFrame: what is copied here behaves as WebCodecs §9.4.9 says, rows at the strides that are asked for. */
import { expect, test } from 'vitest';
import { createFrameCopier, type Frame, sizeOf, splitPairs } from './frame-copy.ts';
import { createPlanes } from './planes.ts';

const [WIDTH, HEIGHT] = [4, 2];

/** @param planes each with its bytes in a row */
function frame(format: VideoPixelFormat | null, planes: { stride: number; bytes: number[] }[]): Frame {
  return {
    format,
    visibleRect: new DOMRectStandIn(WIDTH, HEIGHT),
    codedWidth: 16,
    codedHeight: 16,
    colorSpace: {
      matrix: 'smpte170m',
      fullRange: false,
      primaries: null,
      transfer: null,
      toJSON: () => ({}),
    },
    allocationSize: ({ format: asked, layout } = {}) =>
      asked && asked !== format ? 0 : (layout?.[0]?.stride ?? 0) * HEIGHT,
    async copyTo(into, { layout = [] } = {}) {
      if (!ArrayBuffer.isView(into)) throw new Error('a view is copied into here');
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      for (const [which, plane] of planes.entries()) {
        const { offset = 0, stride = 0 } = layout[which] ?? {};
        for (let row = 0; row * plane.stride < plane.bytes.length; row += 1)
          bytes.set(plane.bytes.slice(row * plane.stride, (row + 1) * plane.stride), offset + row * stride);
      }
      return [];
    },
  };
}

class DOMRectStandIn {
  x = 0;
  y = 0;
  top = 0;
  left = 0;
  right: number;
  bottom: number;
  width: number;
  height: number;
  constructor(width: number, height: number) {
    [this.width, this.height, this.right, this.bottom] = [width, height, width, height];
  }
  toJSON() {}
}

const BRIGHT = { stride: WIDTH, bytes: [1, 2, 3, 4, 5, 6, 7, 8] };

test('what is seen counts, not what is around it', () => {
  expect(sizeOf(frame('I420', []))).toEqual({ width: 4, height: 2 });
});

test('I420', async () => {
  const planes = createPlanes(WIDTH, HEIGHT);
  const given = frame('I420', [BRIGHT, { stride: 2, bytes: [10, 11] }, { stride: 2, bytes: [20, 21] }]);
  await createFrameCopier().copy(given, planes);
  expect([...planes.bytes]).toEqual([...BRIGHT.bytes, 10, 11, 20, 21]);
});

test('NV12, again and again', async () => {
  const planes = createPlanes(WIDTH, HEIGHT);
  const copier = createFrameCopier();
  for (const shift of [0, 100]) {
    const pairs = { stride: 4, bytes: [10, 20, 11, 21].map((value) => value + shift) };
    await copier.copy(frame('NV12', [BRIGHT, pairs]), planes);
    expect([...planes.bytes]).toEqual([...BRIGHT.bytes, ...[10, 11, 20, 21].map((value) => value + shift)]);
  }
});

test.each(['RGBA', 'RGBX', 'BGRA', 'BGRX'] as const)('%s', async (format) => {
  const planes = createPlanes(WIDTH, HEIGHT);
  const red = format.startsWith('R') ? [255, 0, 0, 255] : [0, 0, 255, 255];
  const pixels = { stride: 4 * WIDTH, bytes: Array.from({ length: WIDTH * HEIGHT }, () => red).flat() };
  await createFrameCopier().copy(frame(format, [pixels]), planes);
  expect([...new Set(planes.y)]).toEqual([81]);
  expect([...planes.u, ...planes.v]).toEqual([90, 90, 240, 240]);
});

test('one that can be read in no way is said to be so, rather than shown as something else', async () => {
  await expect(createFrameCopier().copy(frame('I444', []), createPlanes(WIDTH, HEIGHT))).rejects.toThrow(
    'I444',
  );
});

test('pairs of colours are told apart', () => {
  const planes = createPlanes(4, 2);
  splitPairs(Uint8ClampedArray.of(1, 9, 2, 8), planes);
  expect([...planes.u, ...planes.v]).toEqual([1, 2, 9, 8]);
});
