import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runKept } from './kept-code.ts';

let folder: string;
let path: string;
let kept: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-code-'));
  path = join(folder, 'script.js');
  kept = join(folder, 'kept');
  write('one');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** V8 compiles a function in parentheses with the script, and one within it when it is called. */
const write = (word: string) =>
  writeFileSync(path, `(() => { const say = () => ['${word}'].join(); return say(); })`);

/** Runs the script as a start does. */
function start() {
  const { value, isKept, keep } = runKept(path, kept);
  const said: unknown = typeof value === 'function' ? value() : undefined;
  keep();
  return { said, isKept };
}

const codeFile = () => join(kept, readdirSync(kept)[0] ?? '');

test('the next start has what was compiled at this one', () => {
  expect(start()).toEqual({ said: 'one', isKept: false });
  expect(start()).toEqual({ said: 'one', isKept: true });
  expect(readdirSync(kept)).toHaveLength(1);
});

test('it has functions that were first called after the script had run', () => {
  const size = () => readFileSync(codeFile()).length;
  start();
  const called = size();
  rmSync(kept, { recursive: true });
  // Another one, as V8 remembers what it has compiled of the first.
  write('two');
  runKept(path, kept).keep();
  expect(size()).toBeLessThan(called);
});

test('another script of the same length has nothing of the one before', () => {
  start();
  write('two');
  expect(start()).toEqual({ said: 'two', isKept: false });
  expect(start()).toEqual({ said: 'two', isKept: true });
});

test.each([
  ['cut off', (code: Buffer) => code.subarray(0, -9)],
  ['empty', () => Buffer.alloc(0)],
  ['changed in one place', (code: Buffer) => code.with(code.length - 20, 1 + (code.at(-20) ?? 0))],
])('what is %s is not run, and made anew', (_, damage) => {
  start();
  writeFileSync(codeFile(), damage(readFileSync(codeFile())));
  expect(start()).toEqual({ said: 'one', isKept: false });
  expect(start()).toEqual({ said: 'one', isKept: true });
});

test('where nothing can be kept, the script runs all the same, and whoever keeps hears of it', () => {
  writeFileSync(kept, 'a file in its place');
  const { value, keep } = runKept(path, kept);
  expect(value).toBeTypeOf('function');
  expect(keep).toThrow(/EEXIST|ENOTDIR/);
});

test('an error says where in the script it was thrown', () => {
  writeFileSync(path, `\n(function fail() { throw new Error('broken'); })`);
  const { value } = runKept(path, kept);
  if (typeof value !== 'function') throw new Error('no function');
  let stack: string | undefined;
  try {
    value();
  } catch (error) {
    stack = error instanceof Error ? error.stack : undefined;
  }
  expect(stack).toMatch(/file:\/\/\S+\/script\.js:2:26/);
});
