/**
 * Which rooms of the page's sources may know of which. Types count: who knows a shape knows the room it comes from. That
 * no file imports itself by way of others is a test of all sources (src/floors.test.ts).
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/**
 * From the ground up, each room with those that it may import from, which all come before it. Media and recordings know
 * nothing of calls, the two ways to the other side nothing of each other, and plain pages nothing of any of it.
 */
const ROOMS: Record<string, string[]> = {
  common: [],
  page: ['common'],
  attach: ['common'],
  texts: ['common'],
  invitations: ['common'],
  push: ['common'],
  accepting: ['common'],
  'service-worker': ['common'],
  sound: ['common'],
  viewer: ['common'],
  messages: ['common', 'viewer'],
  share: ['common', 'attach'],
  media: ['common'],
  screenshots: ['common', 'media'],
  'recording/upload': ['common'],
  recording: ['common', 'media', 'recording/upload'],
  'effects/pixels': [],
  'effects/models': ['common', 'effects/pixels'],
  'effects/engine': ['effects/pixels', 'effects/models'],
  effects: ['common', 'media', 'effects/pixels', 'effects/models', 'effects/engine'],
  'call/lifecycle': [],
  'call/pair': ['common', 'media'],
  'call/server': ['common', 'call/lifecycle'],
  'call/quality': ['common', 'call/lifecycle', 'call/pair'],
  'call/stage': ['common', 'media', 'recording', 'call/lifecycle', 'call/quality'],
  'voice/sound': [],
  voice: ['common', 'media', 'voice/sound'],
  call: [
    'common',
    'media',
    'effects',
    'voice',
    'screenshots',
    'recording',
    'call/lifecycle',
    'call/pair',
    'call/server',
    'call/stage',
  ],
};

const FILES = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts'));

/** What a file imports from the project, as paths from this folder. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(import.meta.dirname, file), 'utf8');
  const named = source.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return Array.from(named, ([, path = '']) => normalize(join(dirname(file), path)));
}

const IMPORTS = new Map(FILES.map((file) => [file, importsOf(file)]));

test('every room is on the plan', () => {
  expect([...new Set(FILES.map((file) => dirname(file)))].sort()).toEqual(Object.keys(ROOMS).sort());
});

test('a room imports from rooms below it alone, and what it may', () => {
  // None are seen where files say so in another way than this test looks for.
  expect([...IMPORTS.values()].flat().length).toBeGreaterThan(250);
  const wrong = [...IMPORTS].flatMap(([file, paths]) => {
    const room = dirname(file);
    const allowed = [room, ...(ROOMS[room] ?? []), '../protocol'];
    return paths.filter((path) => !allowed.includes(dirname(path))).map((path) => `${file} imports ${path}`);
  });
  expect(wrong).toEqual([]);
  const order = Object.keys(ROOMS);
  for (const [room, allowed] of Object.entries(ROOMS))
    for (const other of allowed)
      expect(order.indexOf(other), `${room} may import ${other}, which isn't below it`).toBeLessThan(
        order.indexOf(room),
      );
});

test('a name stands for one file', () => {
  // An entry point is called main in every room that has one.
  const names = FILES.map((file) => basename(file)).filter((name) => name !== 'main.ts');
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
