import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('installing compiles nothing', () => {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'));
  // better-sqlite3 brings its binary and says so by "gypfile": false. npm forgets that line whenever it writes the
  // lock file, and then wants Python and a compiler on every machine: put it back after an `npm install`.
  expect(lock.packages['node_modules/better-sqlite3'].gypfile).toBe(false);
});
