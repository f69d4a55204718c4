import { expect, test } from 'vitest';
import { originFor } from './origin.ts';

const NAMES = ['192.168.1.5', 'fd00::5', 'nas.local'];

test.each([
  ['nas.local', 443, 'https://nas.local'],
  ['NAS.local:80', 443, 'https://nas.local'],
  ['[fd00::5]:80', 8443, 'https://[fd00::5]:8443'],
  ['192.168.1.5', 443, 'https://192.168.1.5'],
  // Somebody else's name leads nowhere else.
  ['evil.example', 443, 'https://192.168.1.5'],
  ['nas.local@evil.example', 443, 'https://192.168.1.5'],
  ['', 443, 'https://192.168.1.5'],
  [undefined, 443, 'https://192.168.1.5'],
])('%j leads to this machine', (host, port, origin) => {
  expect(originFor(host, NAMES, port)).toBe(origin);
});

test('by plain http it has another usual port', () => {
  expect(originFor('nas.local', NAMES, 80, 'http')).toBe('http://nas.local');
  expect(originFor('nas.local', NAMES, 443, 'http')).toBe('http://nas.local:443');
});
