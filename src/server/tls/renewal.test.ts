/** What keeps a certificate from being renewed is told, and never the end of it. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeAuthority } from '../../../test/helpers/certificates.ts';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { openHouse } from '../../../test/helpers/house.ts';
import { createAcme } from './acme.ts';
import type { StartJob } from './job.ts';
import { createLan } from './lan.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let folder: string;
let clock: FakeClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-renewal-'));
  clock = fakeClock(Date.now());
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Fails at first, as where the system has no room for another process; afterwards its processes end without a word. */
const startJobLater = () =>
  vi
    .fn<StartJob>(() => ({ ended: Promise.resolve({ isLate: false }), kill: () => {} }))
    .mockImplementationOnce(() => {
      throw new Error('spawn ENOMEM');
    });

const parts = (start: StartJob) => ({
  ...{ clock, start, renewed: () => {} },
  background: {
    attempt: (_: string, work: () => unknown) => void Promise.resolve(work()).catch(() => {}),
    spare: () => {},
    insist: () => {},
    stop: () => {},
  },
  // biome-ignore lint/suspicious/noExplicitAny: a log has a dozen ways that nothing here uses
  log: { info: () => {}, warn: () => {}, error: () => {} } as any,
});

test('an authority is asked again where no process could be started for it', async () => {
  const tls = {
    by: 'acme' as const,
    name: 'family.example',
    directory: 'https://ca.example',
    email: undefined,
  };
  const start = startJobLater();
  const acme = createAcme({ ...parts(start), tls, config: { tls, dataDir: folder }, answers: new Map() });
  acme.start();
  await vi.waitFor(() =>
    expect(acme.failure()).toMatchObject({ trouble: 'unknown', detail: 'Error: spawn ENOMEM' }),
  );
  expect(acme.failure()?.next).toBe(clock.now() + 15 * MINUTE);
  clock.advance(15 * MINUTE);
  await vi.waitFor(() => expect(acme.failure()?.detail).toBe('the process ended'));
  expect(start).toHaveBeenCalledTimes(2);
  acme.stop();
});

test('so is what makes certificates for the house, and the owner is told', async () => {
  const tls = { by: 'lan' as const, host: undefined };
  const start = startJobLater();
  const machine = { hostname: () => 'nas', own: () => ['192.168.1.5'], sourceFor: async () => '192.168.1.5' };
  const lan = createLan({ ...parts(start), tls, machine, config: { tls, dataDir: folder } });
  await lan.start();
  expect(lan.failure()).toMatchObject({ trouble: 'unknown', detail: 'Error: spawn ENOMEM' });
  clock.advance(MINUTE);
  await vi.waitFor(() => expect(lan.failure()?.detail).toBe('the process ended'));
  expect(start).toHaveBeenCalledTimes(2);
  lan.stop();
});

const OWN = { TLS: 'acme', PUBLIC_URL: 'https://localhost.example', ACME_DIRECTORY: 'https://ca.example' };

test.each<[string, Record<string, string>, string | undefined, RegExp]>([
  ['from an authority', OWN, 'certificate.pem', /restart Porchlight/],
  ['of the house', { TLS: 'lan' }, 'house.pem', /restart Porchlight/],
  ['that others keep', {}, undefined, /Renew it where you got it from/],
])('the owner sees that a certificate %s should have been renewed', async (_, environment, name, advice) => {
  const { cert, key } = makeAuthority(folder).certify('porch', ['DNS:localhost'], 90);
  const files: Record<string, string> = name ? {} : { TLS_CERT: cert, TLS_KEY: key };
  const house = await openHouse({ HTTP_PORT: '0', ...environment, ...files }, clock);
  if (name) {
    mkdirSync(join(house.dataDir, 'tls'), { recursive: true });
    copyFileSync(cert, join(house.dataDir, 'tls', name));
  }
  const isEnding = () => house.app.services.tls.status()?.isEnding;
  const ana = await house.person('ana');
  expect(isEnding()).toBe(false);
  clock.turn(79 * DAY);
  expect(isEnding()).toBe(false);
  clock.turn(2 * DAY);
  expect(isEnding()).toBe(true);
  expect((await ana.get('/admin')).body).toMatch(advice);
  await house.close();
});

test('one that is for a few days only has until its last hours', async () => {
  const files = makeAuthority(folder).certify('short', ['DNS:localhost'], 6);
  const house = await openHouse({ TLS_CERT: files.cert, TLS_KEY: files.key }, clock);
  const isEnding = () => house.app.services.tls.status()?.isEnding;
  clock.turn(4.9 * DAY);
  expect(isEnding()).toBe(false);
  clock.turn(0.2 * DAY);
  expect(isEnding()).toBe(true);
  await house.close();
});
