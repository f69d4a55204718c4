import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Check } from './check.ts';
import { runChecks } from './checks.ts';
import { CHECKS, type CheckName, type Finding, found, LEVELS } from './findings.ts';

async function run(checks: Check[][], patience?: number): Promise<[CheckName, Finding[]][]> {
  const told: [CheckName, Finding[]][] = [];
  await runChecks(checks, (name, findings) => void told.push([name, findings]), patience);
  return told;
}

const quick = (name: CheckName, findings: Finding[] = []): Check => ({ name, run: async () => findings });

test('each tells what it has found, those of one list together, and the next list after them', async () => {
  let finish = () => {};
  const slow: Check = {
    name: 'relay',
    run: () =>
      new Promise((resolve) => {
        finish = () => resolve([]);
      }),
  };
  const last: Check = { name: 'database', run: async () => [found('address.unset')] };
  const told = await run([
    [
      slow,
      {
        name: 'space',
        async run() {
          finish();
          return [];
        },
      },
    ],
    [last],
  ]);
  expect(told.map(([name]) => name).at(-1)).toBe('database');
  expect(told).toHaveLength(3);
  expect(told.at(-1)?.[1]).toEqual([{ check: 'address', code: 'address.unset', values: {} }]);
});

test('what throws or takes too long is told, and takes nothing from the others', async () => {
  const told = await run(
    [
      [
        {
          name: 'clock',
          run() {
            throw new Error('no clock\n\u001b[31m');
          },
        },
        { name: 'stun', run: async () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) },
        { name: 'relay', run: () => new Promise(() => {}) },
        quick('space'),
      ],
      [quick('machine')],
    ],
    50,
  );
  expect(Object.fromEntries(told)).toEqual({
    clock: [{ check: 'clock', code: 'any.failed', values: { detail: 'Error: no clock  [31m' } }],
    stun: [{ check: 'stun', code: 'any.failed', values: { detail: 'EACCES' } }],
    relay: [{ check: 'relay', code: 'any.late', values: { detail: '' } }],
    space: [],
    machine: [],
  });
});

test('every code has a sentence, every sentence a code, and every check a name', () => {
  const { doctor } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../locales/en.json'), 'utf8'));
  const sentences = Object.entries<object>(doctor.found).flatMap(([check, words]) =>
    Object.keys(words).map((word) => `${check}.${word.replace(/_(?:one|other)$/, '')}`),
  );
  expect([...new Set(sentences)].sort()).toEqual(Object.keys(LEVELS).sort());
  expect(Object.keys(doctor.checks)).toEqual([...CHECKS]);
  expect(Object.keys(doctor.levels).sort()).toEqual([...new Set(Object.values(LEVELS))].sort());
});

test('every code is found somewhere', () => {
  const sources = globSync('*.ts', { cwd: import.meta.dirname })
    .filter((name) => !name.endsWith('.test.ts') && name !== 'findings.ts')
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');
  expect(Object.keys(LEVELS).filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});
