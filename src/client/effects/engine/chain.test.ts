/**
 * What comes out of a camera's chain, whatever the models do meanwhile. They can't run here; in their place stand functions
 * that answer as they do, late, or with an error.
 */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Model } from '../models/litert.ts';
import type { Models } from '../models/models.ts';
import { type Face, pointOf } from '../pixels/face.ts';
import type { Rung } from '../pixels/ladder.ts';
import { createFace, detail, GREEN, isSame, pixel, plain, RED, stripe } from '../pixels/test-face.ts';
import { UNTOLD } from '../pixels/yuv.ts';
import { type Chain, createChain, NO_LOOK } from './chain.ts';
import type { Look } from './engine-messages.ts';

const [WIDTH, HEIGHT] = [320, 180];
const BLUR: Look = { ...NO_LOOK, background: { kind: 'blur', strength: 'strong' } };
const flat = (r: number, g: number, b: number, width = 64, height = 36) => ({
  ...{ width, height, key: width },
  bytes: Uint8ClampedArray.from({ length: 4 * width * height }, (_, at) => [r, g, b, 255][at % 4] ?? 0),
});
const PICTURE: Look = { ...NO_LOOK, background: { kind: 'picture', image: flat(0, 255, 0) } };

/** Somebody in the middle third. */
const someone: Model = async () => [
  Float32Array.from({ length: 256 * 144 }, (_, at) => (at % 256 > 85 && at % 256 < 170 ? 1 : 0)),
];

/** A face in the middle of the picture, or none. */
function faceModels(face: () => Face | undefined): { detection: Model; landmarks: Model } {
  return {
    async detection() {
      const [places, scores] = [new Float32Array(896 * 16), new Float32Array(896).fill(-9)];
      if (!face()) return [places, scores];
      // The square that it is shown is as wide as the picture; the cell in its middle.
      const index = 512 + 6 * (4 * 8 + 4);
      scores[index] = 5;
      places.set([-8, -8, 50, 50, -20, -8, 4, -8], 16 * index);
      return [places, scores];
    },
    async landmarks() {
      const seen = face();
      const points = new Float32Array(468 * 3);
      // What it was shown is 1.5 × 50 / 128 of the picture's width, around its middle.
      const side = (1.5 * 50 * WIDTH) / 128;
      for (let index = 0; seen && index < 468; index += 1) {
        const { x, y } = pointOf(seen, index);
        points[3 * index] = 192 * ((x - WIDTH / 2) / side + 0.5);
        points[3 * index + 1] = 192 * ((y - HEIGHT / 2) / side + 0.5);
      }
      return [points, Float32Array.of(seen ? 9 : -9)];
    },
  };
}

let failures: number;
let rungs: Rung[];
beforeEach(() => {
  failures = 0;
  rungs = [];
});

function open(models: Partial<Models>): Chain {
  const never = () => new Promise<never>(() => undefined);
  return createChain(
    { segmentation: never, faces: never, ...models },
    {
      failed: () => {
        failures += 1;
      },
      rung: (rung) => rungs.push(rung),
    },
  );
}

const stripes = () => {
  const planes = plain(WIDTH, HEIGHT, RED);
  stripe(planes, 60, 200);
  return planes;
};

/** Lets all that is on its way arrive. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** How much of the room, and of the person, is to be seen; 70 is all. */
const seenOf = (planes: ReturnType<typeof plain>) => ({
  room: Math.max(detail(planes, 90, 0, 80), detail(planes, 90, 240, 320)),
  person: detail(planes, 90, 125, 195),
});

