import { describe, expect, test } from 'vitest';
import { poseOf } from './face.ts';
import { createOneEuro } from './one-euro.ts';
import { createSprite, drawSprite } from './sprite.ts';
import { createStickerPlacer, type Fastening, type Placement, placeOn } from './sticker-place.ts';
import { createFace, pixel, plain } from './test-face.ts';
import { UNTOLD } from './yuv.ts';

const GLASSES: Fastening = { anchor: 'eyes', width: 1.6, right: 0, down: 0.05 };
/** Magenta in BT.601. */
const MAGENTA = [106, 202, 222];

function flat(width: number, height: number, [r, g, b, a]: [number, number, number, number]) {
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let at = 0; at < pixels.length; at += 4) pixels.set([r, g, b, a], at);
  return createSprite(pixels, width, height, UNTOLD);
}

/** The middle of all that is magenta. */
function centre(planes: ReturnType<typeof plain>): { x: number; y: number; count: number } {
  let [x, y, count] = [0, 0, 0];
  for (let row = 0; row < planes.height; row += 1)
    for (let column = 0; column < planes.width; column += 1) {
      const [, u = 0, v = 0] = pixel(planes, column, row);
      if (u < 170 || v < 170) continue;
      x += column + 0.5;
      y += row + 0.5;
      count += 1;
    }
  return { x: x / count, y: y / count, count };
}

describe('where a sticker goes', () => {
  test.each([
    'eyes',
    'nose',
    'lip',
    'forehead',
    'head',
  ] as const)('%s: turned and scaled with the face', (anchor) => {
    const fastening = { anchor, width: 1.5, right: 0.2, down: -0.3 };
    const one = placeOn(createFace({ x: 0, y: 0, eyes: 100 }), fastening);
    const angle = 0.7;
    const other = placeOn(createFace({ x: 40, y: -10, eyes: 250, angle }), fastening);
    expect(other.angle).toBeCloseTo(angle, 5);
    expect(other.width).toBeCloseTo(2.5 * one.width, 3);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    expect(other.x).toBeCloseTo(40 + 2.5 * (one.x * cos - one.y * sin), 2);
    expect(other.y).toBeCloseTo(-10 + 2.5 * (one.x * sin + one.y * cos), 2);
  });

  test('they are above each other as on a face', () => {
    const face = createFace({ x: 0, y: 0, eyes: 100 });
    const heights = (['head', 'forehead', 'eyes', 'nose', 'lip'] as const).map(
      (anchor) => placeOn(face, { anchor, width: 1, right: 0, down: 0 }).y,
    );
    expect(heights).toEqual([...heights].sort((one, other) => one - other));
    expect(new Set(heights).size).toBe(5);
  });

  test('in profile it is not much smaller', () => {
    const front = createFace({ x: 0, y: 0, eyes: 100 });
    const profile = createFace({ x: 0, y: 0, eyes: 100 });
    for (let at = 0; at < profile.points.length; at += 2)
      profile.points[at] = (profile.points[at] ?? 0) * 0.4;
    expect(poseOf(profile).scale).toBeGreaterThan(0.75 * poseOf(front).scale);
  });
});

