/** A call over lines that lose packets, or carry little. */
import { afterEach, expect, test } from 'vitest';
import { participant } from '../helpers/media.ts';
import { eventually, pause } from '../helpers/poll.ts';
import { type HomeCall, openCallOfFirefox, openFarCall, openGroupCall, openHomeCall } from './home-call.ts';
import { type Received, receive } from './measure.ts';

/** s until a call has found out what its line carries. */
const SETTLING = 15;
const MEASURED = 20;

let close: (() => Promise<void>) | undefined;

afterEach(async () => {
  await close?.();
  close = undefined;
});

/** Has the test close it. */
async function opened<Call extends { close(): Promise<void> }>(opening: Promise<Call>): Promise<Call> {
  const call = await opening;
  close = call.close;
  return call;
}

/** What both get of each other, once they have settled. */
async function exchanged({ anna, ben }: HomeCall): Promise<Received[]> {
  await pause(SETTLING * 1000);
  return Promise.all([receive(ben.page, 'Anna', MEASURED), receive(anna.page, 'Ben', MEASURED)]);
}

test.each([
  [0, 0.005],
  [0.05, 0.03],
  [0.1, 0.06],
])(
  'of %d lost, little is missed',
  async (share, most) => {
    const call = await opened(openHomeCall('easy', 'easy'));
    call.anna.home.lose(share);
    const received = await exchanged(call);
    console.log(`${share * 100} % lost:`, ...received);
    for (const { concealed, rate } of received) {
      expect(concealed).toBeLessThan(most);
      expect(rate).toBeGreaterThan(10);
    }
  },
  180_000,
);

test('of 5 % lost on the way round the world, pictures are not waited for', async () => {
  // Each way there leads from a home to the relay, and from the relay to the other home.
  const received = await exchanged(await opened(openFarCall(62, 0.025)));
  console.log('5 % lost, 250 ms away:', ...received);
  for (const { concealed, rate, frozen } of received) {
    expect(concealed).toBeLessThan(0.03);
    expect(rate).toBeGreaterThan(15);
    expect(frozen).toBeLessThan(3);
  }
}, 180_000);

test('with 300 kbit/s up sound is whole, and pictures move', async () => {
  const { anna, ben } = await opened(openHomeCall('easy', 'easy'));
  anna.home.limitUp(300);
  const adapting = await receive(ben.page, 'Anna', SETTLING);
  const settled = await receive(ben.page, 'Anna', MEASURED);
  console.log('300 kbit/s up:', adapting, settled);
  expect(settled.lines).toBeGreaterThanOrEqual(180);
  expect(settled.frozen).toBeLessThan(2.5);
  expect(settled.concealed).toBeLessThan(0.01);
  expect(settled.rate).toBeGreaterThan(7);
}, 180_000);

test('a picture grows again when the line is free again', async () => {
  const { anna, ben } = await opened(openHomeCall('easy', 'easy'));
  const tile = await participant(ben.page, 'Anna');
  const lines = () => tile.evaluate((node) => node.querySelector('video')?.videoHeight ?? 0);
  await eventually('it to be large', async () => (await lines()) >= 360, 60_000, lines);
  anna.home.limitUp(300);
  await eventually('it to be small', async () => (await lines()) <= 180, 60_000, lines);
  anna.home.limitUp(undefined);
  const freed = performance.now();
  await eventually('it to be larger', async () => (await lines()) >= 270, 60_000, lines);
  console.log(`270 lines ${Math.round(performance.now() - freed)} ms after the line was free`);
}, 240_000);

test('on a line of 300 kbit/s what Firefox sends is whole as well, and moves', async () => {
  const { ben } = await opened(openCallOfFirefox('easy'));
  ben.home.limitDown(300);
  const adapting = await receive(ben.page, 'Anna', SETTLING);
  const settled = await receive(ben.page, 'Anna', MEASURED);
  console.log('Firefox, 300 kbit/s to the other side:', adapting, settled);
  expect(settled.concealed).toBeLessThan(0.01);
  expect(settled.rate).toBeGreaterThan(7);
}, 180_000);

/** What each of the others gets of the first in a call of a group whose line carries so many kbit/s up. */
async function received(count: number, rate: number) {
  const { all } = await opened(openGroupCall(count));
  const [first, ...others] = all;
  first?.home.limitUp(rate);
  await pause(SETTLING * 1000);
  const got = await Promise.all(others.map(({ page }) => receive(page, 'Anna', MEASURED)));
  console.log(`${rate} kbit/s up in a call of ${count}:`, ...got);
  return got;
}

test('in a call of three with 300 kbit/s up for one of them, both others hear everything', async () => {
  for (const { concealed } of await received(3, 300)) expect(concealed).toBeLessThan(0.02);
}, 240_000);

test('in a call of four with 1 Mbit/s up for one of them, the others hear everything and see them move', async () => {
  for (const { concealed, rate } of await received(4, 1000)) {
    expect(concealed).toBeLessThan(0.02);
    expect(rate).toBeGreaterThan(7);
  }
}, 240_000);
