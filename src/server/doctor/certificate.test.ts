/** Certificates as browsers would look at them, at real servers of https. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Authority, makeAuthority } from '../../../test/helpers/certificates.ts';
import { codesOf, portOf } from '../../../test/helpers/checked.ts';
import { freePort } from '../../../test/helpers/proxy.ts';
import { houseAuthorityPath } from '../tls/certificate-files.ts';
import { makeAuthority as makeHouseAuthority } from '../tls/house-authority.ts';
import { writePrivate } from '../tls/private-file.ts';
import { checkCertificate, examine } from './certificate.ts';

const DAY = 24 * 60 * 60 * 1000;
const HERE = '127.0.0.1';

let folder: string;
let authority: Authority;
let porch: { cert: string; key: string };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-certificates-'));
  authority = makeAuthority(folder);
  porch = authority.certify('porch', ['DNS:porch.example', `IP:${HERE}`], 60);
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = () => new X509Certificate(readFileSync(porch.cert));

/** What would be found so many days from now. */
const after = (days: number, name = 'porch.example', distrust?: string) =>
  examine(read(), name, distrust, Date.now() + days * DAY);

test('a good one says whose it is and how long it lasts', () => {
  expect(after(0)).toEqual({
    check: 'certificate',
    code: 'certificate.valid',
    values: { name: 'porch.example', issuer: 'Porch authority', count: 59 },
  });
  expect(after(0, HERE).code).toBe('certificate.valid');
});

test('it is told before it ends, after it has, and before it begins', () => {
  expect(after(40.5)).toMatchObject({ code: 'certificate.ending', values: { count: 19 } });
  expect(after(39.5)).toMatchObject({ code: 'certificate.valid', values: { count: 20 } });
  expect(after(61.5)).toMatchObject({ code: 'certificate.expired', values: { count: 2 } });
  expect(after(-1.5)).toMatchObject({ code: 'certificate.early', values: { count: 2 } });
});

test('one of another name is told, with the names it has', () => {
  expect(after(0, 'other.example')).toMatchObject({
    code: 'certificate.name',
    values: { names: `DNS:porch.example, IP Address:${HERE}` },
  });
  expect(after(0, '127.0.0.2').code).toBe('certificate.name');
});

test('who has signed it matters', () => {
  expect(after(0, 'porch.example', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE').code).toBe('certificate.incomplete');
  expect(after(0, 'porch.example', 'SELF_SIGNED_CERT_IN_CHAIN').code).toBe('certificate.untrusted');
});

async function serve(files: { cert: string; key: string }): Promise<number> {
  const options = { cert: readFileSync(files.cert), key: readFileSync(files.key) };
  const server = createServer(options, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, HERE, () => resolve()));
  onTestFinished(() => {
    server.close();
  });
  return portOf(server);
}

const NOTHING = { publicUrl: undefined, tls: undefined, dataDir: '/nowhere', port: 443, httpPort: 80 };
const found = async (publicUrl: string) => codesOf(await checkCertificate({ ...NOTHING, publicUrl }));

test('at a server it is what the server shows', async () => {
  // Nobody has told this process to trust its authority.
  const [finding] = await checkCertificate({
    ...NOTHING,
    publicUrl: `https://${HERE}:${await serve(porch)}`,
  });
  expect(finding?.code).toMatch(/^certificate\.(?:incomplete|untrusted)$/);
  const other = authority.certify('other', ['DNS:other.example'], 60);
  expect(await found(`https://${HERE}:${await serve(other)}`)).toEqual(['certificate.name']);
});

test('without a certificate there is none to look at', async () => {
  expect(await found(`https://${HERE}:${await freePort()}`)).toEqual(['certificate.unseen']);
  expect(await found('http://porch.example')).toEqual(['certificate.plain']);
  expect(await found('http://localhost:3000')).toEqual([]);
  expect(await checkCertificate(NOTHING)).toEqual([]);
});

test("the house's own authority is told where it may vouch for an ending of the web", async () => {
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const path = houseAuthorityPath({ dataDir });
  // It isn't asked for over the network here.
  const tls = { by: 'lan' as const, host: '127.0.0.1' };
  const targets = { ...NOTHING, dataDir, tls, port: await freePort() };
  const found = async () =>
    (await checkCertificate(targets)).filter(({ code }) => code !== 'certificate.unseen');
  expect(await found()).toEqual([]);
  writePrivate(path, (await makeHouseAuthority('Porch', ['tv', 'nas.fritz.box', 'dev'])).pem);
  expect(await found()).toMatchObject([
    { code: 'certificate.endings', values: { endings: '.tv, .dev', path } },
  ]);
  writePrivate(path, (await makeHouseAuthority('Porch', ['nas.fritz.box'])).pem);
  expect(await found()).toEqual([]);
});
