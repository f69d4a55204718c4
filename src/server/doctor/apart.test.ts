import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { codesOf, portOf, targetsFor } from '../../../test/helpers/checked.ts';
import { fakeClock } from '../../../test/helpers/clock.ts';
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

test('the authority of a house is trusted, as it is by the devices there', async () => {
  const house = await openHouse({ TLS: 'lan', HTTP_PORT: '0', HOST: '127.0.0.1' }, fakeClock(Date.now()));
  onTestFinished(() => house.close());
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  await house.app.services.tls.open('127.0.0.1');
  const PUBLIC_URL = `https://127.0.0.1:${portOf(house.app.server)}`;
  const told = codesOf(await createDoctor().examine(targetsFor(house, { TLS: 'lan', PUBLIC_URL })));
  expect(told).toEqual(expect.arrayContaining(['server.runs', 'address.reached', 'certificate.valid']));
});
