/** Opening one database file from several processes at once, and whose it is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openHouse } from '../../../test/helpers/house.ts';
import { populate, readAll } from '../../../test/helpers/populated.ts';
import { openDatabase } from './database.ts';
import { migrationFiles } from './migrations.ts';

const PROCESSES = 6;
const SCRIPT = `
  import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'database.ts'))};
  process.stdout.write('ready');
  process.stdin.once('data', () => {
    const database = openDatabase(process.argv[1]);
    process.stdout.write(String(database.pragma('user_version', { simple: true })));
    database.close();
    process.stdin.destroy();
  });
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-database-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['a new database', 0],
  ['an earlier database', 6],
])('of several processes that open %s at once one migrates it', async (_, version) => {
  const path = join(folder, 'porchlight.db');
  const made = openDatabase(path, migrationFiles().slice(0, version));
  populate(made);
  made.close();
  const alone = join(folder, 'alone.db');
  copyFileSync(path, alone);
  const migrated = openDatabase(alone);
  const expected = readAll(migrated);
  migrated.close();
  const children = Array.from({ length: PROCESSES }, () =>
    spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT, path], { stdio: 'pipe' }),
  );
  try {
    const outputs = children.map((child) => {
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (data) => {
          output += data;
        });
      return () => output;
    });
    const ended = children.map((child) => once(child, 'exit'));
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    for (const child of children) child.stdin.write('go');
    await Promise.all(ended);
    expect(outputs.map((output) => output())).toEqual(children.map(() => `ready${migrationFiles().length}`));
    const after = openDatabase(path);
    // As one process by itself makes it, which migrations.test.ts compares with what was there before.
    expect(readAll(after)).toEqual(expected);
    after.close();
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
});

test('a data folder that others could read is closed at the next start', async () => {
  const house = await openHouse();
  try {
    chmodSync(house.dataDir, 0o755);
    for (const name of readdirSync(house.dataDir)) chmodSync(join(house.dataDir, name), 0o755);
    await house.restart();
    const paths = ['', 'porchlight.db', 'porchlight.db-wal', 'uploads', 'recordings'];
    expect(paths.map((name) => statSync(join(house.dataDir, name)).mode & 0o077)).toEqual(paths.map(() => 0));
    expect(statSync(join(house.dataDir, 'uploads')).mode & 0o700).toBe(0o700);
  } finally {
    await house.close();
  }
});

test('a database keeps its pragmas whether it was migrated or not', () => {
  const path = join(folder, 'porchlight.db');
  const read = () => {
    const database = openDatabase(path);
    const values = ['busy_timeout', 'journal_mode', 'synchronous', 'foreign_keys'].map((name) =>
      database.pragma(name, { simple: true }),
    );
    database.close();
    return values;
  };
  expect(read()).toEqual(read());
});
