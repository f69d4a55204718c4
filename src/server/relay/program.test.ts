import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findProgram } from './program.ts';

test('a program is found in the first folder that has it as one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-programs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [first, second, third] = ['first', 'second', 'third'].map((name) => join(folder, name));
  if (!first || !second || !third) throw new Error('three folders');
  for (const path of [first, second, third]) mkdirSync(path);
  const all = [first, join(folder, 'nowhere'), second, third];
  expect(findProgram('lamp', all)).toBeUndefined();
  // A text that only has the name.
  writeFileSync(join(first, 'lamp'), '', { mode: 0o600 });
  for (const path of [second, third]) {
    writeFileSync(join(path, 'lamp'), '');
    chmodSync(join(path, 'lamp'), 0o755);
  }
  expect(findProgram('lamp', all)).toBe(join(second, 'lamp'));
});
