import { describe, expect, test } from 'vitest';
import { brightnessOf, createBrightener, gammaFor } from './brighten.ts';
import { FILTERS, toneOf } from './filters.ts';
import { pixel, plain, RED } from './test-face.ts';
import { applyTone } from './tone.ts';

/** All brightnesses, with a colour. */
function ramp() {
  const planes = plain(256, 2, [0, 90, 160]);
  for (let at = 0; at < planes.y.length; at += 1) planes.y[at] = at % 256;
  return planes;
}

describe('a colour filter', () => {
  test.each(FILTERS)('%s changes the picture, and nothing turns inside out', (filter) => {
    const planes = ramp();
    const before = planes.bytes.slice();
    applyTone(planes, toneOf(filter));
    expect(planes.bytes).not.toEqual(before);
    for (let at = 1; at < 256; at += 1) expect(planes.y[at]).toBeGreaterThanOrEqual(planes.y[at - 1] ?? 0);
  });

  test('there are at least six, and no two alike', () => {
    const made = FILTERS.map((filter) => {
      const planes = ramp();
      applyTone(planes, toneOf(filter));
      return planes.bytes.join();
    });
    expect(new Set(made).size).toBe(FILTERS.length);
    expect(FILTERS.length).toBeGreaterThanOrEqual(6);
  });

  test.each(['mono', 'noir'] as const)('%s has no colour at all', (filter) => {
    const planes = plain(8, 8, RED);
    applyTone(planes, toneOf(filter));
    expect([...new Set([...planes.u, ...planes.v])]).toEqual([128]);
  });

  test.each([
    ['warm', -1],
    ['cool', 1],
  ] as const)('%s leans its way', (filter, blue) => {
    const planes = plain(2, 2, [120, 128, 128]);
    applyTone(planes, toneOf(filter));
    const [, u = 0, v = 0] = pixel(planes, 0, 0);
    expect(Math.sign(u - 128)).toBe(blue);
    expect(Math.sign(v - 128)).toBe(-blue);
  });

  test('vivid makes colours stronger, and leaves grey grey', () => {
    const [red, grey] = [plain(2, 2, RED), plain(2, 2, [120, 128, 128])];
    for (const planes of [red, grey]) applyTone(planes, toneOf('vivid'));
    expect(pixel(red, 0, 0)[1]).toBeLessThan(RED[1]);
    expect(pixel(grey, 0, 0).slice(1)).toEqual([128, 128]);
  });
});

describe('brightening', () => {
  const dark = () => plain(64, 64, [40, 120, 136]);

  test('a dark picture becomes brighter, one that is bright stays as it is', () => {
    const planes = dark();
    createBrightener().apply(planes, 0);
    expect(pixel(planes, 0, 0)[0]).toBeGreaterThan(60);
    const bright = plain(64, 64, [160, 120, 136]);
    createBrightener().apply(bright, 0);
    expect(pixel(bright, 0, 0)).toEqual([160, 120, 136]);
  });

  test('black stays black, and white white', () => {
    const planes = dark();
    planes.y[0] = 16;
    planes.y[1] = 235;
    createBrightener().apply(planes, 0);
    expect([planes.y[0], planes.y[1]]).toEqual([16, 235]);
  });

  test('its colours don’t become pale', () => {
    const planes = dark();
    createBrightener().apply(planes, 0);
    const [, u = 128, v = 128] = pixel(planes, 0, 0);
    expect(u).toBeLessThan(120);
    expect(v).toBeGreaterThan(136);
  });

  test('a light that goes on changes it slowly', () => {
    const brightener = createBrightener();
    brightener.apply(dark(), 0);
    const steps = Array.from({ length: 60 }, (_, frame) => {
      const planes = plain(64, 64, [150, 128, 128]);
      brightener.apply(planes, 33 * (frame + 1));
      return pixel(planes, 0, 0)[0] ?? 0;
    });
    for (const [at, step] of steps.entries())
      if (at > 0) expect(Math.abs(step - (steps[at - 1] ?? 0))).toBeLessThan(4);
    expect(steps[0]).toBeGreaterThan(170);
    expect(steps.at(-1)).toBeLessThan(156);
  });

  test('how bright it is, and what that asks for', () => {
    expect(brightnessOf(plain(16, 16, [16, 0, 0]))).toBe(0);
    expect(brightnessOf(plain(16, 16, [235, 0, 0]))).toBe(1);
    expect(gammaFor(0.9)).toBe(1);
    expect(gammaFor(0)).toBe(0.5);
    expect(gammaFor(0.3)).toBeGreaterThan(0.5);
    expect(gammaFor(0.3)).toBeLessThan(1);
  });
});
