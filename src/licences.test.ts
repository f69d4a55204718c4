/** What licences want to be said of packages that a server comes with, to whoever is given a copy of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Licences that want the source to be had of what is under them. Where there is a choice, it is the other one. */
const WANTS_SOURCE = /\b(?:[AL]?GPL|MPL|EPL|CDDL|EUPL)\b/;
const wantsSource = (licence: string) => WANTS_SOURCE.test(licence) && !licence.includes(' OR ');

type Package = { dev?: boolean; devOptional?: boolean; license?: string };

/** Of everything that `npm ci --omit=dev` may install, on any system. */
function licences(): [name: string, licence: string][] {
  const { packages } = JSON.parse(read('package-lock.json'));
  return Object.entries<Package>(packages).flatMap(([path, { dev, devOptional, license }]) => {
    if (path === '' || dev || devOptional) return [];
    const own = `${path}/package.json`;
    const licence = existsSync(join(ROOT, own)) ? JSON.parse(read(own)).license : license;
    return [[path.replace(/^.*node_modules\//, ''), String(licence)]];
  });
}

test('whatever wants it is named, with where its source is and its licence', () => {
  const [, section = ''] = /## What the server is built from\n(.*?)\n## /s.exec(read('THIRD_PARTY.md')) ?? [];
  const named = section
    .split('\n')
    .filter((line) => line.startsWith('| ') && /<https:\/\/\S+>/.test(line) && line.includes('](licences/'))
    .flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  const isNamed = (name: string) =>
    named.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one));
  const wanted = licences().filter(([, licence]) => wantsSource(licence));
  const names = wanted.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['web-push', 'mediabunny', '@img/sharp-libvips-linux-x64']));
  expect(wanted.filter(([name]) => !isNamed(name))).toEqual([]);
  expect(named.filter((one) => !names.some((name) => name.startsWith(one.replace('*', ''))))).toEqual([]);
  for (const [, path = ''] of section.matchAll(/\]\((licences\/[^)]+)\)/g))
    expect(read(path), path).toMatch(/General Public License|Mozilla Public License/i);
});

test('the image has both, beside our own licence', () => {
  const stages = read('Dockerfile').split(/^FROM /m);
  const copied = [...(stages.at(-1) ?? '').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    ([, names = '']) => names.split(' '),
  );
  const letIn = read('.dockerignore').split('\n');
  for (const name of ['LICENSE', 'THIRD_PARTY.md', 'licences']) {
    expect(copied).toContain(name);
    expect(letIn).toContain(`!${name}`);
  }
});
