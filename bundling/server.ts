/**
 * Compiles the server, the command line, the demo and their child processes into dist/server, as plain JavaScript with
 * source maps. Packages stay where npm has put them.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { isNewer, ROOT } from './sources.ts';

const OUT = join(ROOT, 'dist/server');
const MAIN = join(OUT, 'main.js');

/** Right in OUT, chunks too: src/server/paths.ts counts on it. */
const ENTRIES = {
  main: 'src/server/main.ts',
  cli: 'src/server/cli/main.ts',
  demo: 'src/server/demo/main.ts',
  'media-worker': 'src/server/files/media-worker.ts',
  'picture-worker': 'src/server/files/picture-worker.ts',
  'finish-worker': 'src/server/recordings/finish-worker.ts',
};

/** Whether the compiled server is newer than its sources. */
export const isServerFresh = (): boolean =>
  isNewer(MAIN, 'src/server/**/*.ts', 'src/protocol/*.ts', 'bundling/server.ts');

export async function buildServer(): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outdir: OUT,
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node24',
    sourcemap: 'linked',
    sourcesContent: false,
    write: false,
  });
  mkdirSync(OUT, { recursive: true });
  // The entry last, because its presence says that the build is whole.
  const isEntry = ({ path }: { path: string }) => path === MAIN;
  for (const { path, contents } of outputFiles.toSorted((a, b) => Number(isEntry(a)) - Number(isEntry(b))))
    writeFileSync(path, contents);
  const made = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const name of readdirSync(OUT)) if (!made.has(name)) rmSync(join(OUT, name));
}
