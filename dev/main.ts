/**
 * `npm run dev`: builds, starts the server, and does both again whenever a source changes. The server runs from its
 * TypeScript with `reload.ts` loaded into it, so that open pages reload. Nothing in this folder is part of a real server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { join, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = ['src', 'views', 'locales', 'migrations', 'public'];
/** What the build writes. That its folder is made must not build again. */
const BUILD = join('public', 'build');
/** What no server loads. */
const isIgnored = (path: string) =>
  path === BUILD || path.startsWith(BUILD + sep) || path.endsWith('.test.ts');
/** ms without a further change: one save is several events, and a checkout many. */
const QUIET = 80;

const run = (...args: string[]) => spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });

let server: ChildProcess | undefined;

async function stopServer(): Promise<void> {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await ended;
}

/** A build that fails says why, and leaves the server that runs as it is. */
async function buildAndRestart(): Promise<void> {
  console.log('Building …');
  const [code, signal] = await once(run('build.ts', '--dev', '--if-missing'), 'exit');
  if (signal !== null) console.error(`The build was ended by ${signal}.`);
  if (code !== 0) return;
  await stopServer();
  console.log('Starting …');
  server = run('--import', './dev/reload.ts', 'src/server/main.ts');
}

let working = false;
let changed = false;
async function work(): Promise<void> {
  changed = true;
  if (working) return;
  working = true;
  while (changed) {
    changed = false;
    await buildAndRestart();
  }
  working = false;
}

let quiet: NodeJS.Timeout | undefined;
for (const folder of SOURCES.filter((name) => existsSync(join(ROOT, name))))
  watch(join(ROOT, folder), { recursive: true }, (_event, name) => {
    const path = join(folder, name ?? '');
    if (isIgnored(path)) return;
    clearTimeout(quiet);
    quiet = setTimeout(work, QUIET);
  });

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await stopServer();
    process.exit();
  });

await work();
