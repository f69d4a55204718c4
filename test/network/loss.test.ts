/** A call over lines that lose packets, or carry little. */
import { afterEach, expect, test } from 'vitest';
import { participant } from '../helpers/media.ts';
import { eventually, pause } from '../helpers/poll.ts';
import { type HomeCall, openHomeCall } from './home-call.ts';
import { receive } from './measure.ts';

/** s until a call has found out what its line carries. */
const SETTLING = 15;
const MEASURED = 20;

let call: HomeCall | undefined;

afterEach(async () => {
  await call?.close();
  call = undefined;
});

test.each([
  [0, 0.005],
  [0.05, 0.03],
  [0.1, 0.06],
])(
  'of %d lost, little is missed',
  async (share, most) => {
    call = await openHomeCall('easy', 'easy');
    const { anna, ben } = call;
    anna.home.lose(share);
    await pause(SETTLING * 1000);
    const received = await Promise.all([
      receive(ben.page, 'Anna', MEASURED),
      receive(anna.page, 'Ben', MEASURED),
    ]);
    console.log(`${share * 100} % lost:`, ...received);
    for (const { concealed, rate } of received) {
      expect(concealed).toBeLessThan(most);
      expect(rate).toBeGreaterThan(10);
    }
  },
  180_000,
);

test('with 300 kbit/s up sound is whole, and pictures move', async () => {
  call = await openHomeCall('easy', 'easy');
  const { anna, ben } = call;
  anna.home.limitUp(300);
  const adapting = await receive(ben.page, 'Anna', SETTLING);
  const settled = await receive(ben.page, 'Anna', MEASURED);
  console.log('300 kbit/s up:', adapting, settled);
  expect(settled.concealed).toBeLessThan(0.01);
  expect(settled.rate).toBeGreaterThan(7);
}, 180_000);

test('a picture grows again when the line is free again', async () => {
  call = await openHomeCall('easy', 'easy');
  const { anna, ben } = call;
  const tile = await participant(ben.page, 'Anna');
  const lines = () => tile.evaluate((node) => node.querySelector('video')?.videoHeight ?? 0);
  anna.home.limitUp(300);
  await eventually('it to be small', async () => (await lines()) <= 180, 60_000, lines);
  anna.home.limitUp(undefined);
  const freed = performance.now();
  await eventually('it to be larger', async () => (await lines()) >= 270, 60_000, lines);
  console.log(`270 lines ${Math.round(performance.now() - freed)} ms after the line was free`);
}, 240_000);
