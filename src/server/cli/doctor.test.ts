import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { admin } from '../../../test/helpers/admin.ts';
import { makeAuthority } from '../../../test/helpers/certificates.ts';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { freePort } from '../../../test/helpers/proxy.ts';

vi.setConfig({ testTimeout: 40_000 });

let house: House;
let port: number;
beforeEach(async () => {
  port = await freePort();
  house = await openHouse({ PORT: String(port), HOST: '127.0.0.1' });
});
afterEach(() => house.close());

const doctor = (env: Record<string, string> = {}, words: string[] = []) =>
  admin(house.dataDir, ['doctor', ...words], { env: { PORT: String(port), HOST: '127.0.0.1', ...env } });

test('says a line about each thing while the server runs, and changes nothing', async () => {
  await house.app.listen({ port, host: '127.0.0.1' });
  const before = readdirSync(house.dataDir);
  const { code, said } = await doctor();
  expect(code).toBe(0);
  const lines = said.split('\n');
  expect(lines[0]).toBe(`ok      Server: It answers at http://127.0.0.1:${port}.`);
  expect(lines[1]).toMatch(/^- {7}Address: PUBLIC_URL isn't set/);
  expect(said).toMatch(/^ok {6}Database: Intact and up to date \(schema \d+\)\.$/m);
  expect(said).toMatch(/^ok {6}Machine: Porchlight 0\.1\.0 on Node\.js /m);
  expect(said).not.toMatch(/^WRONG|doctor\./m);
  expect(readdirSync(house.dataDir)).toEqual(before);
});

test('a server that is away is a warning, for backups are looked at without one', async () => {
  await house.app.close();
  const { code, said } = await doctor();
  expect(said).toMatch(new RegExp(`^warning Server: Nothing answers at http://127\\.0\\.0\\.1:${port}`, 'm'));
  expect(code).toBe(0);
});

test('exits with 1 and says so when something is wrong', async () => {
  await house.app.listen({ port, host: '127.0.0.1' });
  const { code, said, noted } = await doctor({ PUBLIC_URL: `http://127.0.0.1:${await freePort()}` });
  expect([code, noted]).toEqual([1, 'One thing is wrong.']);
  expect(said).toMatch(/^WRONG {3}Address: 127\.0\.0\.1 refuses connections on port \d+\./m);
});

test('tells scripts the same by codes', async () => {
  writeFileSync(join(house.dataDir, 'recordings', '.porchlight'), 'another house');
  const { code, said } = await doctor({}, ['--json']);
  expect(code).toBe(1);
  const told = JSON.parse(said);
  expect(told).toMatchObject({ wrong: 1 });
  expect(told.findings).toContainEqual({
    check: 'folder',
    level: 'wrong',
    code: 'folder.foreign',
    values: { path: join(house.dataDir, 'recordings') },
    sentence: expect.stringContaining('is not the one of this Porchlight'),
  });
});

test('a damaged database is told, and keeps nothing else from being looked at', async () => {
  await house.app.close();
  writeFileSync(join(house.dataDir, 'porchlight.db'), 'x'.repeat(5000));
  const { code, said } = await doctor();
  expect(code).toBe(1);
  expect(said).toContain("WRONG   Database: It can't be read");
  expect(said).toMatch(/^ok {6}Data folder: /m);
  for (const name of readdirSync(house.dataDir))
    if (name.startsWith('porchlight.db')) rmSync(join(house.dataDir, name));
  await house.restart();
});

test('a house with a certificate from somebody who is trusted is whole', async () => {
  const { certificate, certify } = makeAuthority(house.dataDir);
  const { cert, key } = certify('porch', ['IP:127.0.0.1'], 60);
  const env = { TLS_CERT: cert, TLS_KEY: key, PUBLIC_URL: `https://127.0.0.1:${port}` };
  const secure = await openHouse({ PORT: String(port), HOST: '127.0.0.1', ...env });
  // Read by the process that looks, when that starts.
  process.env.NODE_EXTRA_CA_CERTS = certificate;
  onTestFinished(async () => {
    delete process.env.NODE_EXTRA_CA_CERTS;
    await secure.close();
  });
  await secure.app.listen({ port, host: '127.0.0.1' });
  const { said } = await admin(secure.dataDir, ['doctor', '--json'], {
    env: { PORT: String(port), HOST: '127.0.0.1', ...env },
  });
  const codes = JSON.parse(said).findings.map(({ code }: { code: string }) => code);
  for (const code of ['server.runs', 'address.reached', 'certificate.valid', 'sockets.pass', 'clock.agrees'])
    expect(codes).toContain(code);
});

test('another folder than that of a Porchlight is refused', async () => {
  const { code, noted } = await admin(join(house.dataDir, 'uploads'), ['doctor']);
  expect(code).toBe(1);
  expect(noted).toContain('There is no database in');
});
