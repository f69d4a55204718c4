import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

test('nothing needs to be set', () => {
  expect(readConfig({})).toMatchObject({
    port: 3000,
    host: undefined,
    registration: 'invite',
    secure: false,
  });
});

test('an empty variable is one that is not set', () => {
  expect(readConfig({ PORT: '', PUBLIC_URL: '' })).toMatchObject({ port: 3000, publicUrl: undefined });
});

test.each([
  [{ PORT: 'abc' }, /^PORT must be a number/],
  [{ PORT: '70000' }, /^PORT must be between/],
  [{ PUBLIC_URL: 'porchlight.example' }, /^PUBLIC_URL must be an address/],
  [{ PUBLIC_URL: 'ftp://porchlight.example' }, /^PUBLIC_URL must start with/],
  [{ STUN_URLS: 'stun:a.example,b.example' }, /^STUN_URLS\S* must hold addresses/],
  [{ TURN_URLS: 'turn:a.example' }, /^TURN_SECRET must be set/],
  [{ TURN: 'yes' }, /^TURN must be "auto"/],
  [{ TURN: 'auto', TURN_URLS: 'turn:a.example', TURN_SECRET: 'north' }, /^TURN=auto and TURN_URLS exclude/],
  [{ PUBLIC_ADDRESS: 'porchlight.example' }, /^PUBLIC_ADDRESS must be an IP address/],
  [{ PUBLIC_ADDRESS: '203.0.113.7:3000' }, /^PUBLIC_ADDRESS must be an IP address/],
  [{ PUBLIC_ADDRESS: 'fe80::1%eth0' }, /^PUBLIC_ADDRESS must be an IP address/],
  [{ TLS_CERT: '/etc/hostname' }, /^TLS_CERT and TLS_KEY must be set together/],
  [{ TLS_CERT: '/nowhere', TLS_KEY: '/nowhere' }, /^TLS_CERT names a file/],
  [{ TRUST_PROXY: 'nginx' }, /^TRUST_PROXY must be the number of proxies.*127\.0\.0\.1/],
  [{ TRUST_PROXY: '-1' }, /^TRUST_PROXY must be/],
  [{ TRUST_PROXY: '127.0.0.1,proxy.local' }, /^TRUST_PROXY must be/],
  [{ TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY must be/],
  [{ TRUST_PROXY: '10.0.0.0/8/8' }, /^TRUST_PROXY must be/],
  [{ TRUST_PROXY: '127.0.0.1,' }, /^TRUST_PROXY must be/],
  [{ REGISTRATION: 'everybody' }, /^REGISTRATION must be/],
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be/],
])('%j is refused with a sentence that names it', (environment, sentence) => {
  expect(() => readConfig(environment)).toThrow(sentence);
});

test('a relay needs addresses as well as a secret, of which each may say what the other needs', () => {
  expect(readConfig({ TURN_SECRET: 'north' }).turn).toBeUndefined();
  const both = { TURN_URLS: 'turn:a.example, turns:b.example', TURN_SECRET: 'north' };
  expect(readConfig(both).turn).toEqual({ urls: ['turn:a.example', 'turns:b.example'], secret: 'north' });
});

test('a relay of its own is asked for by one word', () => {
  expect(readConfig({}).hasOwnRelay).toBe(false);
  expect(readConfig({ TURN: 'auto' })).toMatchObject({ hasOwnRelay: true, turn: undefined });
  // Left over from a relay elsewhere.
  expect(readConfig({ TURN: 'auto', TURN_SECRET: 'north' })).toMatchObject({ hasOwnRelay: true });
});

test('the public address is written as the system does', () => {
  expect(readConfig({ PUBLIC_ADDRESS: '203.0.113.7' }).publicAddress).toBe('203.0.113.7');
  expect(readConfig({ PUBLIC_ADDRESS: '2001:DB8:0::7' }).publicAddress).toBe('2001:db8::7');
});

test('an https address makes cookies secure, and keeps only the origin', () => {
  const config = readConfig({ PUBLIC_URL: 'https://porchlight.example/some/path' });
  expect(config).toMatchObject({ publicUrl: 'https://porchlight.example', secure: true });
});

