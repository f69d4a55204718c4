import { expect, test } from 'vitest';
import { type HostNetwork, isUsable } from '../network/host-network.ts';
import { findAddresses, leadsElsewhere } from './addresses.ts';
import type { Address } from './configuration.ts';

const NOTHING = { publicUrl: undefined, publicAddress: undefined };
const NAMED = { publicUrl: 'https://family.example', publicAddress: undefined };

type Given = { own?: string[]; source?: Record<string, string>; names?: Record<string, string[]> };

/** A machine with one address in the house; it is the way to everywhere unless something else is given. */
const machine = ({ own = ['192.168.1.5'], source, names = {} }: Given = {}): HostNetwork => ({
  own: () => own,
  interfaces: () => [],
  sourceFor: async (address) => (source ? source[address] : own.find((mine) => mine.includes('.'))),
  lookUp: async (name) => names[name] ?? [],
});

const find = (config: typeof NOTHING | typeof NAMED, given: Given = {}, before: Address[] = []) =>
  findAddresses(config, before, machine(given));

test('a machine of which nobody has said anything has its address in the house', async () => {
  expect(await find(NOTHING)).toEqual([{ own: '192.168.1.5', outside: undefined }]);
});

test('PUBLIC_ADDRESS is believed, whatever the name says', async () => {
  const config = { ...NAMED, publicAddress: '203.0.113.7' };
  const given = { names: { 'family.example': ['198.51.100.1'] } };
  expect(await findAddresses(config, [], machine(given))).toEqual([
    { own: '192.168.1.5', outside: '203.0.113.7' },
  ]);
});

test('without it the name is looked up', async () => {
  const given = { names: { 'family.example': ['203.0.113.7'] } };
  expect(await find(NAMED, given)).toEqual([{ own: '192.168.1.5', outside: '203.0.113.7' }]);
});

test('an address of the machine itself is used as it is, whichever way leads to the internet', async () => {
  const given = {
    own: ['10.0.0.2', '203.0.113.7', '2001:db8::5', '2001:db8::7'],
    source: { '192.0.2.1': '10.0.0.2', '2001:db8::1': '2001:db8::5' },
    names: { 'family.example': ['203.0.113.7', '2001:db8::7'] },
  };
  expect(await find(NAMED, given)).toEqual([
    { own: '203.0.113.7', outside: '203.0.113.7' },
    { own: '2001:db8::7', outside: '2001:db8::7' },
  ]);
});

test('of several addresses it is the one that the machine would send from', async () => {
  const own = ['172.17.0.1', '192.168.1.5'];
  const source = { '203.0.113.7': '192.168.1.5', '192.0.2.1': '172.17.0.1' };
  const names = { 'family.example': ['203.0.113.7'] };
  expect(await find(NAMED, { own, source, names })).toEqual([{ own: '192.168.1.5', outside: '203.0.113.7' }]);
  // Without a way anywhere, as in a house without a router, any will do.
  expect(await find(NOTHING, { own, source: {} })).toEqual([{ own: '172.17.0.1', outside: undefined }]);
});

test('a name that stands for this machine only within it says nothing', async () => {
  for (const address of ['127.0.1.1', '::1', '0.0.0.0'])
    expect(await find(NAMED, { names: { 'family.example': [address] } })).toEqual([
      { own: '192.168.1.5', outside: undefined },
    ]);
});

test('an address in PUBLIC_URL is one, also of IPv6', async () => {
  const config = { publicUrl: 'https://[2001:db8::7]', publicAddress: undefined };
  const given = { own: ['2001:db8::7'], names: { '2001:db8::7': ['2001:db8::7'] } };
  expect(await findAddresses(config, [], machine(given))).toEqual([
    { own: '2001:db8::7', outside: '2001:db8::7' },
  ]);
});

test('what was found stays while it holds, and goes when it does not', async () => {
  const names = { 'family.example': ['203.0.113.7', '198.51.100.1'] };
  const before = [{ own: '192.168.1.5', outside: '203.0.113.7' }];
  const own = ['192.168.1.4', '192.168.1.5'];
  expect(await find(NAMED, { own, names }, before)).toEqual(before);
  // Nobody can be asked.
  expect(await find(NAMED, { own }, before)).toEqual(before);
  // The provider has given the house another address.
  const moved = { own, names: { 'family.example': ['198.51.100.1'] } };
  expect(await find(NAMED, moved, before)).toEqual([{ own: '192.168.1.5', outside: '198.51.100.1' }]);
  // And the router has given one to the machine.
  expect(await find(NAMED, { own: ['192.168.1.4'], names }, before)).toEqual([
    { own: '192.168.1.4', outside: '203.0.113.7' },
  ]);
});

test.each([
  ['PUBLIC_ADDRESS', ['203.0.113.7'], false],
  ['one of this machine in the house', ['192.168.1.5'], false],
  ['this machine within itself', ['127.0.1.1'], false],
  ['nothing that is known just now', [], false],
  ['another machine', ['198.51.100.1'], true],
])('where the name stands for %s, a relay is under it or not', async (_, addresses, elsewhere) => {
  const given = { names: { 'family.example': addresses } };
  expect(await leadsElsewhere({ ...NAMED, publicAddress: '203.0.113.7' }, machine(given))).toBe(elsewhere);
  // Nobody has said where else.
  expect(await leadsElsewhere(NAMED, machine(given))).toBe(false);
});

test('a machine without a network has none', async () => {
  expect(await find(NAMED, { own: [], names: { 'family.example': ['203.0.113.7'] } })).toEqual([]);
});

test.each([
  ...['127.0.0.1', '127.0.1.1', '169.254.3.4', 'fe80::1', 'febf::1', '::1', '::', '0.0.0.0'].map(
    (address) => [address, false] as const,
  ),
  ...['192.168.1.5', '10.0.0.1', '203.0.113.7', 'fd00::1', '2001:db8::1', '::ffff:1.2.3.4'].map(
    (address) => [address, true] as const,
  ),
])('whether others can use %s: %s', (address, usable) => {
  expect(isUsable(address)).toBe(usable);
});