describe('the room stays hidden', () => {
  test.each([
    ['blurred', BLUR],
    ['replaced', PICTURE],
  ])('%s: before the first mask nobody is known, then the person is seen', async (_, look) => {
    let load: (model: Model) => void = () => undefined;
    const chain = open({
      segmentation: () =>
        new Promise((resolve) => {
          load = resolve;
        }),
    });
    chain.look(look);
    const before = await chain.apply(stripes(), UNTOLD, 0);
    expect(seenOf(before.planes).room).toBeLessThan(2);
    expect(seenOf(before.planes).person).toBeLessThan(2);
    load(someone);
    await settled();
    const after = await chain.apply(stripes(), UNTOLD, 33);
    expect(seenOf(after.planes).room).toBeLessThan(2);
    expect(seenOf(after.planes).person).toBeGreaterThan(60);
  });

  test('where the model can’t be fetched, and where it fails', async () => {
    const unfetched = open({ segmentation: () => Promise.reject(new Error('offline')) });
    unfetched.look(BLUR);
    await settled();
    expect(seenOf((await unfetched.apply(stripes(), UNTOLD, 0)).planes).room).toBeLessThan(2);
    expect(failures).toBe(1);
    const broken = open({ segmentation: async () => () => Promise.reject(new Error('out of memory')) });
    broken.look(BLUR);
    await settled();
    expect(seenOf((await broken.apply(stripes(), UNTOLD, 0)).planes).room).toBeLessThan(2);
    expect(failures).toBe(2);
  });

  test('from the moment it is chosen, also in a picture that was begun before', async () => {
    let answer: (() => void) | undefined;
    const { detection, landmarks } = faceModels(() => undefined);
    const chain = open({
      faces: async () => ({
        landmarks,
        detection: async (input) => {
          await new Promise<void>((resolve) => {
            answer = resolve;
          });
          return detection(input);
        },
      }),
    });
    chain.look({ ...NO_LOOK, beauty: 1 });
    await settled();
    const made = chain.apply(stripes(), UNTOLD, 0);
    await settled();
    chain.look({ ...BLUR, beauty: 1 });
    answer?.();
    expect(seenOf((await made).planes).room).toBeLessThan(2);
  });

  test('where the machine can’t keep up', async () => {
    const chain = open({ segmentation: async () => someone });
    chain.look(BLUR);
    await settled();
    for (let frame = 0; chain.rung() !== 'off'; frame += 1) chain.took(500, 500 * frame);
    const { room, person } = seenOf((await chain.apply(stripes(), UNTOLD, 1e6)).planes);
    expect(room).toBeLessThan(2);
    expect(person).toBeLessThan(2);
    expect(rungs).toEqual(['full', 'half-masks', 'slow', 'off']);
  });

  test('whatever is chosen, in whatever order, and however the model behaves', async () => {
    const step = fc.constantFrom('blur', 'picture', 'none', 'frame', 'late frame', 'fail', 'recover', 'slow');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        let isFailing = false;
        const chain = open({
          segmentation: async () => (input) => {
            if (isFailing) return Promise.reject(new Error('no'));
            return someone(input);
          },
        });
        let isHidden = false;
        let now = 0;
        for (const what of steps) {
          now += what === 'late frame' ? 900 : 33;
          if (what === 'blur' || what === 'picture' || what === 'none') {
            chain.look(what === 'blur' ? BLUR : what === 'picture' ? PICTURE : NO_LOOK);
            isHidden = what !== 'none';
          } else if (what === 'fail' || what === 'recover') isFailing = what === 'fail';
          else if (what === 'slow') for (let at = 0; at < 80; at += 1) chain.took(100, now);
          else {
            const { planes } = await chain.apply(stripes(), UNTOLD, now);
            if (isHidden) expect(seenOf(planes).room).toBeLessThan(2);
            else expect(seenOf(planes).room).toBeGreaterThan(60);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

test('a green background: the corners are green, the person is as they were', async () => {
  const chain = open({ segmentation: async () => someone });
  chain.look(PICTURE);
  await settled();
  const { planes } = await chain.apply(stripes(), UNTOLD, 0);
  for (const [column, row] of [
    [0, 0],
    [WIDTH - 1, 0],
    [0, HEIGHT - 1],
    [WIDTH - 1, HEIGHT - 1],
  ] as const)
    expect(pixel(planes, column, row)).toEqual([...GREEN]);
  expect(pixel(planes, 160, 90).slice(1)).toEqual(RED.slice(1));
});

test('a filter is over all of it, the new background as well', async () => {
  const chain = open({ segmentation: async () => someone });
  chain.look({ ...PICTURE, filter: 'mono' });
  await settled();
  const { planes } = await chain.apply(stripes(), UNTOLD, 0);
  expect([...new Set([...planes.u, ...planes.v])]).toEqual([128]);
});

describe('a sticker', () => {
  const sticker = {
    fastening: { anchor: 'nose', width: 0.4, right: 0, down: 0 },
    image: flat(255, 0, 255, 32, 32),
  } as const;

  test('is where the nose is, and on nobody where nobody is', async () => {
    let face: Face | undefined = createFace({ x: 160, y: 80, eyes: 60 });
    const chain = open({ faces: async () => faceModels(() => face) });
    chain.look({ ...NO_LOOK, sticker });
    await settled();
    const { planes } = await chain.apply(stripes(), UNTOLD, 0);
    // 0.4 of the eyes’ distance below them.
    expect(pixel(planes, 160, 104)).toEqual([106, 202, 222]);
    expect(pixel(planes, 160, 150).slice(1)).toEqual(RED.slice(1));
    face = undefined;
    const { planes: empty } = await chain.apply(stripes(), UNTOLD, 2000);
    expect(isSame(empty, stripes())).toBe(true);
  });

  test.each([
    ['every second picture', 33, 5],
    ['every picture, if they come slowly', 200, 10],
  ])('a machine that is busy looks for the face in %s', async (_, gap, looks) => {
    let looked = 0;
    const models = faceModels(() => createFace({ x: 160, y: 80, eyes: 60 }));
    const landmarks: Model = async (input) => {
      looked += 1;
      return models.landmarks(input);
    };
    const chain = open({ faces: async () => ({ ...models, landmarks }) });
    chain.look({ ...NO_LOOK, sticker });
    await settled();
    await chain.apply(stripes(), UNTOLD, 0);
    for (let frame = 0; chain.rung() !== 'half-faces'; frame += 1) chain.took(40, 40 * frame);
    looked = 0;
    for (let frame = 1; frame <= 10; frame += 1) {
      const { planes } = await chain.apply(stripes(), UNTOLD, gap * frame);
      expect(isSame(planes, stripes())).toBe(false);
    }
    expect(looked).toBe(looks);
  });

  test('is left out where the machine can’t keep up', async () => {
    const chain = open({ faces: async () => faceModels(() => createFace({ x: 160, y: 80, eyes: 60 })) });
    chain.look({ ...NO_LOOK, sticker });
    await settled();
    for (let frame = 0; chain.rung() !== 'off'; frame += 1) chain.took(500, 500 * frame);
    expect(isSame((await chain.apply(stripes(), UNTOLD, 1e6)).planes, stripes())).toBe(true);
    expect(rungs).toEqual(['full', 'half-faces', 'slow', 'off']);
  });
});

test('what is given up comes back when something else is chosen', async () => {
  const chain = open({});
  chain.look({ ...NO_LOOK, filter: 'warm' });
  for (let frame = 0; chain.rung() !== 'off'; frame += 1) chain.took(500, 500 * frame);
  expect(isSame((await chain.apply(stripes(), UNTOLD, 0)).planes, stripes())).toBe(true);
  chain.look({ ...NO_LOOK, filter: 'cool' });
  expect(chain.rung()).toBe('full');
  expect(isSame((await chain.apply(stripes(), UNTOLD, 33)).planes, stripes())).toBe(false);
});
