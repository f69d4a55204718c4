import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { codesOf, portOf, targetsFor } from '../../../test/helpers/checked.ts';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { freePort } from '../../../test/helpers/proxy.ts';
import { checkAddress } from './address.ts';
import { createDoctor } from './apart.ts';
import { CHECKS } from './findings.ts';
import type { Targets } from './targets.ts';

vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 });

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

test('where no process can be started everything is told as missed', async () => {
  const house = await openHouse();
  onTestFinished(() => house.close());
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  // No system takes this for a variable of a process.
  const targets = { ...targetsFor(house, { TLS: 'lan' }), dataDir: '/no\0where' };
  const told = await createDoctor().examine(targets);
  expect(told.map(({ check, code }) => [check, code])).toEqual(CHECKS.map((name) => [name, 'any.failed']));
});

describe('a house that vouches for itself', () => {
  let house: House;
  let targets: Targets;
  beforeEach(async () => {
    house = await openHouse({ TLS: 'lan', HTTP_PORT: '0', HOST: '127.0.0.1' }, fakeClock(Date.now()));
    await house.app.listen({ port: 0, host: '127.0.0.1' });
    await house.app.services.tls.open('127.0.0.1');
    const door = house.app.services.tls.doorAddress();
    const httpPort = typeof door === 'object' && door ? door.port : 0;
    targets = { ...targetsFor(house, { TLS: 'lan' }), httpPort };
  });
  afterEach(() => house.close());

  const GOOD = ['server.runs', 'address.reached', 'address.trust', 'certificate.valid', 'sockets.pass'];

  test('is trusted as it is by the devices there, under its address', async () => {
    const publicUrl = `https://127.0.0.1:${targets.port}`;
    const told = codesOf(await createDoctor().examine({ ...targets, publicUrl }));
    expect(told).toEqual(expect.arrayContaining(GOOD));
  });

  /** Without PUBLIC_URL it is asked under the first of its names, which is this one only in tests. */
  const loopback = () => ({ ...targets, tls: { by: 'lan' as const, host: '127.0.0.1' } });

  test('is looked at under the first of its names where it has no other address', async () => {
    const told = await createDoctor().examine(loopback());
    expect(codesOf(told)).toEqual(expect.arrayContaining(GOOD));
    expect(told).toContainEqual({
      check: 'address',
      code: 'address.reached',
      values: { url: `https://127.0.0.1:${targets.port}`, address: '127.0.0.1' },
    });
    const door = `http://127.0.0.1:${targets.httpPort}/trust`;
    expect(told).toContainEqual({ check: 'address', code: 'address.trust', values: { url: door } });
  });

  test('that shows no device how to trust it is told', async () => {
    const closed = await checkAddress({ ...loopback(), httpPort: await freePort() });
    expect(closed.at(-1)).toMatchObject({ code: 'address.no-trust', values: { detail: 'ECONNREFUSED' } });
    const other = createHttpServer((_, response) => response.end('Welcome to your new router'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', () => resolve()));
    onTestFinished(() => {
      other.close();
    });
    const foreign = await checkAddress({ ...loopback(), httpPort: portOf(other) });
    expect(foreign.at(-1)).toMatchObject({ code: 'address.no-trust', values: { detail: 200 } });
  });
});
