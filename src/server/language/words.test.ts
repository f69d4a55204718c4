/** Both languages are whole, and every key that is used has words. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Problem } from '../../client/media/devices.ts';
import { LOCALES } from './locale.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PLURAL = /_(zero|one|two|few|many|other)$/;

function flatten(words: object, prefix = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  );
}
const read = (locale: string) =>
  flatten(JSON.parse(readFileSync(join(ROOT, 'locales', `${locale}.json`), 'utf8')));
const withoutPlural = (key: string) => key.replace(PLURAL, '');
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

const english = read('en');

test.each(
  LOCALES.filter((locale) => locale !== 'en'),
)('%s has every key of English, and no other', (locale) => {
  const keys = (words: [string, string][]) => [...new Set(words.map(([key]) => withoutPlural(key)))].sort();
  expect(keys(read(locale))).toEqual(keys(english));
});

test.each([...LOCALES])('%s has each plural form that its language needs', (locale) => {
  const words = new Map(read(locale));
  const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
  const plurals = new Set([...words.keys()].filter((key) => PLURAL.test(key)).map(withoutPlural));
  expect(plurals.size).toBeGreaterThan(0);
  for (const key of plurals)
    for (const form of forms) expect(words.has(`${key}_${form}`), `${key}_${form}`).toBe(true);
});

test.each([...LOCALES])('%s is given the same values to show as English', (locale) => {
  const expected = new Map(english.map(([key, text]) => [withoutPlural(key), placeholders(text)]));
  for (const [key, text] of read(locale))
    expect(placeholders(text), key).toEqual(expected.get(withoutPlural(key)));
});

test('every key that templates and routes name has words', () => {
  const known = new Set(english.map(([key]) => withoutPlural(key)));
  let count = 0;
  const files = globSync(['views/**/*.eta', 'src/server/**/*.ts'], { cwd: ROOT });
  for (const file of files.filter((name) => !name.endsWith('.test.ts'))) {
    const source = readFileSync(join(ROOT, file), 'utf8');
    const used = [
      ...source.matchAll(/\bt\('([\w.-]+)'/g),
      ...source.matchAll(/'((?:\w+\.)?errors\.[\w-]+)'/g),
    ];
    for (const [, key] of used)
      if (key && !key.endsWith('.') && !key.endsWith('error')) {
        expect(known.has(key), `${key} in ${file}`).toBe(true);
        count += 1;
      }
  }
  // Some two hundred; none where files have moved away from where they are looked for.
  expect(count).toBeGreaterThan(150);
});

test('every key that the call page names has words', () => {
  const known = new Set(english.map(([key]) => key));
  let count = 0;
  for (const file of globSync('src/client/**/*.ts', { cwd: ROOT })) {
    const source = readFileSync(join(ROOT, file), 'utf8');
    for (const [, key] of source.matchAll(/\bsay\('([\w-]+)'/g)) {
      expect(known.has(`call.${key}`), `${key} in ${file}`).toBe(true);
      count += 1;
    }
  }
  expect(count).toBeGreaterThan(20);
  const problems: Problem[] = ['refused', 'missing', 'busy', 'insecure'];
  for (const what of ['microphone', 'camera', 'both'])
    for (const problem of problems)
      expect(known.has(`call.${what}-${problem}`), `${what}-${problem}`).toBe(true);
});
