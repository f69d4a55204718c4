/** Certificates by the house's own authority, for whoever trusts it, and a key that is of no use elsewhere. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { requireProgram } from '../../../test/helpers/programs.ts';
import { type Authority, certify, makeAuthority, readAuthority } from './house-authority.ts';
import type { HouseNetwork } from './house-names.ts';
import { createLan } from './lan.ts';
import { permittedNames } from './name-constraints.ts';
import { writePrivate } from './private-file.ts';

const DAY = 24 * 60 * 60 * 1000;
/** For a process that starts. */
const PATIENCE = 30_000;

vi.setConfig({ testTimeout: 60_000 });

let dataDir: string;
let clock: FakeClock;
let machine: { hostname: string; addresses: string[]; source: string | undefined };
let renewed: number;
let looks: number;
let logged: { level: string; what: unknown; words: string }[];
let open: { stop(): void }[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'porchlight-lan-'));
  clock = fakeClock(Date.now());
  machine = {
    hostname: 'NAS',
    addresses: ['172.17.0.1', '192.168.1.5', '2001:db8::5'],
    source: '192.168.1.5',
  };
  [renewed, looks] = [0, 0];
  logged = [];
  open = [];
});
afterEach(() => {
  for (const lan of open) lan.stop();
  rmSync(dataDir, { recursive: true });
});

const path = (name: string) => join(dataDir, 'tls', name);
const read = (name: string) => new X509Certificate(readFileSync(path(name)));
const isFor = (...hosts: string[]) => {
  const certificate = read('house.pem');
  return hosts.map((host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)));
};

const systemOf = (): HouseNetwork => ({
  hostname() {
    looks += 1;
    return machine.hostname;
  },
  own: () => [...machine.addresses],
  sourceFor: async () => machine.source,
});

async function start(host?: string) {
  const log = (level: string) => (what: unknown, words?: unknown) =>
    void logged.push({ level, what, words: String(words) });
  const config = { dataDir, tls: { by: 'lan' as const, host } };
  const lan = createLan({
    ...{ config, tls: config.tls, machine: systemOf(), clock },
    background: {
      attempt: (_, work) => void Promise.resolve(work()),
      spare: () => {},
      insist: () => {},
      stop: () => {},
    },
    // biome-ignore lint/suspicious/noExplicitAny: a log has a dozen ways that nothing here uses
    log: { info: log('info'), warn: log('warn'), error: log('error') } as any,
    renewed: () => {
      renewed += 1;
    },
  });
  open.push(lan);
  await lan.start();
  return lan;
}

/** A minute in which whatever is due is done. */
async function minute(what: string, isDone: () => boolean): Promise<void> {
  clock.advance(60_000);
  await eventually(what, isDone, PATIENCE, () => logged);
}

test('the first start makes an authority, and a certificate for all that the machine is called', async () => {
  const lan = await start();
  expect(renewed).toBe(1);
  // The address that leads to the router is the one to pass on; a public one is nothing that a house vouches for.
  expect(lan.names()).toEqual(['192.168.1.5', '172.17.0.1', '127.0.0.1', '::1', 'nas.local', 'localhost']);
  expect(isFor(...lan.names())).not.toContain(undefined);
  expect(isFor('2001:db8::5', 'example.org', 'nas')).toEqual([undefined, undefined, undefined]);
  expect(read('house.pem').checkIssued(read('authority.pem'))).toBe(true);
  expect(lan.authority()?.fingerprint).toBe(read('authority.pem').fingerprint256);
  expect(lan.authority()?.certificate.equals(read('authority.pem').raw)).toBe(true);
  // What devices take: at most 398 days, and no clock that has to agree to the day.
  const { validFrom, validTo } = read('house.pem');
  expect(Date.parse(validTo) - Date.parse(validFrom)).toBeLessThanOrEqual(398 * DAY);
  expect(Date.parse(validFrom)).toBeLessThan(clock.now() - DAY);
  for (const name of ['authority.pem', 'house.pem'])
    expect(statSync(path(name)).mode & 0o777, name).toBe(0o600);
});

test('a restart changes nothing, and what PUBLIC_URL says is in it', async () => {
  await start();
  const [authority, certificate] = [read('authority.pem').fingerprint256, read('house.pem').serialNumber];
  await start();
  expect(read('house.pem').serialNumber).toBe(certificate);
  await start('porch.local');
  expect(read('authority.pem').fingerprint256).toBe(authority);
  expect(isFor('porch.local', '192.168.1.5')).not.toContain(undefined);
});

test('another address brings another certificate, and so does time, by the same authority', async () => {
  await start();
  const authority = read('authority.pem').fingerprint256;
  machine = { ...machine, addresses: ['192.168.7.9'], source: '192.168.7.9' };
  await minute('one for the new address', () => isFor('192.168.7.9')[0] !== undefined);
  expect(isFor('192.168.1.5')).toEqual([undefined]);
  const second = read('house.pem');
  clock.turn(((Date.parse(second.validTo) - Date.parse(second.validFrom)) * 2) / 3);
  await minute('another in time', () => read('house.pem').serialNumber !== second.serialNumber);
  expect(read('authority.pem').fingerprint256).toBe(authority);
});