test('proxies are trusted as far as it was said', () => {
  expect(readConfig({ TRUST_PROXY: '127.0.0.1' }).trustProxy).toBe('127.0.0.1');
  for (const text of ['127.0.0.1, 10.0.0.0/8', '::1,fd00::/8', 'loopback', 'linklocal,uniquelocal'])
    expect(readConfig({ TRUST_PROXY: text }).trustProxy).toBe(text);
  expect(['true', 'false', '0', ''].map((text) => readConfig({ TRUST_PROXY: text }).trustProxy)).toEqual([
    ...[true, false, false, false],
  ]);
  const { trustProxy } = readConfig({ TRUST_PROXY: '1' });
  if (typeof trustProxy !== 'function') throw new Error('a hop count is a test of hops');
  expect([trustProxy('192.0.2.1', 0), trustProxy('192.0.2.1', 1)]).toEqual([true, false]);
});

test.each([
  [{ TLS: 'yes' }, /^TLS must be/],
  [{ TLS: 'acme' }, /^TLS=acme needs PUBLIC_URL/],
  [{ TLS: 'acme', PUBLIC_URL: 'http://family.example' }, /^TLS=acme needs PUBLIC_URL/],
  [{ TLS: 'acme', PUBLIC_URL: 'https://192.0.2.7' }, /^TLS=acme needs PUBLIC_URL/],
  [{ TLS: 'acme', PUBLIC_URL: 'https://[2001:db8::1]' }, /^TLS=acme needs PUBLIC_URL/],
  [{ TLS: 'acme', PUBLIC_URL: 'https://house.local' }, /^TLS=acme needs PUBLIC_URL/],
  [{ TLS: 'acme', PUBLIC_URL: 'https://house' }, /^TLS=acme needs PUBLIC_URL/],
  [{ TLS: 'lan', PUBLIC_URL: 'http://nas.local' }, /^TLS=lan needs no PUBLIC_URL/],
  [{ TLS: 'lan', PUBLIC_URL: 'https://192.0.2.7' }, /^TLS=lan needs no PUBLIC_URL/],
  [{ TLS: 'lan', PUBLIC_URL: 'https://[2001:db8::1]' }, /^TLS=lan needs no PUBLIC_URL/],
  [{ TLS: 'lan', PUBLIC_URL: 'https://tv' }, /^With TLS=lan the name in PUBLIC_URL.*https:\/\/tv\.local/],
  [{ TLS: 'lan', PUBLIC_URL: 'https://tv.' }, /^With TLS=lan the name in PUBLIC_URL/],
  [{ ACME_DIRECTORY: 'http://ca.example' }, /^ACME_DIRECTORY must start with https/],
  [{ ACME_EMAIL: 'me' }, /^ACME_EMAIL must be an e-mail/],
  [{ HTTP_PORT: 'eighty' }, /^HTTP_PORT must be a number/],
  [{ TLS: 'acme', TLS_CERT: '/etc/hostname', TLS_KEY: '/etc/hostname' }, /^TLS and TLS_CERT exclude/],
])('%j is refused with a sentence that names it', (environment, sentence) => {
  expect(() => readConfig(environment)).toThrow(sentence);
});

test('a certificate of its own needs only the address', () => {
  expect(readConfig({ TLS: 'acme', PUBLIC_URL: 'https://family.example' })).toMatchObject({
    port: 443,
    httpPort: 80,
    secure: true,
    tls: { by: 'acme', name: 'family.example', directory: expect.stringMatching(/^https:/) },
  });
  expect(readConfig({ TLS: 'acme', PUBLIC_URL: 'https://family.example', PORT: '8443' }).port).toBe(8443);
});

test('in the house only, nothing else is needed', () => {
  expect(readConfig({ TLS: 'lan' })).toMatchObject({
    port: 443,
    httpPort: 80,
    secure: true,
    publicUrl: undefined,
    tls: { by: 'lan', host: undefined },
  });
  for (const [url, host] of [
    ['https://nas.local', 'nas.local'],
    ['https://192.168.1.5:8443', '192.168.1.5'],
    ['https://[fd00::5]', 'fd00::5'],
    ['https://localhost:8443', 'localhost'],
  ])
    expect(readConfig({ TLS: 'lan', PUBLIC_URL: url }).tls).toEqual({ by: 'lan', host });
});
