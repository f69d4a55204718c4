/** The house has floors: what stands on one knows those below it, and nothing above it or beside it. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** From the ground. `ground` are the files that lie in src/server itself; of those, `app` puts everything together. */
const FLOORS = [
  ['protocol', 'network'],
  ['ground'],
  ['database'],
  ['background', 'process'],
  ['language'],
  ['http', 'tls'],
  ['accounts'],
  ['friends', 'files', 'relay'],
  ['chats'],
  ['recordings'],
  ['calls'],
  ['live', 'push', 'settings', 'trust', 'admin', 'backup'],
  ['doctor'],
  ['app', 'cli'],
  ['demo'],
];
const APP = ['app.ts', 'compiled.ts', 'main.ts', 'start.ts'];

const SRC = import.meta.dirname;

type Import = {
  /** Paths below src. */
  from: string;
  to: string;
};

/** Which room a file belongs to. */
function roomOf(path: string): string {
  const [side = '', room = '', ...rest] = path.split('/');
  if (side !== 'server') return side;
  if (rest.length > 0) return room;
  return APP.includes(room) ? 'app' : 'ground';
}

/** What is wrong with an import, in a sentence that names it; `undefined` for nothing. */
function wrongWith({ from, to }: Import): string | undefined {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room === other) return undefined;
  const wrong = (why: string) => `src/${from} imports src/${to}: ${why}`;
  if (room === 'client' || other === 'client')
    return other === 'protocol' ? undefined : wrong('client and server share the protocol, and nothing else');
  const [floor, below] = [room, other].map((name) => FLOORS.findIndex((rooms) => rooms.includes(name)));
  if (floor === -1) return wrong(`${room} stands on no floor yet; say where in this test`);
  if (other === 'live' && room !== 'app') return wrong('live listens, and nobody knows of it');
  if (below === undefined || floor === undefined || below === -1 || below >= floor)
    return wrong(`${room} stands ${below === floor ? 'beside' : 'below'} ${other}`);
  return undefined;
}

/** The relative imports of a source, of types as well, by the paths they name. */
const importsIn = (source: string): string[] =>
  [...source.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(([, path = '']) => path);

/** All of them, but for those of tests, which may know everything. */
const imports: Import[] = globSync('**/*.ts', { cwd: SRC })
  .filter((from) => !from.endsWith('.test.ts'))
  .flatMap((from) =>
    importsIn(readFileSync(join(SRC, from), 'utf8')).map((path) => ({ from, to: join(dirname(from), path) })),
  );

/** The files of each circle of imports, the first one again at its end. */
function circlesIn(all: Import[]): string[][] {
  const known = new Map<string, string[]>();
  for (const { from, to } of all) known.set(from, [...(known.get(from) ?? []), to]);
  const circles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  function walk(file: string): void {
    const start = path.indexOf(file);
    if (start !== -1) circles.push([...path.slice(start), file]);
    if (start !== -1 || done.has(file)) return;
    path.push(file);
    for (const next of known.get(file) ?? []) walk(next);
    path.pop();
    done.add(file);
  }
  for (const file of known.keys()) walk(file);
  return circles;
}

test('imports go down only', () => {
  expect(imports.length).toBeGreaterThan(800);
  expect(imports.flatMap((one) => wrongWith(one) ?? [])).toEqual([]);
});

test('no file imports itself by way of others', () => {
  expect(circlesIn(imports)).toEqual([]);
});

test('what the server was put together from is for whoever starts it', () => {
  const reading = globSync('server/**/*.ts', { cwd: SRC })
    .filter((path) => !path.endsWith('.test.ts'))
    .filter((path) => /\.services\b/.test(readFileSync(join(SRC, path), 'utf8')));
  expect(reading).toEqual(['server/start.ts']);
});

test.each([
  ['server/chats/chats.ts', 'server/calls/store.ts', 'chats stands below calls'],
  ['server/files/routes.ts', 'server/friends/friends.ts', 'files stands beside friends'],
  ['server/http/views.ts', 'server/accounts/store.ts', 'http stands below accounts'],
  ['server/config.ts', 'server/http/address.ts', 'ground stands below http'],
  ['server/database/writing.ts', 'server/background/events.ts', 'database stands below background'],
  ['server/calls/calls.ts', 'server/live/hub.ts', 'live listens'],
  ['server/cli/run.ts', 'server/live/hub.ts', 'live listens'],
  ['server/live/hub.ts', 'server/app.ts', 'live stands below app'],
  ['client/call/main.ts', 'server/calls/store.ts', 'share the protocol'],
  ['server/calls/calls.ts', 'client/call/main.ts', 'share the protocol'],
  ['server/games/routes.ts', 'server/chats/chats.ts', 'games stands on no floor'],
])('%s may not import %s', (from, to, why) => {
  const said = wrongWith({ from, to });
  expect(said).toContain(`src/${from} imports src/${to}`);
  expect(said).toContain(why);
});

test.each([
  ['server/calls/calls.ts', 'server/chats/chats.ts'],
  ['server/app.ts', 'server/live/index.ts'],
  ['client/call/main.ts', 'protocol/client.ts'],
  ['server/calls/calls.ts', 'protocol/client.ts'],
  ['server/calls/calls.ts', 'server/calls/store.ts'],
])('%s may import %s', (from, to) => {
  expect(wrongWith({ from, to })).toBeUndefined();
});

test('imports are found however they are written', () => {
  const source = `
    import { one, type Two } from './one.ts';
    import type { Three } from "../three.ts";
    import './four.ts';
    export { five } from './five.ts';
    import {
      six,
    } from './six.ts';
    const seven = await import('./seven.ts');
    import { join } from 'node:path';`;
  const numbers = ['./one.ts', '../three.ts', './four.ts', './five.ts', './six.ts', './seven.ts'];
  expect(importsIn(source)).toEqual(numbers);
});

test('a circle is found, wherever it begins', () => {
  const [a, b, c, d] = ['a.ts', 'b.ts', 'c.ts', 'd.ts'];
  const chain = [
    { from: a, to: b },
    { from: b, to: c },
    { from: c, to: d },
  ];
  expect(circlesIn(chain)).toEqual([]);
  expect(circlesIn([...chain, { from: d, to: b }])).toEqual([[b, c, d, b]]);
});
