import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { admin } from '../../../test/helpers/admin.ts';

const root = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

test('the README has every setting', () => {
  const source = readFileSync(join(root, 'src/server/config.ts'), 'utf8');
  const names = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): v\./gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(readme).toMatch(new RegExp(`^\\| .*\`${name}\`.*\\|.*\\|.*\\|$`, 'm'));
});

test('the README has every command', async () => {
  const { said } = await admin('', ['help']);
  const names = [...said.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(readme).toContain(`npm run admin -- ${name}`);
});

test('every file that the docs name is there', () => {
  const folders = '{assets,bench,bundling,deploy,dev,docs,locales,migrations,public,src,test,views}/**';
  const files = globSync([folders, '*'], { cwd: root });
  const ends = (name: string) => files.some((path) => path === name || path.endsWith(`/${name}`));
  const missing = globSync(['*.md', 'docs/*.md'], { cwd: root }).flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/`([\w./-]+\.(?:ts|js|eta|css|sql|md))`/g)]
      .filter(([, name = '']) => !ends(name))
      .map(([, name]) => `${name} in ${page}`),
  );
  expect(missing).toEqual([]);
});
