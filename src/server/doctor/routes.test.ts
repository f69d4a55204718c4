/** The owner's page: a real process looks, at a house that listens. */
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { portOf } from '../../../test/helpers/checked.ts';
import { type House, openHouse, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';

vi.setConfig({ testTimeout: 60_000 });

let house: House;
let ana: Person;
beforeEach(async () => {
  house = await openHouse({ HOST: '127.0.0.1', TURN_URLS: 'turn:', TURN_SECRET: 'north' });
  ana = await house.person('ana');
  await house.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => house.close());

const look = () => ana.post('/admin/doctor');
const shown = async (language = 'en') =>
  (await ana.get('/admin/doctor', { 'accept-language': language })).body.replace(/<[^>]+>/g, ' ');

test('the owner presses a button, and reads what was found, in their language', async () => {
  expect(await shown()).not.toContain('wrong');
  const answer = await look();
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/admin/doctor']);
  const page = await shown();
  expect(page).toContain('1 thing is wrong.');
  expect(page).toContain(`It answers at http://127.0.0.1:${portOf(house.app.server)}.`);
  expect(page).toMatch(/✗\s+Problem\.\s+Browsers can&#39;t use turn: as a relay/);
  expect(page).toMatch(/✓\s+Good\.\s+Intact and up to date/);
  expect(page).toMatch(/–\s+Note\.\s+PUBLIC_URL isn/);
  expect(page).not.toContain('doctor.');
  const chinese = await shown('zh-CN');
  expect(chinese).toContain('发现 1 个问题。');
  expect(chinese).not.toContain('doctor.');
});

test('for anybody but the owner there is no such page', async () => {
  const ben = await house.person('ben');
  expect((await ben.get('/admin/doctor')).statusCode).toBe(404);
  expect((await ben.post('/admin/doctor')).statusCode).toBe(404);
  expect((await house.app.inject('/admin/doctor')).statusCode).toBe(303);
});

test('it is done once at a time, and not too often', async () => {
  const both = Promise.all([look(), look(), look()]);
  await eventually('the page to say so', async () => (await shown()).includes('A check is under way.'));
  expect((await both).map(({ statusCode }) => statusCode)).toEqual([303, 303, 303]);
  for (let count = 1; count < 6; count += 1) expect((await look()).statusCode).toBe(303);
  expect((await look()).statusCode).toBe(429);
  house.clock.advance(10 * 60_000);
  expect((await look()).statusCode).toBe(303);
});

test('a server that stops ends what is under way', async () => {
  let open = 0;
  const silent = createServer((socket) => {
    open += 1;
    // Only a socket that is read from notices its end.
    socket
      .resume()
      .on('error', () => {})
      .once('close', () => {
        open -= 1;
      });
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
  const slow = await openHouse({ PUBLIC_URL: `http://127.0.0.1:${portOf(silent)}` });
  onTestFinished(async () => {
    await slow.close();
    silent.close();
  });
  const under = (await slow.person('ana')).post('/admin/doctor');
  await eventually('it to ask', () => open > 0);
  await slow.app.close();
  // By itself it would wait for longer.
  await eventually('it to have gone', () => open === 0, 4_000);
  expect((await under).statusCode).toBe(303);
});
