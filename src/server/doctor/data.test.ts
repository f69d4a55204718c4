/** The data folder, its database and the room for them, with what may be the matter with each. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { codesOf, portOf } from '../../../test/helpers/checked.ts';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { readConfig } from '../config.ts';
import { proofPath } from '../http/house-proof.ts';
import { writePrivate } from '../tls/private-file.ts';
import { checkClock } from './clock.ts';
import { checkDatabase } from './database.ts';
import { checkFolder } from './folder.ts';
import { checkMachine } from './machine.ts';
import { checkSpace } from './space.ts';
import { targetsOf } from './targets.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const at = (name: string) => join(house.dataDir, name);
const targets = (environment: Record<string, string> = {}) =>
  targetsOf(readConfig({ DATA_DIR: house.dataDir, ...environment }));

test('a folder as it should be is closed, and both folders in it are there', async () => {
  expect(codesOf(await checkFolder(targets()))).toEqual(['folder.closed', 'folder.here', 'folder.here']);
});

test('what others can read is told, and so are keys', async () => {
  chmodSync(at('uploads'), 0o755);
  expect(await checkFolder(targets())).toMatchObject([
    { code: 'folder.open', values: { paths: at('uploads') } },
    {},
    {},
  ]);
  chmodSync(at('uploads'), 0o700);
  chmodSync(proofPath(house.dataDir), 0o640);
  writePrivate(at('tls/account.json'), '{}');
  chmodSync(at('tls/account.json'), 0o604);
  const open = [proofPath(house.dataDir), at('tls/account.json')];
  for (const name of ['authority', 'house', 'certificate']) {
    writePrivate(at(`tls/${name}.pem`), 'a key');
    chmodSync(at(`tls/${name}.pem`), 0o640);
    open.push(at(`tls/${name}.pem`));
  }
  const [keys] = await checkFolder(targets());
  expect(keys?.code).toBe('folder.key-open');
  expect(String(keys?.values.paths).split(', ').sort()).toEqual(open.sort());
  // The next start closes our own.
  await house.restart();
  const [left] = await checkFolder(targets());
  expect(left).toMatchObject({ code: 'folder.closed' });
});

test('a key that a group shares is as its keeper wants it, unless everybody can read it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const key = join(folder, 'key.pem');
  writeFileSync(key, '');
  const tls = { TLS_CERT: key, TLS_KEY: key };
  chmodSync(key, 0o640);
  expect(codesOf(await checkFolder(targets(tls)))).not.toContain('folder.key-open');
  chmodSync(key, 0o644);
  expect(await checkFolder(targets(tls))).toMatchObject([
    { code: 'folder.key-open', values: { paths: key } },
    {},
    {},
  ]);
});

// Root may write wherever it likes but on a disk that is read-only, and only root mounts one.
test.runIf(process.getuid?.() !== 0)('a folder that can not be written is told', async () => {
  chmodSync(at('uploads'), 0o500);
  onTestFinished(() => chmodSync(at('uploads'), 0o700));
  expect(await checkFolder(targets())).toContainEqual(
    expect.objectContaining({ code: 'folder.read-only', values: { paths: at('uploads') } }),
  );
});

test.runIf(process.getuid?.() === 0)('a disk that is small, full or read-only is told', async () => {
  const disk = mkdtempSync(join(tmpdir(), 'porchlight-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m,mode=700', 'tmpfs', disk]);
  onTestFinished(() => {
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });
  const there = targetsOf(readConfig({ DATA_DIR: disk }));
  expect(codesOf(await checkFolder(there))).toEqual(['folder.closed']);
  expect(codesOf(await checkSpace(there))).toEqual(['space.little']);
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(30 * 1024 * 1024));
  expect(codesOf(await checkSpace(there))).toEqual(['space.none']);
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  expect(await checkFolder(there)).toMatchObject([
    { code: 'folder.closed' },
    { code: 'folder.read-only', values: { paths: disk } },
  ]);
});

test('a folder that is away is told by how it is', async () => {
  writeFileSync(at('recordings/.porchlight'), 'another house');
  expect(codesOf(await checkFolder(targets()))).toContain('folder.foreign');
  const [ana, ben] = [await house.person('ana'), await house.person('ben')];
  const { files, friends, chats } = house.app.services;
  friends.befriend(ana.id, ben.id);
  const conversation = chats.directWith(ana.id, ben.id);
  await files.create({ owner: ana.id, conversation, kind: 'attachment', name: 'x' });
  rmSync(at('uploads'), { recursive: true });
  expect(await checkFolder(targets())).toContainEqual(
    expect.objectContaining({ code: 'folder.missing', values: { path: at('uploads') } }),
  );
});

test('the database is whole, of another version, or damaged', async () => {
  const [whole] = await checkDatabase(targets());
  expect(whole).toMatchObject({ code: 'database.whole', values: { version: whole?.values.newest } });
  const database = new Sqlite(at('porchlight.db'));
  const version = Number(database.pragma('user_version', { simple: true }));
  database.pragma(`user_version = ${version - 1}`);
  expect(codesOf(await checkDatabase(targets()))).toEqual(['database.older']);
  database.pragma(`user_version = ${version + 1}`);
  expect(codesOf(await checkDatabase(targets()))).toEqual(['database.newer']);
  database.pragma(`user_version = ${version}`);
  database.close();
  await house.app.close();
  for (const name of ['porchlight.db-wal', 'porchlight.db-shm']) rmSync(at(name), { force: true });
  writeFileSync(at('porchlight.db'), 'x'.repeat(5000));
  expect(codesOf(await checkDatabase(targets()))).toEqual(['database.unreadable']);
  // A folder whose database says nothing is told of what can be seen without.
  expect(codesOf(await checkFolder(targets()))).toEqual(['folder.closed']);
});

test('the room is told for each disk, and memory and versions for the machine', async () => {
  const [space, ...others] = await checkSpace(targets());
  expect(others).toEqual([]);
  expect(space).toMatchObject({ check: 'space', values: { path: house.dataDir } });
  const [version, memory] = await checkMachine();
  expect(version).toMatchObject({
    code: 'machine.version',
    values: { version: '0.1.0', node: process.versions.node },
  });
  expect(memory?.check).toBe('machine');
});

test('the clock is compared with that of the answer, and with when the database was written', async () => {
  expect(await checkClock(targets())).toEqual([]);
  let seconds = 0;
  const server = createServer((_, response) => {
    response.setHeader('Date', new Date(Date.now() + seconds * 1000).toUTCString()).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => {
    server.close();
  });
  const named = targets({ PUBLIC_URL: `http://127.0.0.1:${portOf(server)}` });
  expect(codesOf(await checkClock(named))).toEqual(['clock.agrees']);
  for (seconds of [-200, 200]) expect(codesOf(await checkClock(named))).toEqual(['clock.differs']);
  const later = Date.now() / 1000 + 3600;
  utimesSync(at('porchlight.db'), later, later);
  const [finding] = await checkClock(named);
  expect(finding?.code).toBe('clock.behind');
  expect(Number(finding?.values.count)).toBeGreaterThan(3500);
});
