/** What is around the models: what they are shown, and what is made of their answers. */
import { describe, expect, test } from 'vitest';
import { type Face, pointOf } from '../pixels/face.ts';
import { createFace, GREEN, plain, RED } from '../pixels/test-face.ts';
import { UNTOLD } from '../pixels/yuv.ts';
import { ANCHORS, type Detection, decode, detectWith, merge } from './detection.ts';
import { createFaceTracker, moveOn } from './face-tracking.ts';
import { landmarksWith, toPicture, viewOfDetection, viewOfFace } from './landmarks.ts';
import { fillInput, type InputShape, partsOf, squareAround, wholeOf } from './model-input.ts';
import { segmentWith } from './segmentation.ts';

const SHAPE: InputShape = { width: 8, height: 8, black: 0, white: 1, beyond: 'edge' };

/** Red on the left half, green on the right one. */
function halves(width: number, height: number) {
  const planes = plain(width, height, RED);
  for (let at = 0; at < planes.y.length; at += 1) if (at % width >= width / 2) planes.y[at] = GREEN[0];
  for (let at = 0; at < planes.u.length; at += 1)
    if (at % (width / 2) >= width / 4) {
      planes.u[at] = GREEN[1];
      planes.v[at] = GREEN[2];
    }
  return planes;
}

const at = (input: Float32Array, column: number, row: number, width = 8): number[] =>
  [...input.slice(3 * (row * width + column), 3 * (row * width + column) + 3)].map(
    (value) => Math.round(value * 20) / 20,
  );

describe('what a model is shown', () => {
  test('all of a picture, in its colours', () => {
    const input = new Float32Array(8 * 8 * 3);
    const planes = halves(64, 32);
    fillInput(input, SHAPE, planes, wholeOf(planes), UNTOLD);
    expect(at(input, 0, 0)).toEqual([1, 0, 0]);
    expect(at(input, 7, 7)).toEqual([0, 1, 0]);
  });

  test('black and white as the model counts them', () => {
    const input = new Float32Array(8 * 8 * 3);
    for (const [y, value] of [
      [16, -1],
      [235, 1],
    ] as const) {
      const planes = plain(16, 16, [y, 128, 128]);
      fillInput(input, { ...SHAPE, black: -1 }, planes, wholeOf(planes), UNTOLD);
      expect(at(input, 3, 3)).toEqual([value, value, value]);
    }
  });

  test('a square, black above and below the picture', () => {
    const input = new Float32Array(8 * 8 * 3);
    const planes = plain(64, 32, [235, 128, 128]);
    fillInput(input, { ...SHAPE, beyond: 'black' }, planes, squareAround(planes), UNTOLD);
    expect([0, 1, 2, 5, 6, 7].map((row) => at(input, 4, row)[0])).toEqual([0, 0, 1, 1, 0, 0]);
  });

  test('a part that is turned', () => {
    const input = new Float32Array(8 * 8 * 3);
    const planes = halves(64, 64);
    // Turned by a quarter, what was right is above: the model's right is the picture's below.
    const view = { x: 32, y: 32, width: 32, height: 32, angle: Math.PI / 2 };
    fillInput(input, SHAPE, planes, view, UNTOLD);
    expect(at(input, 0, 0)).toEqual([0, 1, 0]);
    expect(at(input, 0, 7)).toEqual([1, 0, 0]);
  });

  test('parts that overlap by half, and have all of it', () => {
    const of = (width: number, height: number) =>
      partsOf(plain(width, height, RED)).map(({ x, y, width: side }) => [x - side / 2, y - side / 2, side]);
    expect(of(64, 36)).toEqual([
      ...[
        [0, 0, 32],
        [16, 0, 32],
        [32, 0, 32],
      ],
      ...[
        [0, 4, 32],
        [16, 4, 32],
        [32, 4, 32],
      ],
    ]);
    // From a phone held upright.
    expect(of(36, 64).map(([x, y]) => [x, y])).toEqual([
      [0, 0],
      [4, 0],
      [0, 16],
      [4, 16],
      [0, 32],
      [4, 32],
    ]);
    expect(of(64, 32)).toHaveLength(3);
    expect(of(64, 20)).toEqual([
      [0, -6, 32],
      [16, -6, 32],
      [32, -6, 32],
    ]);
  });

  test('beyond the edge, what is at the edge', () => {
    const input = new Float32Array(8 * 8 * 3);
    fillInput(input, SHAPE, halves(64, 64), { x: -50, y: -50, width: 20, height: 20, angle: 0.3 }, UNTOLD);
    expect(at(input, 4, 4)).toEqual([1, 0, 0]);
  });
});

