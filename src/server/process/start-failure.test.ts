/** What the person reads who started a server that doesn't start. */
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ListenOptions } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { makeAuthority } from '../../../test/helpers/certificates.ts';
import { requireProgram } from '../../../test/helpers/programs.ts';
import { ConfigError } from '../config.ts';
import { NewerDatabaseError } from '../database/migrations.ts';
import { givenCertificate } from '../tls/given-certificate.ts';
import { sentenceFor } from './start-failure.ts';

vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let porch: { cert: string; key: string };
let other: { cert: string; key: string };
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-start-'));
  const authority = makeAuthority(folder);
  porch = authority.certify('porch', ['DNS:porch.example'], 2);
  other = authority.certify('other', ['DNS:other.example'], 2);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What work throws, or rejects with. */
async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing failed');
}

const listen = (options: ListenOptions) =>
  new Promise<number>((resolve, reject) => {
    const server = createServer();
    onTestFinished(() => {
      server.close();
    });
    server.once('error', reject).listen({ host: '127.0.0.1', ...options }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });

test('a port that is taken is named, with the settings', async () => {
  const port = await listen({ port: 0 });
  expect(sentenceFor(await failureOf(() => listen({ port })))).toBe(
    `Another program is already listening on port ${port}: stop it, or set PORT or HTTP_PORT to another one.`,
  );
});

test('one that is for root only names each way out', () => {
  // Tests may well be run by root, who may listen there.
  const refused = { code: 'EACCES', syscall: 'listen', address: '0.0.0.0', port: 443 };
  const sentence = sentenceFor(Object.assign(new Error('listen EACCES'), refused));
  for (const words of [
    'port 443',
    "setcap 'cap_net_bind_service=+ep'",
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'above 1023',
    'PORT or HTTP_PORT',
    'proxy',
  ])
    expect(sentence).toContain(words);
});

test.each([
  // Nobody is asked for a name that can't be one.
  ['a name that nobody knows', 'nosuch..example'],
  ['the address of another machine', '192.0.2.7'],
])('%s is no HOST', async (_, host) => {
  expect(sentenceFor(await failureOf(() => listen({ host, port: 0 })))).toMatch(
    /^HOST is not an address of this machine.*127\.0\.0\.1/,
  );
});

test.each<[string, () => void, RegExp]>([
  ['is a file', () => mkdirSync(at('porch.pem'), { mode: 0o700 }), /^DATA_DIR must be a folder/],
  ['lies in one', () => mkdirSync(at('porch.pem/data'), { recursive: true }), /^DATA_DIR must be a folder/],
  [
    'has something else for a database',
    () => {
      writeFileSync(at('porchlight.db'), 'not a database, but long enough to be looked at as one'.repeat(20));
      new Sqlite(at('porchlight.db')).pragma('journal_mode = WAL');
    },
    /porchlight\.db.*is not a database/,
  ],
])('a data folder that %s', async (_, work, sentence) => {
  expect(sentenceFor(await failureOf(work))).toMatch(sentence);
});

test.each([
  ['EACCES', /^This user may not use that folder: change DATA_DIR/],
  ['ENOSPC', /^The disk is full/],
  ['EROFS', /^DATA_DIR is on a read-only disk/],
  ['SQLITE_CANTOPEN', /DATA_DIR can't be opened/],
])('%s has a sentence', (code, sentence) => {
  expect(sentenceFor(Object.assign(new Error('no'), { code }))).toMatch(sentence);
});

test('what says itself what is wrong is told as it is, and our own faults are no sentences', () => {
  expect(sentenceFor(new ConfigError('PORT must be a number.'))).toBe('PORT must be a number.');
  expect(sentenceFor(new NewerDatabaseError('Update Porchlight.'))).toBe('Update Porchlight.');
  for (const error of [
    new TypeError('x is not a function'),
    Object.assign(new Error('no'), { code: 'EIO' }),
    'no',
  ])
    expect(sentenceFor(error)).toBeUndefined();
});

const openssl = (...words: string[]) => execFileSync(requireProgram('openssl'), words, { stdio: 'ignore' });

test('certificates that can not be served are told by their setting', () => {
  const sentenceOf = (cert: string, key: string) => {
    try {
      return String(givenCertificate({ cert, key }).cert).slice(0, 27);
    } catch (error) {
      return sentenceFor(error);
    }
  };
  expect(sentenceOf(porch.cert, porch.key)).toBe('-----BEGIN CERTIFICATE-----');
  expect(sentenceOf(folder, porch.key)).toMatch(/^TLS_CERT names a folder/);
  expect(sentenceOf(porch.cert, folder)).toMatch(/^TLS_KEY names a folder/);
  expect(sentenceOf(at('nowhere'), porch.key)).toMatch(/^TLS_CERT names a file that can't be read/);
  writeFileSync(at('words'), 'not a certificate');
  expect(sentenceOf(at('words'), porch.key)).toMatch(/^TLS_CERT must name a PEM file.*BEGIN CERTIFICATE/);
  expect(sentenceOf(porch.key, porch.key)).toMatch(/^TLS_CERT must name a PEM file/);
  openssl('x509', '-in', porch.cert, '-outform', 'DER', '-out', at('porch.der'));
  expect(sentenceOf(at('porch.der'), porch.key)).toMatch(/^TLS_CERT must name a PEM file/);
  expect(sentenceOf(porch.cert, at('words'))).toMatch(/^TLS_KEY must name a PEM file.*BEGIN PRIVATE KEY/);
  expect(sentenceOf(porch.cert, porch.cert)).toMatch(/^TLS_KEY must name a PEM file/);
  expect(sentenceOf(porch.cert, other.key)).toMatch(
    /^TLS_KEY must be the key of the certificate in TLS_CERT/,
  );
  openssl('pkey', '-in', porch.key, '-aes256', '-passout', 'pass:secret', '-out', at('locked.key'));
  expect(sentenceOf(porch.cert, at('locked.key'))).toMatch(/^TLS_KEY must name a key without a passphrase/);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
  writeFileSync(at('weak.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  openssl('req', '-x509', '-key', at('weak.key'), '-subj', '/CN=weak', '-out', at('weak.pem'));
  expect(sentenceOf(at('weak.pem'), at('weak.key'))).toMatch(
    /^TLS_CERT and TLS_KEY can't be used: .*too small/,
  );
});

test.each<[string, () => Record<string, string>, string]>([
  ['a wrong setting', () => ({ TRUST_PROXY: 'nginx' }), 'TRUST_PROXY must be'],
  [
    'a key of another certificate',
    () => ({ TLS_CERT: porch.cert, TLS_KEY: other.key }),
    'TLS_KEY must be the key',
  ],
  ['a host that is none', () => ({ HOST: 'nosuch..example', PORT: '0' }), 'HOST is not an address'],
])('a server with %s says one sentence and ends', (_, environment, words) => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../main.ts')], {
    env: { DATA_DIR: at('data'), LOG_LEVEL: 'silent', ...environment() },
    encoding: 'utf8',
  });
  expect(stderr).toMatch(new RegExp(`^${words}[^\n]*\\.\n$`));
  expect(status).toBe(1);
});
