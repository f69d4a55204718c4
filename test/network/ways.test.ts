/** Which way a call between two homes takes, and what it does when that goes away and another one comes. */
import { afterEach, expect, test } from 'vitest';
import { pause } from '../helpers/poll.ts';
import { type HomeCall, openHomeCall } from './home-call.ts';
import { isRelayed, untilBack } from './measure.ts';

let call: HomeCall | undefined;

afterEach(async () => {
  await call?.close();
  call = undefined;
});

/** ms until both see each other again. */
const back = ({ anna, ben }: HomeCall) =>
  untilBack([
    { page: anna.page, name: 'Ben' },
    { page: ben.page, name: 'Anna' },
  ]);

test.each([5, 30])('a cable that was out for %d s', async (seconds) => {
  call = await openHomeCall('easy', 'easy');
  call.anna.home.unplug();
  await pause(seconds * 1000);
  call.anna.home.plug();
  const took = await back(call);
  console.log(`back ${Math.round(took)} ms after ${seconds} s without a cable`);
  expect(took).toBeLessThan(15_000);
}, 180_000);

test('a router with another address', async () => {
  call = await openHomeCall('easy', 'easy');
  call.anna.home.move();
  // What is in flight arrives before it is asked whether anything comes.
  await pause(1000);
  const took = await back(call);
  console.log(`back ${Math.round(took + 1000)} ms after the router's new address`);
  expect(took).toBeLessThan(15_000);
}, 180_000);

test('a relay that was killed, and that the server has started again', async () => {
  call = await openHomeCall('symmetric', 'symmetric');
  await call.lab.relay.kill();
  await call.lab.relay.ready();
  await pause(1000);
  const took = await back(call);
  console.log(`back ${Math.round(took + 1000)} ms after the relay`);
  expect(took).toBeLessThan(20_000);
}, 180_000);

test.each([
  ['easy', 'easy', false],
  ['symmetric', 'symmetric', true],
  ['no-udp', 'easy', true],
  ['no-udp', 'no-udp', true],
] as const)(
  '%s and %s meet, over a relay: %s',
  async (one, other, relayed) => {
    call = await openHomeCall(one, other);
    await back(call);
    expect(await isRelayed(call.anna.page)).toBe(relayed);
  },
  180_000,
);