describe('a steady sticker', () => {
  /** As much as landmarks tremble, always the same. */
  const tremble = (frame: number) => Math.sin(frame * 12.9898) * 1.5;

  const follow = (poseAt: (frame: number) => { x: number; y: number; angle?: number; eyes?: number }) => {
    const placer = createStickerPlacer(GLASSES);
    return Array.from({ length: 150 }, (_, frame) => {
      const { x, y, angle = 0, eyes = 120 } = poseAt(frame);
      const truth = placeOn(createFace({ x, y, eyes, angle }), GLASSES);
      const seen = createFace({ x: x + tremble(frame), y: y + tremble(frame + 7), eyes, angle });
      return { truth, placed: placer.place(seen, frame * (1000 / 30)) };
    });
  };

  const error = ({ truth, placed }: { truth: Placement; placed: Placement }) =>
    Math.hypot(truth.x - placed.x, truth.y - placed.y);

  test('trembles less than what it is fastened to', () => {
    const rest = follow(() => ({ x: 300, y: 200 })).slice(30);
    const errors = rest.map(error);
    expect(Math.max(...errors)).toBeLessThan(1.5);
  });

  test('keeps within 4 % of the eyes’ distance of a head that moves, turns and comes nearer', () => {
    const moved = follow((frame) => ({
      x: 300 + 120 * Math.sin(frame / 15),
      y: 200 + 40 * Math.sin(frame / 11),
      angle: 0.3 * Math.sin(frame / 13),
      eyes: 120 * (1 + 0.35 * Math.sin(frame / 20)),
    })).slice(10);
    const sorted = moved.map(error).sort((one, other) => one - other);
    expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThan(0.04 * 120);
    for (const { truth, placed } of moved) {
      expect(Math.abs(truth.angle - placed.angle)).toBeLessThan(0.08);
      expect(Math.abs(truth.width / placed.width - 1)).toBeLessThan(0.06);
    }
  });

  test('goes to another face at once', () => {
    const placer = createStickerPlacer(GLASSES);
    for (let frame = 0; frame < 10; frame += 1)
      placer.place(createFace({ x: 100, y: 100, eyes: 80 }), frame * 33);
    const { x } = placer.place(createFace({ x: 500, y: 120, eyes: 80 }), 330);
    expect(x).toBeCloseTo(500, 3);
  });

  test('turns the short way around', () => {
    const placer = createStickerPlacer(GLASSES);
    for (const [frame, angle] of [3.0, 3.1, -3.1, -3.0].entries())
      placer.place(createFace({ x: 100, y: 100, eyes: 80, angle }), frame * 33);
    const { angle } = placer.place(createFace({ x: 100, y: 100, eyes: 80, angle: -3 }), 4 * 33);
    expect(angle).toBeGreaterThan(3);
  });
});

test('one euro: at rest it is steady, and what moves isn’t far ahead', () => {
  const filter = createOneEuro({ rest: 1, speed: 0 });
  filter(0, 0);
  expect(filter(1, 33)).toBeLessThan(0.3);
  const quick = createOneEuro({ rest: 1, speed: 100 });
  quick(0, 0);
  for (let frame = 1; frame < 10; frame += 1) quick(frame, frame * 33);
  expect(quick(10, 330)).toBeGreaterThan(9.8);
  expect(quick(99, 330), 'no time has passed').toBeLessThan(11);
});

describe('a drawn sticker', () => {
  test.each([
    [200, 150, 0],
    [200.5, 150.25, 0.4],
    [180, 120, -1.2],
  ])('has its middle at %f, %f, turned by %f', (x, y, angle) => {
    const planes = plain(400, 300, [128, 128, 128]);
    drawSprite(planes, flat(64, 32, [255, 0, 255, 255]), { x, y, angle, width: 90 });
    const found = centre(planes);
    expect(Math.hypot(found.x - x, found.y - y)).toBeLessThan(1.5);
    expect(found.count).toBeGreaterThan(0.9 * 90 * 45);
    expect(found.count).toBeLessThan(1.1 * 90 * 45);
    expect(pixel(planes, Math.round(x), Math.round(y))).toEqual(MAGENTA);
  });

  test('that is half transparent shows half of what is below', () => {
    const planes = plain(100, 100, [50, 128, 128]);
    drawSprite(planes, flat(32, 32, [255, 255, 255, 128]), { x: 50, y: 50, angle: 0, width: 60 });
    const half = 50 + (235 - 50) * (128 / 255);
    expect(Math.abs((pixel(planes, 50, 50)[0] ?? 0) - half)).toBeLessThan(1);
    expect(pixel(planes, 5, 5)[0]).toBe(50);
  });

  test('that is drawn small is an average of itself', () => {
    const pixels = new Uint8ClampedArray(4 * 256 * 256);
    for (let at = 0; at < 256 * 256; at += 1)
      pixels.set(at % 2 === 0 ? [255, 255, 255, 255] : [0, 0, 0, 255], 4 * at);
    const planes = plain(100, 100, [16, 128, 128]);
    drawSprite(planes, createSprite(pixels, 256, 256, UNTOLD), { x: 50, y: 50, angle: 0.3, width: 40 });
    expect(pixel(planes, 50, 50)[0]).toBeGreaterThan(110);
    expect(pixel(planes, 50, 50)[0]).toBeLessThan(140);
  });

  test('beyond the edge is left out', () => {
    const planes = plain(40, 40, [16, 128, 128]);
    const sprite = flat(32, 32, [255, 0, 255, 255]);
    for (const [x, y] of [
      [-5, 20],
      [20, 60],
      [-900, -900],
    ] as const)
      drawSprite(planes, sprite, { x, y, angle: 1, width: 30 });
    expect(pixel(planes, 0, 20)).toEqual(MAGENTA);
    expect(pixel(planes, 39, 0)).toEqual([16, 128, 128]);
  });
});
