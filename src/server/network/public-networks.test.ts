import { expect, test } from 'vitest';
import { edgesOf, publicNetworks } from './public-networks.ts';

const rangesOf = (...interfaces: string[]) =>
  publicNetworks(interfaces).map((network) => edgesOf(network).join('-'));

test.each([
  ['as the system says', '2001:db8:1:2::5/64', '2001:db8:1:2::-2001:db8:1:2:ffff:ffff:ffff:ffff'],
  [
    'where one address was handed out',
    '2001:db8:1:2::5/128',
    '2001:db8:1:2::-2001:db8:1:2:ffff:ffff:ffff:ffff',
  ],
  ['that has several', '2001:db8:1:25::5/56', '2001:db8:1::-2001:db8:1:ff:ffff:ffff:ffff:ffff'],
  ['of no house', '2001:db8:1:25::5/16', '2001:db8:1::-2001:db8:1:ffff:ffff:ffff:ffff:ffff'],
  ['of IPv4', '203.0.113.77/28', '203.0.113.64-203.0.113.79'],
  ['of one address', '203.0.113.77/32', '203.0.113.77-203.0.113.77'],
  ['of no provider', '203.0.113.77/4', '203.0.0.0-203.0.255.255'],
])('a network %s', (_, own, range) => expect(rangesOf(own)).toEqual([range]));

test('each is told once, in the same order, and those that are private by their numbers are not', () => {
  const one = rangesOf('2001:db8:1:2::5/64', '192.168.1.5/24', '203.0.113.7/24', '2001:db8:1:2:a:b:c:d/64');
  expect(one).toEqual(rangesOf('203.0.113.9/24', 'fd00::5/64', '2001:db8:1:2::5/128', '100.64.0.7/10'));
  expect(one).toHaveLength(2);
  expect(rangesOf()).toEqual([]);
});
