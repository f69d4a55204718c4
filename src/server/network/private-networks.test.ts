import { expect, test } from 'vitest';
import { isLocal, isPrivate } from './private-networks.ts';

test.each([
  '10.1.2.3',
  '127.0.0.1',
  '172.31.0.1',
  '192.168.1.5',
  '169.254.7.7',
  '::1',
  'fd00::1',
  'fe80::1',
])('%s is an address of a house', (address) => expect(isPrivate(address)).toBe(true));

test.each([
  '9.255.255.255',
  '172.32.0.1',
  '192.0.2.7',
  '100.64.0.1',
  '2001:db8::1',
  '::',
  'nas',
  '',
  '10.0.0',
])('%s is none', (address) => expect(isPrivate(address)).toBe(false));

test('carriers share addresses that lead nowhere on the internet', () => {
  expect(['100.64.0.1', '0.0.0.0', '::', '192.168.1.5', 'fd00::1'].map(isLocal)).not.toContain(false);
  expect(['192.0.2.7', '100.128.0.1', '2001:db8::1', 'nas'].map(isLocal)).not.toContain(true);
});