test('the segmentation’s answer is a mask of this moment', async () => {
  const answer = new Float32Array(256 * 144).fill(0.9);
  const mask = await segmentWith(async () => [answer]).find(plain(64, 32, RED), UNTOLD, 77);
  expect([mask.width, mask.height, mask.at, mask.values[500]]).toEqual([256, 144, 77, 255]);
  await expect(segmentWith(async () => []).find(plain(64, 32, RED), UNTOLD, 0)).rejects.toThrow('no mask');
});

test('a picture from a phone held upright is shown to the segmentation as it is, with its edges repeated beside it', async () => {
  let shown = new Float32Array(0);
  const planes = halves(72, 128);
  const left = new Float32Array(256 * 144).map((_, at) => (at % 256 < 128 ? 1 : 0));
  const mask = await segmentWith(async (input) => {
    shown = input.slice();
    return [left];
  }).find(planes, UNTOLD, 0);
  // 144 lines of 9 : 16 are 81 columns, from the 88th on.
  expect([mask.width, mask.height]).toEqual([81, 144]);
  expect([...mask.values.subarray(0, 81)].map((value) => value === 255)).toEqual(
    Array.from({ length: 81 }, (_, column) => column < 41),
  );
  const colour = (column: number) => [
    ...shown.subarray(3 * (72 * 256 + column), 3 * (72 * 256 + column) + 3),
  ];
  for (const column of [0, 80, 87, 100, 120]) expect(colour(column), String(column)).toEqual(colour(88));
  for (const column of [136, 160, 168, 175, 255]) expect(colour(column), String(column)).toEqual(colour(167));
  expect(colour(88)).not.toEqual(colour(167));
});

test('after a phone was turned nothing is left of where somebody was', async () => {
  let confidence = 1;
  const segmentation = segmentWith(async () => [new Float32Array(256 * 144).fill(confidence)]);
  await segmentation.find(plain(64, 36, RED), UNTOLD, 0);
  confidence = 0;
  const mask = await segmentation.find(plain(36, 64, RED), UNTOLD, 33);
  expect(Math.max(...mask.values)).toBe(0);
});

