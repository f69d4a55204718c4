import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { codesOf, portOf, targetsFor } from '../../../test/helpers/checked.ts';
import { openHouse } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { createDoctor } from './apart.ts';

test('what a process that ended has not told is told as missed', async () => {
  const house = await openHouse();
  let asked = 0;
  const silent = createServer((socket) => {
    asked += 1;
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(async () => {
    silent.close();
    await house.close();
  });
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  const doctor = createDoctor();
  const findings = doctor.examine(targetsFor(house, { PUBLIC_URL: `http://127.0.0.1:${portOf(silent)}` }));
  await eventually('it to ask', () => asked > 0);
  doctor.stop();
  const told = await findings;
  expect(told.filter(({ check }) => check === 'address')).toEqual([
    { check: 'address', code: 'any.failed', values: { detail: '' } },
  ]);
  expect(codesOf(told.filter(({ check }) => check === 'database'))).toEqual(['any.failed']);
  // The next is another process.
  expect(codesOf(await doctor.examine(targetsFor(house)))).toContain('database.whole');
});
