import { expect, test } from 'vitest';
import type { Stat } from '../pair/stats.ts';
import { createLine, estimateOf } from './line.ts';

const counted = (...stats: Stat[]) => ({
  report: new Map(stats.map((stat) => [stat.id, stat])),
  mids: ['0', '1'],
  ...{ sound: undefined, allowed: undefined },
});

test('the estimate is the browser’s own, and else what the encoder was to use', () => {
  const path = { id: 'p', type: 'candidate-pair', timestamp: 1000, availableOutgoingBitrate: 700_000 };
  const camera = (timestamp: number, framesEncoded: number, totalEncodedBytesTarget: number) => ({
    ...{ id: 'c', type: 'outbound-rtp', kind: 'video', mid: '1' },
    ...{ timestamp, framesEncoded, totalEncodedBytesTarget },
  });
  const [before, now] = [camera(0, 0, 0), camera(1000, 20, 50_000)];
  expect(estimateOf(counted(path, now), counted(path, before))).toBe(700_000);
  // Sound takes its part before any picture.
  const voice = (timestamp: number, bytesSent: number) => ({
    ...{ id: 'v', type: 'outbound-rtp', kind: 'audio', mid: '0' },
    ...{ timestamp, bytesSent },
  });
  expect(estimateOf(counted(path, voice(1000, 10_000)), counted(path, voice(0, 0)))).toBe(620_000);
  expect(estimateOf(counted(now), counted(before))).toBe(400_000);
  // Of a line that carries all that is allowed nobody knows what else it carries.
  const allowed = (most: number) => estimateOf({ ...counted(now), allowed: most }, counted(before));
  expect([allowed(440_000), allowed(500_000)]).toEqual([Number.POSITIVE_INFINITY, 400_000]);
  expect(estimateOf(counted(before), counted(before))).toBeUndefined();
  expect(estimateOf(counted(), counted())).toBeUndefined();
});

/** The lines that are sent after each of these estimates, in kbit/s. */
const hear = (...estimates: number[]) => {
  const line = createLine();
  return estimates.map((estimate) => line.hear(estimate * 1000));
};
const times = (count: number, estimate: number) => Array<number>(count).fill(estimate);

test('a line that carries all has all', () => {
  expect(hear(3000, 1200, 1080, 5000)).toEqual(Array(4).fill(undefined));
});

test('one that carries less has less after the second reading, as far as both of them go', () => {
  expect(hear(3000, 1000, 1000, 1000)).toEqual([undefined, undefined, 540, 540]);
  expect(hear(100, 400)).toEqual([undefined, 360]);
  expect(hear(400, 210)).toEqual([undefined, 360]);
  expect(hear(88, 88)).toEqual([undefined, 180]);
  expect(hear(52, 52)).toEqual([undefined, 135]);
});

test('one that carries less than half all at once has far less at once, until it has been clear for three readings', () => {
  expect(hear(3000, 1170, 230, 180, 230, 230, 230)).toEqual([undefined, undefined, 90, 90, 90, 90, 180]);
  expect(hear(3000, 1170, 390, 300, 250, 240, 230)).toEqual([undefined, undefined, 90, 90, 90, 90, 180]);
  expect(hear(3000, 1170, 390, 395, 300, 390)).toEqual([undefined, undefined, 90, 90, 90, 180]);
  // It may be over by then.
  expect(hear(3000, 1170, 390, ...times(3, 3000))).toEqual([undefined, undefined, 90, 90, 90, undefined]);
  // Of a line that carried all that was allowed, half of that counts.
  expect(hear(Number.POSITIVE_INFINITY, 880)).toEqual([undefined, 180]);
  expect(hear(Number.POSITIVE_INFINITY, 1000)).toEqual([undefined, undefined]);
  // A call begins with little.
  expect(hear(300, 3000)).toEqual([undefined, undefined]);
});

test('a dip changes nothing', () => {
  expect(hear(3000, 1000, 3000, 1000)).toEqual(Array(4).fill(undefined));
});

test('the least is sent over any line', () => {
  expect(hear(0, 0)).toEqual([undefined, 90]);
});

test('it grows by one size after five readings that all allow more', () => {
  expect(hear(250, 250, ...times(5, 3000)).slice(2)).toEqual([270, 270, 270, 270, 360]);
  expect(hear(250, 250, ...times(15, 3000)).slice(-2)).toEqual([540, undefined]);
  expect(hear(250, 250, ...times(4, 3000), 250, 3000).at(-1)).toBe(270);
});

test('what is enough to keep a size isn’t enough to get it', () => {
  // 360 lines look well with 650, and are kept with 390.
  expect(hear(250, 250, ...times(9, 649)).at(-1)).toBe(270);
  expect(hear(250, 250, ...times(5, 650), ...times(9, 390)).at(-1)).toBe(360);
  // 180 with 220, and are kept with 88; as they are small, 121 are enough to get them.
  expect(hear(60, 60, ...times(9, 120)).at(-1)).toBe(135);
  expect(hear(60, 60, ...times(5, 122), ...times(9, 88)).at(-1)).toBe(180);
});

test('a size that had to be given up again soon is tried again after twice as many', () => {
  const failed = [250, 250, ...times(5, 650), 250, 250];
  expect(hear(...failed, ...times(9, 650)).at(-1)).toBe(270);
  expect(hear(...failed, ...times(10, 650)).at(-1)).toBe(360);
});