describe('the detector', () => {
  test('looks at 896 places, row by row', () => {
    expect(ANCHORS).toHaveLength(896);
    expect(ANCHORS[0]).toEqual({ x: 0.5 / 16, y: 0.5 / 16 });
    expect(ANCHORS[2]).toEqual({ x: 1.5 / 16, y: 0.5 / 16 });
    expect(ANCHORS[512]).toEqual({ x: 0.5 / 8, y: 0.5 / 8 });
    expect(ANCHORS[895]).toEqual({ x: 7.5 / 8, y: 7.5 / 8 });
  });

  /** The answer of a model that sees a face at some places. */
  function answers(faces: { index: number; score: number; size: number }[]): Float32Array[] {
    const places = new Float32Array(896 * 16);
    const scores = new Float32Array(896).fill(-9);
    for (const { index, score, size } of faces) {
      scores[index] = score;
      places.set([0, 0, size, size, -size / 4, -size / 8, size / 4, -size / 8], 16 * index);
    }
    return [places, scores];
  }

  test('finds the largest one first, in the picture', async () => {
    // One at the left above, small and likely; one in the middle, large and less likely.
    const model = async () =>
      answers([
        { index: 2 * (4 * 16 + 3), score: 4, size: 16 },
        { index: 512 + 6 * (4 * 8 + 4), score: 2, size: 48 },
        { index: 512 + 6 * (4 * 8 + 4) + 1, score: 3, size: 48 },
      ]);
    const faces = await detectWith(model).find(plain(640, 360, RED), UNTOLD);
    expect(faces).toHaveLength(2);
    const [largest] = faces;
    expect(largest?.x).toBeCloseTo((4.5 / 8) * 640, 3);
    // The square is as wide as the picture, with 140 above and below it.
    expect(largest?.y).toBeCloseTo((4.5 / 8) * 640 - 140, 3);
    expect(largest?.width).toBeCloseTo((48 / 128) * 640, 3);
    expect(largest?.leftEye.x).toBeCloseTo((4.5 / 8 - 12 / 128) * 640, 3);
  });

  test('nobody there is no face', () => {
    expect(decode(new Float32Array(896 * 16), new Float32Array(896).fill(-1))).toEqual([]);
  });

  test('two that hardly overlap are two', () => {
    const face = (x: number, score: number): Detection => ({
      ...{ x, y: 0, width: 1, height: 1, score },
      ...{ leftEye: { x, y: 0 }, rightEye: { x, y: 0 } },
    });
    expect(merge([face(0, 0.6), face(0.1, 0.9), face(2, 0.7)]).map(({ x }) => x)).toEqual([
      expect.closeTo(0.06, 5),
      2,
    ]);
  });
});

describe('landmarks', () => {
  const view = { x: 300, y: 200, width: 180, height: 180, angle: 0.4 };

  /** What the model would say of a face in this part of the picture. */
  function answer(face: Face, presence: number): Float32Array[] {
    const points = new Float32Array(468 * 3);
    for (let index = 0; index < 468; index += 1) {
      const { x, y } = pointOf(face, index);
      const [right, down] = [x - view.x, y - view.y];
      points[3 * index] =
        192 * ((right * Math.cos(view.angle) + down * Math.sin(view.angle)) / view.width + 0.5);
      points[3 * index + 1] =
        192 * ((down * Math.cos(view.angle) - right * Math.sin(view.angle)) / view.height + 0.5);
    }
    return [points, Float32Array.of(presence)];
  }

  test('are in the picture where they are in what was shown', () => {
    const face = createFace({ x: 290, y: 190, eyes: 70, angle: 0.5 });
    const back = toPicture(answer(face, 0)[0] ?? new Float32Array(0), view);
    for (const [index, place] of face.points.entries()) expect(back.points[index]).toBeCloseTo(place, 2);
  });

  test('of something that is no face there are none', async () => {
    const face = createFace({ x: 290, y: 190, eyes: 70 });
    const ask = (presence: number) =>
      landmarksWith(async () => answer(face, presence)).find(plain(640, 360, RED), UNTOLD, view);
    expect(await ask(3)).toBeDefined();
    expect(await ask(-3)).toBeUndefined();
  });

  test.each([0, 0.6, -2.5])('what is shown next is the face upright, turned by %f', (angle) => {
    const face = createFace({ x: 290, y: 190, eyes: 70, angle });
    const next = viewOfFace(face);
    expect(next.angle).toBeCloseTo(angle, 5);
    // The middle of the oval, 0.2 of the eyes’ distance below them; two such distances high, and half more.
    expect(next.x).toBeCloseTo(290 - 70 * 0.2 * Math.sin(angle), 1);
    expect(next.y).toBeCloseTo(190 + 70 * 0.2 * Math.cos(angle), 1);
    expect(next.width).toBeCloseTo(1.5 * 2 * 70, 0);
  });

  test('a detected face is shown upright as well', () => {
    const shown = viewOfDetection({
      ...{ x: 100, y: 100, width: 50, height: 60, score: 1 },
      ...{ leftEye: { x: 90, y: 90 }, rightEye: { x: 110, y: 110 } },
    });
    expect(shown).toEqual({ x: 100, y: 100, width: 90, height: 90, angle: Math.PI / 4 });
  });
});

