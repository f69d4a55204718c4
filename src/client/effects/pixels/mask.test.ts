import { expect, test } from 'vitest';
import { createMaskSmoother } from './mask.ts';

const of = (...confidence: number[]) => Float32Array.from(confidence);

test('somebody from one half on, nobody up to a tenth, and a soft edge between', () => {
  const { values } = createMaskSmoother().update(4, 1, of(0.09, 0.3, 0.5, 1), 0);
  expect([...values]).toEqual([0, expect.closeTo(127.5, 3), 255, 255]);
});

test('what flickers is steady', () => {
  const smoother = createMaskSmoother();
  let last: number[] = [];
  for (let frame = 0; frame < 40; frame += 1) {
    const { values } = smoother.update(1, 1, of(frame % 2 === 0 ? 0.2 : 0.6), 33 * frame);
    last = [...last.slice(-9), values[0] ?? 0];
  }
  // By itself it would go back and forth between 40 and 255.
  expect(Math.max(...last) - Math.min(...last)).toBeLessThan(80);
});

test('somebody who comes in is there within a few frames', () => {
  const smoother = createMaskSmoother();
  smoother.update(1, 1, of(0), 0);
  const seen = [1, 2, 3, 4].map((frame) => smoother.update(1, 1, of(1), 33 * frame).values[0] ?? 0);
  expect(seen[0]).toBeGreaterThan(20);
  expect(seen.at(-1)).toBe(255);
});

test('after a pause, or with another size, nothing of before is left', () => {
  const smoother = createMaskSmoother();
  smoother.update(1, 1, of(1), 0);
  expect(smoother.update(1, 1, of(0), 1000).values[0]).toBe(0);
  smoother.update(1, 1, of(1), 1033);
  expect([...smoother.update(2, 1, of(0, 0), 1066).values]).toEqual([0, 0]);
});

test('a model that counts wrongly shows nobody, and not for good', () => {
  const smoother = createMaskSmoother();
  expect(smoother.update(3, 1, of(Number.NaN, Number.POSITIVE_INFINITY, -1), 0).values[0]).toBe(0);
  for (let frame = 1; frame < 10; frame += 1) smoother.update(3, 1, of(1, 1, 1), 33 * frame);
  expect([...smoother.update(3, 1, of(1, 1, 1), 330).values]).toEqual([255, 255, 255]);
});

test('it says which picture it is about', () => {
  expect(createMaskSmoother().update(1, 1, of(1), 123).at).toBe(123);
});

test.each([
  30, 15, 10,
])('where somebody has gone the room is hidden within a tenth of a second, at %i frames a second', (rate) => {
  const smoother = createMaskSmoother();
  smoother.update(1, 1, of(1), 0);
  const after = (ms: number) => smoother.update(1, 1, of(0), ms).values[0] ?? 0;
  let last = 255;
  for (let ms = 1000 / rate; ms <= 101; ms += 1000 / rate) last = after(ms);
  expect(last).toBeLessThan(64);
});
