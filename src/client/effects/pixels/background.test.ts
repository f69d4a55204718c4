import { describe, expect, test } from 'vitest';
import { createBackgroundPainter } from './background.ts';
import { blockOf, createBlurrer } from './blur.ts';
import { type Backdrop, createCurtain } from './curtain.ts';
import type { Mask } from './mask.ts';
import { detail, GREEN, isSame, pixel, plain, RED, stripe } from './test-face.ts';

const [WIDTH, HEIGHT] = [320, 180];

/** Somebody in the middle third, from top to bottom. */
const middle = (at = 0): Mask => ({
  ...{ width: 64, height: 36, at },
  values: Float32Array.from({ length: 64 * 36 }, (_, pixel) => {
    const column = pixel % 64;
    return column >= 21 && column < 43 ? 255 : 0;
  }),
});

const CORNERS = [
  [0, 0],
  [WIDTH - 1, 0],
  [0, HEIGHT - 1],
  [WIDTH - 1, HEIGHT - 1],
] as const;

describe('a picture behind the person', () => {
  test('is in every corner, and the person is as they were', () => {
    const planes = plain(WIDTH, HEIGHT, RED);
    stripe(planes, 60, 200);
    const before = planes.bytes.slice();
    const picture = plain(WIDTH, HEIGHT, GREEN);
    createBackgroundPainter().paint(planes, middle(), { kind: 'picture', picture });
    for (const [column, row] of CORNERS) expect(pixel(planes, column, row)).toEqual([...GREEN]);
    for (let column = 120; column < 200; column += 1)
      expect(planes.y[90 * WIDTH + column]).toBe(before[90 * WIDTH + column]);
    expect(pixel(planes, 160, 90).slice(1)).toEqual(RED.slice(1));
  });

  test('of another size is as good as none: then it is blurred, not shown', () => {
    const planes = plain(WIDTH, HEIGHT, RED);
    stripe(planes, 60, 200);
    const picture = plain(WIDTH, HEIGHT - 2, GREEN);
    createBackgroundPainter().paint(planes, middle(), { kind: 'picture', picture });
    expect(detail(planes, 90, 0, 80)).toBeLessThan(4);
    expect(pixel(planes, 0, 0).slice(1)).toEqual(RED.slice(1));
  });
});

describe('a blurred background', () => {
  test.each([
    ['light', 4],
    ['strong', 2],
  ] as const)('%s: its detail falls, the person’s stays', (strength, most) => {
    const planes = plain(WIDTH, HEIGHT, RED);
    stripe(planes, 60, 200);
    expect(detail(planes, 90, 0, 80)).toBeGreaterThan(60);
    createBackgroundPainter().paint(planes, middle(), { kind: 'blur', strength });
    expect(detail(planes, 90, 0, 80)).toBeLessThan(most);
    expect(detail(planes, 90, 125, 195)).toBeGreaterThan(60);
  });

  test('has nothing of the person in it', () => {
    const planes = plain(WIDTH, HEIGHT, GREEN);
    const mask = middle();
    // A white person before a dark wall: around them it stays as dark as it is.
    for (let at = 0; at < planes.y.length; at += 1) {
      const column = at % WIDTH;
      planes.y[at] = column >= 110 && column < 210 ? 235 : 30;
    }
    createBackgroundPainter().paint(planes, mask, { kind: 'blur', strength: 'strong' });
    for (const column of [0, 60, 95, 101]) expect(pixel(planes, column, 90)[0]).toBeLessThan(36);
  });

  test('is softer if it is stronger', () => {
    const reach = (strength: 'light' | 'strong') => {
      const planes = plain(WIDTH, HEIGHT, GREEN);
      // An edge in the background.
      for (let at = 0; at < planes.y.length; at += 1) planes.y[at] = at % WIDTH < 50 ? 30 : 220;
      createBackgroundPainter().paint(planes, middle(), { kind: 'blur', strength });
      const row = [...planes.y.slice(90 * WIDTH, 90 * WIDTH + 100)];
      return row.filter((value) => value > 50 && value < 200).length;
    };
    expect(reach('strong')).toBeGreaterThan(1.5 * reach('light'));
  });

  test.each([
    [641, 361],
    [17, 9],
    [2, 2],
  ])('of %i × %i pixels', (width, height) => {
    const planes = plain(width, height, RED);
    createBackgroundPainter().paint(planes, middle(), { kind: 'blur', strength: 'strong' });
    expect(pixel(planes, width - 1, height - 1)).toEqual([...RED]);
  });
});

test('a blurred plain plane stays as it is', () => {
  const planes = plain(WIDTH, HEIGHT, GREEN);
  const person = new Uint8ClampedArray(planes.y.length);
  const block = blockOf(HEIGHT);
  const { values } = createBlurrer().blur(planes.y, person, WIDTH, HEIGHT, block, { radius: 3, passes: 3 });
  for (const value of values) expect(value).toBeCloseTo(GREEN[0], 3);
});

describe('what may leave', () => {
  const stripes = () => {
    const planes = plain(WIDTH, HEIGHT, RED);
    stripe(planes, 60, 200);
    return planes;
  };
  const BACKDROPS: [string, Backdrop][] = [
    ['a light blur', { kind: 'blur', strength: 'light' }],
    ['a strong blur', { kind: 'blur', strength: 'strong' }],
    ['a picture', { kind: 'picture', picture: plain(WIDTH, HEIGHT, GREEN) }],
    ['a picture that isn’t there yet', { kind: 'picture', picture: undefined }],
  ];

  test.each(BACKDROPS)('without a mask nobody is known under %s', (_, backdrop) => {
    const { planes } = createCurtain().pass(stripes(), backdrop, undefined, 0);
    for (const [from, to] of [
      [0, 100],
      [110, 210],
      [220, 320],
    ] as const)
      expect(detail(planes, 90, from, to)).toBeLessThan(2);
  });

  test.each(BACKDROPS)('an old mask is as good as none under %s', (_, backdrop) => {
    const { planes } = createCurtain().pass(stripes(), backdrop, middle(0), 400);
    expect(detail(planes, 90, 110, 210)).toBeLessThan(2);
  });

  test('with a mask of this picture the person is seen, and nothing else', () => {
    const { planes } = createCurtain().pass(
      stripes(),
      { kind: 'blur', strength: 'strong' },
      middle(1000),
      1000,
    );
    expect(detail(planes, 90, 125, 195)).toBeGreaterThan(60);
    expect(detail(planes, 90, 0, 80)).toBeLessThan(2);
  });

  test('where no background is chosen it goes as it is', () => {
    const { planes } = createCurtain().pass(stripes(), { kind: 'none' }, undefined, 0);
    expect(isSame(planes, stripes())).toBe(true);
  });
});