describe('following a face', () => {
  /** A room with somebody in it, or nobody. @returns what was asked of the models as well */
  function room() {
    const asked: string[] = [];
    let person: Face | undefined;
    const tracker = createFaceTracker(
      {
        async find() {
          asked.push('detect');
          if (!person) return [];
          const { x, y } = pointOf(person, 6);
          const eyes = { leftEye: { x: x - 9, y }, rightEye: { x: x + 9, y } };
          return [{ x, y, width: 90, height: 90, score: 1, ...eyes }];
        },
      },
      {
        async find(_planes, _yuv, { x, y }) {
          asked.push('landmarks');
          if (!person) return undefined;
          const at = pointOf(person, 6);
          // Only what is shown can be seen.
          return Math.hypot(at.x - x, at.y - y) < 80 ? person : undefined;
        },
      },
    );
    const planes = plain(64, 36, RED);
    return {
      asked,
      tracker,
      enter: (x: number) => {
        person = createFace({ x, y: 100, eyes: 80 });
      },
      leave: () => {
        person = undefined;
      },
      look: (ms: number) => tracker.find(planes, UNTOLD, ms),
    };
  }

  test('it is detected once, and then followed', async () => {
    const { asked, enter, look } = room();
    enter(200);
    for (let frame = 0; frame < 5; frame += 1) {
      enter(200 + 10 * frame);
      expect(await look(33 * frame)).toBeDefined();
    }
    expect(asked).toEqual(['detect', 'landmarks', 'landmarks', 'landmarks', 'landmarks', 'landmarks']);
  });

  test('where all of the picture has nobody, one part after the other is looked at', async () => {
    const views: (number | undefined)[] = [];
    const tracker = createFaceTracker(
      {
        async find(_planes, _yuv, view) {
          views.push(view?.x);
          // A small face at the right.
          if (view?.x !== 48) return [];
          const eyes = { leftEye: { x: 51, y: 20 }, rightEye: { x: 55, y: 20 } };
          return [{ x: 53, y: 20, width: 6, height: 6, score: 1, ...eyes }];
        },
      },
      { find: async (_planes, _yuv, view) => createFace({ x: view.x, y: view.y, eyes: 4 }) },
    );
    const found = [];
    for (let look = 0; look < 6; look += 1)
      found.push(await tracker.find(plain(64, 32, RED), UNTOLD, 200 * look));
    expect(views).toEqual([undefined, 16, undefined, 32, undefined, 48]);
    expect(found.map(Boolean)).toEqual([false, false, false, false, false, true]);
  });

  test('one that is lost is found again', async () => {
    const { asked, enter, leave, look } = room();
    enter(200);
    await look(0);
    leave();
    expect(await look(200)).toBeUndefined();
    enter(900);
    expect(await look(400)).toBeDefined();
    expect(asked.filter((what) => what === 'detect')).toHaveLength(3);
  });

  test('an empty room isn’t searched in every picture', async () => {
    const { asked, look } = room();
    for (let frame = 0; frame < 30; frame += 1) await look(33 * frame);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.length).toBeLessThan(10);
  });

  test('between two pictures it goes on as it went', async () => {
    const { enter, look, tracker } = room();
    enter(200);
    await look(0);
    enter(210);
    await look(66);
    const guessed = tracker.guess(99);
    expect(guessed && pointOf(guessed, 6).x).toBeCloseTo(215, 3);
    expect(tracker.guess(5000)).toBeUndefined();
  });

  test('a guess goes no further than the face came', () => {
    const [one, other] = [createFace({ x: 0, y: 0, eyes: 10 }), createFace({ x: 10, y: 0, eyes: 10 })];
    const later = moveOn({ face: one, at: 0 }, { face: other, at: 33 }, 500);
    expect(pointOf(later, 6).x).toBeCloseTo(20, 3);
  });
});