test('an address that has gone is no reason for another one', async () => {
  const lan = await start();
  const { serialNumber } = read('house.pem');
  machine.addresses = ['192.168.1.5'];
  await minute('a look', () => !lan.names().includes('172.17.0.1'));
  expect(read('house.pem').serialNumber).toBe(serialNumber);
});

test('a name that the authority may not speak for is left out, and said once', async () => {
  await start();
  machine.hostname = 'attic.example';
  await minute('the name that it may use', () => isFor('attic.local')[0] !== undefined);
  expect(isFor('attic.example')).toEqual([undefined]);
  const { serialNumber } = read('house.pem');
  for (const what of ['another look', 'and another']) {
    const before = looks;
    await minute(what, () => looks > before);
  }
  expect(read('house.pem').serialNumber).toBe(serialNumber);
  expect(logged.filter(({ level }) => level === 'warn')).toMatchObject([
    { what: { names: ['attic.example'] } },
  ]);
});

test('an authority that can not be read is not replaced: every device would have to be told again', async () => {
  await start();
  const certificate = readFileSync(path('house.pem'), 'utf8');
  const authority = readFileSync(path('authority.pem'), 'utf8');
  writeFileSync(path('authority.pem'), 'no longer a key');
  const lan = await start();
  expect(lan.failure()).toMatchObject({ trouble: 'authority', next: clock.now() + 60_000 });
  expect(lan.authority()).toBeUndefined();
  expect(readFileSync(path('authority.pem'), 'utf8')).toBe('no longer a key');
  expect(readFileSync(path('house.pem'), 'utf8')).toBe(certificate);
  // Nor is one that is there in another form.
  unlinkSync(path('authority.pem'));
  mkdirSync(path('authority.pem'));
  expect((await start()).failure()).toMatchObject({ trouble: 'authority' });
  rmdirSync(path('authority.pem'));
  writeFileSync(path('authority.pem'), authority);
  unlinkSync(path('house.pem'));
  await minute('all to be well again', () => lan.failure() === undefined);
  expect(read('house.pem').checkIssued(read('authority.pem'))).toBe(true);
});

/** What OpenSSL makes of certificates that somebody signs with this key. */
function thief(authority: Authority) {
  const ca = join(dataDir, 'ca.pem');
  writeFileSync(ca, authority.certificate.toString('pem'));
  return async (names: readonly string[], addresses: readonly string[] = []) => {
    const leaf = join(dataDir, 'leaf.pem');
    // The first certificate in it; keys are no matter here.
    writeFileSync(
      leaf,
      new X509Certificate(
        await certify(authority, { names: [...names], addresses: [...addresses] }, Date.now()),
      ).toString(),
    );
    try {
      execFileSync(requireProgram('openssl'), ['verify', '-purpose', 'sslserver', '-CAfile', ca, leaf], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
      return 'good';
    } catch (error) {
      return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    }
  };
}

test('a stolen key speaks for machines in houses, and for nothing on the rest of the web', async () => {
  const verdictOn = thief(
    await readAuthority((await makeAuthority('Porchlight test', ['nas.fritz.box'])).pem),
  );
  expect(await verdictOn(['nas.fritz.box', 'other.local', 'tv.home.arpa'], ['10.0.0.7', 'fd00::7'])).toBe(
    'good',
  );
  for (const [names, addresses] of [
    [['bank.example'], []],
    [['localbank.example'], []],
    [['nas'], []],
    [['nas.example'], []],
    [[], ['203.0.113.7']],
    [[], ['2001:db8::7']],
  ] as const)
    expect(await verdictOn(names, addresses)).toContain('permitted subtree violation');
});

test('what the machine is called lets no stolen key speak for an ending of the web', async () => {
  machine.hostname = 'TV';
  await start();
  const verdictOn = thief(await readAuthority(readFileSync(path('authority.pem'), 'utf8')));
  expect(await verdictOn(['tv.local'])).toBe('good');
  expect(await verdictOn(['bank.tv'])).toContain('permitted subtree violation');
  expect(await verdictOn(['tv'])).toContain('permitted subtree violation');
  expect(permittedNames(read('authority.pem'))).toEqual(['local', 'home.arpa', 'localhost', 'tv.local']);
  expect(logged.filter(({ level }) => level === 'warn')).toEqual([]);
});

test('an authority that may speak for an ending of the web is told at each start, with what to do', async () => {
  const { pem } = await makeAuthority('Porchlight test', ['tv', 'nas.fritz.box']);
  writePrivate(path('authority.pem'), pem);
  for (const _ of [1, 2]) await start();
  expect(logged.filter(({ level }) => level === 'warn')).toEqual(
    Array(2).fill({
      level: 'warn',
      what: { endings: ['.tv'], authority: path('authority.pem') },
      words: expect.stringMatching(/delete its file and restart/),
    }),
  );
  // As it says.
  unlinkSync(path('authority.pem'));
  logged = [];
  await start();
  expect(read('house.pem').checkIssued(read('authority.pem'))).toBe(true);
  expect(logged.filter(({ level }) => level === 'warn')).toEqual([]);
});
