import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { admin } from '../../../test/helpers/admin.ts';
import { type House, openHouse } from '../../../test/helpers/house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const doctor = () => admin(house.dataDir, ['doctor']);

test('says a line about each thing, while the server runs or not, and changes nothing', async () => {
  const lines = (await doctor()).said.split('\n');
  expect(lines).toHaveLength(6);
  expect(lines.every((line) => line.startsWith('ok     '))).toBe(true);
  await house.app.close();
  const before = readdirSync(house.dataDir);
  expect((await doctor()).code).toBe(0);
  expect(readdirSync(house.dataDir).filter((name) => !/-(wal|shm)$/.test(name))).toEqual(before);
  await house.restart();
});

test('exits with 1 and says so when the folder can be read by others', async () => {
  chmodSync(join(house.dataDir, 'uploads'), 0o755);
  const { code, said, noted } = await doctor();
  expect([code, noted]).toEqual([1, 'One thing is wrong.']);
  expect(said).toContain(`WRONG  Rights: others on this machine can read ${join(house.dataDir, 'uploads')}.`);
});

test('exits with 1 and says so when a folder is away', async () => {
  writeFileSync(join(house.dataDir, 'recordings', '.porchlight'), 'another house');
  expect((await doctor()).said).toContain(
    `${join(house.dataDir, 'recordings')} is not the one of this Porchlight`,
  );
  const { files } = house.app.services;
  const owner = await house.person('ana');
  const ben = await house.person('ben');
  house.app.services.friends.befriend(owner.id, ben.id);
  const conversation = house.app.services.chats.directWith(owner.id, ben.id);
  await files.create({ owner: owner.id, conversation, kind: 'attachment', name: 'x' });
  rmSync(join(house.dataDir, 'uploads'), { recursive: true });
  const { code, said } = await doctor();
  expect(code).toBe(1);
  expect(said).toContain(`${join(house.dataDir, 'uploads')} is not there`);
});

test('exits with 1 and says so when the database is damaged', async () => {
  await house.app.close();
  writeFileSync(join(house.dataDir, 'porchlight.db'), 'x'.repeat(5000));
  const { code, said } = await doctor();
  expect(code).toBe(1);
  expect(said).toContain('WRONG  Database: ');
  for (const name of readdirSync(house.dataDir))
    if (name.startsWith('porchlight.db')) rmSync(join(house.dataDir, name));
  await house.restart();
});
