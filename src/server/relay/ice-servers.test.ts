import { expect, test } from 'vitest';
import { PORTS } from './configuration.ts';
import { hostFor, serversAt } from './ice-servers.ts';

const PUBLIC = { publicUrl: 'https://family.example:8443', publicAddress: '203.0.113.7' };

test('the name of PUBLIC_URL goes first, then PUBLIC_ADDRESS, then what the browser used', () => {
  expect(hostFor(PUBLIC, true, 'other.example')).toBe('family.example');
  expect(hostFor({ ...PUBLIC, publicUrl: undefined }, true, 'other.example')).toBe('203.0.113.7');
  const unknown = { publicUrl: undefined, publicAddress: undefined };
  expect(hostFor(unknown, true, '192.168.1.5:3000')).toBe('192.168.1.5');
  expect(hostFor(unknown, true, 'Porch.local')).toBe('porch.local');
});

test('a name that leads to another machine is none for the relay', () => {
  expect(hostFor(PUBLIC, false, 'family.example')).toBe('203.0.113.7');
});

test('IPv6 addresses are in brackets', () => {
  expect(hostFor({ publicUrl: undefined, publicAddress: '2001:db8::7' }, true, '')).toBe('[2001:db8::7]');
  expect(hostFor({ publicUrl: 'http://[2001:db8::7]:3000', publicAddress: undefined }, true, '')).toBe(
    '[2001:db8::7]',
  );
  expect(hostFor({ publicUrl: undefined, publicAddress: undefined }, true, '[::1]:3000')).toBe('[::1]');
});

test.each([
  '',
  'no spaces',
  "it's",
  '-x',
  'a,b',
  '@',
])('a page that says it was asked for by %j is told of no relay', (asked) => {
  expect(hostFor({ publicUrl: undefined, publicAddress: undefined }, true, asked)).toBeUndefined();
});

test('there are three ways to it, and two without a certificate', () => {
  expect(serversAt('family.example', PORTS, true)).toEqual({
    stun: ['stun:family.example:3478'],
    turn: [
      'turn:family.example:3478?transport=udp',
      'turn:family.example:3478?transport=tcp',
      'turns:family.example:5349?transport=tcp',
    ],
  });
  expect(serversAt('family.example', PORTS, false).turn).toHaveLength(2);
});
