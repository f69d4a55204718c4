import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publicNetworks } from '../network/public-networks.ts';
import { configurationText, PORTS, type RelayConfiguration } from './configuration.ts';

const HOME: RelayConfiguration = {
  folder: '/data/relay',
  secret: 'north',
  addresses: [{ own: '192.168.1.5', outside: '203.0.113.7' }],
  networks: [],
  ports: PORTS,
  certificate: { cert: '/tls/cert.pem', key: '/tls/key.pem' },
  listenOn: undefined,
};

const linesOf = (changes: Partial<RelayConfiguration> = {}) =>
  configurationText({ ...HOME, ...changes }).split('\n');

/** What stands behind a name, once for each line that has it. */
const valuesIn = (lines: string[], name: string) =>
  lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));

test('a server behind a router is told both of its addresses', () => {
  const lines = linesOf();
  expect(valuesIn(lines, 'relay-ip')).toEqual(['192.168.1.5']);
  expect(valuesIn(lines, 'external-ip')).toEqual(['203.0.113.7/192.168.1.5']);
  expect(valuesIn(lines, 'allowed-peer-ip')).toEqual(['192.168.1.5']);
});

test.each([
  ['on the internet itself', '203.0.113.7'],
  ['in a house that nobody reaches from outside', undefined],
])('one %s is told its own only', (_, outside) => {
  const own = outside ?? '192.168.1.5';
  const lines = linesOf({ addresses: [{ own, outside }] });
  expect(valuesIn(lines, 'relay-ip')).toEqual([own]);
  expect(valuesIn(lines, 'external-ip')).toEqual([]);
});

const FAMILY = 'allocation-default-address-family=keep';
const SIX = { own: '2001:db8::5', outside: '2001:db8::5' };

test.each([
  ['both families', [{ own: '192.168.1.5', outside: '203.0.113.7' }, SIX], false],
  ['IPv4 only', [{ own: '192.168.1.5', outside: '203.0.113.7' }], false],
  ['IPv6, and IPv4 within the house', [{ own: '192.168.1.5', outside: undefined }, SIX], true],
  ['IPv6 only', [SIX], true],
  ['nothing from outside', [{ own: '192.168.1.5', outside: undefined }], false],
])('with %s, clients of IPv6 get IPv6 where they must', (_, addresses, isKept) => {
  expect(linesOf({ addresses }).includes(FAMILY)).toBe(isKept);
});

test('without a certificate there is no TLS, and nothing looks for one', () => {
  expect(valuesIn(linesOf(), 'cert')).toEqual(['/tls/cert.pem']);
  expect(valuesIn(linesOf(), 'pkey')).toEqual(['/tls/key.pem']);
  expect(linesOf()).not.toContain('no-tls');
  const plain = linesOf({ certificate: undefined });
  expect(plain).toContain('no-tls');
  expect(plain.filter((line) => /^(?:tls-listening-port|cert|pkey)\b/.test(line))).toEqual([]);
});

test('only those who know the secret may use it, and nobody may steer it', () => {
  const lines = linesOf();
  expect(valuesIn(lines, 'static-auth-secret')).toEqual(['north']);
  for (const line of ['use-auth-secret', 'realm=porchlight', 'fingerprint', 'no-cli', 'no-multicast-peers'])
    expect(lines).toContain(line);
});

test('each relayed connection has a port, and a person has enough for a call of eight', () => {
  const lines = linesOf();
  const [first, last, total, user] = ['min-port', 'max-port', 'total-quota', 'user-quota'].map((name) =>
    Number(valuesIn(lines, name)[0]),
  );
  expect(total).toBe(Number(last) - Number(first) + 1);
  expect(user).toBeGreaterThanOrEqual(7 * 3 * 2);
  expect(total).toBeGreaterThanOrEqual(8 * 7 * 3 * 2);
});

test('one that is set up by hand keeps the same ports, quotas and denied peers', () => {
  const byHand = readFileSync(join(import.meta.dirname, '../../../deploy/turnserver.conf'), 'utf8').split(
    '\n',
  );
  for (const name of [
    'listening-port',
    'tls-listening-port',
    'min-port',
    'max-port',
    'user-quota',
    'total-quota',
    'denied-peer-ip',
  ])
    expect(valuesIn(linesOf(), name), name).toEqual(valuesIn(byHand, name));
});

test("the house's own networks on the internet are denied like those at home, but for the relay itself", () => {
  const networks = publicNetworks(['192.168.1.5/24', '2001:db8:1:2::5/64', '203.0.113.7/29']);
  const lines = linesOf({ addresses: [SIX], networks });
  const denied = valuesIn(lines, 'denied-peer-ip');
  expect(denied.slice(0, -2)).toEqual(valuesIn(linesOf(), 'denied-peer-ip'));
  expect(denied.slice(-2)).toEqual([
    '2001:db8:1:2::-2001:db8:1:2:ffff:ffff:ffff:ffff',
    '203.0.113.0-203.0.113.7',
  ]);
  expect(valuesIn(lines, 'allowed-peer-ip')).toEqual([SIX.own]);
});
