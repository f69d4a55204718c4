/**
 * Compiles the server, the command line, the demo and their child processes into dist/server, as plain JavaScript with
 * source maps. Packages are in it: a start that reads hundreds of files takes longer, and more memory.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type OutputFile, type Plugin } from 'esbuild';
import { isNewer, ROOT } from './sources.ts';

const OUT = join(ROOT, 'dist/server');
const MAIN = join(OUT, 'main.js');
/** What V8 has compiled of an earlier build (src/server/compiled.ts). */
const COMPILED = join(ROOT, 'dist/.compiled');

/** Right in OUT, chunks too: src/server/paths.ts counts on it. */
const ENTRIES = {
  main: 'src/server/compiled.ts',
  cli: 'src/server/cli/main.ts',
  demo: 'src/server/demo/main.ts',
  'media-worker': 'src/server/files/media-worker.ts',
  'picture-worker': 'src/server/files/picture-worker.ts',
  'finish-worker': 'src/server/recordings/finish-worker.ts',
  'acme-worker': 'src/server/tls/acme-worker.ts',
  'lan-worker': 'src/server/tls/lan-worker.ts',
  'doctor-worker': 'src/server/doctor/doctor-worker.ts',
};

/** Stay where npm has put them: they come with machine code, or only child processes and commands need them. */
const OUTSIDE = [
  '@node-rs/argon2',
  '@peculiar/*',
  'acme-client',
  'better-sqlite3',
  'mediabunny',
  'sharp',
  'tar',
];

/** The server itself, which `main` runs as a CommonJS module in one file. */
const SERVER = { server: 'src/server/start.ts' };
const IMPORT_META = 'importMeta';
const WRAPPER = {
  banner: `(function (module, exports, require, ${IMPORT_META}) { "use strict";`,
  footer: '})',
};

/** Packages that are no ES modules ask for these. */
const COMMONJS = `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`;

/**
 * What files of packages have instead of a global of Node's. Each answer is asked whether it came by `fetch`, and to name
 * `Response` loads all of that; none of ours does.
 */
const INSTEAD: Record<string, string> = { '@fastify/compress/lib/utils.js': 'class Response {}' };

/** Nobody debugs packages in a stack, and their maps would be most of ours: of each file only its name is kept. */
const withoutMapsOfPackages: Plugin = {
  name: 'without maps of packages',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, ({ path }) => {
      const map = { version: 3, sources: [basename(path)], names: [], mappings: 'AAAA' };
      const address = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
      const instead = INSTEAD[path.split('/node_modules/').at(-1) ?? ''] ?? '';
      return {
        contents: `${instead}${readFileSync(path, 'utf8')}\n//# sourceMappingURL=${address}`,
        loader: 'js',
      };
    });
  },
};

/**
 * What our packages ask for and never call: Fastify has its JSON schemas compiled and its requests injected by such, and
 * could listen by HTTP/2; @fastify/static lists folders, @fastify/websocket injects sockets, and pino logs by threads.
 */
const NEVER_CALLED =
  /^(?:@fastify\/ajv-compiler|@fastify\/fast-json-stringify-compiler|duplexify|glob|light-my-request|node:http2|thread-stream)$/;

const withoutWhatIsNeverCalled: Plugin = {
  name: 'without what is never called',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: NEVER_CALLED }, ({ path }) => ({ path, namespace: 'never-called' }));
    onLoad({ filter: /./, namespace: 'never-called' }, ({ path }) => ({
      contents: `const called = () => { throw new Error('${path} is not in the compiled server.'); };
        module.exports = new Proxy(called, { get: () => called });`,
    }));
  },
};

/**
 * Node's own modules and better-sqlite3, by `require`. Importing one reads all that it exports, and so loads what Node keeps
 * for whoever asks: with `node:http` all of `fetch`, with `node:crypto` the Web's cryptography, with `node:fs` streams.
 */
const byRequire: Plugin = {
  name: 'by require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:.*|better-sqlite3)$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'required' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** @fastify/compress looks up which types are worth compressing, and nothing else of the 2,500 that are known. */
const withoutMostTypes: Plugin = {
  name: 'without most types',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/mime-db\/db\.json$/ }, ({ path }) => {
      const types: Record<string, { compressible?: boolean }> = JSON.parse(readFileSync(path, 'utf8'));
      const worth = Object.entries(types).filter(([, { compressible }]) => compressible);
      const kept = worth.map(([type]) => [type, { compressible: true }]);
      return { contents: JSON.stringify(Object.fromEntries(kept)), loader: 'json' };
    });
  },
};

/**
 * esbuild escapes what isn't ASCII, but for templates of `String.raw`. By one such letter V8 keeps all of a file, as long as
 * the server runs, with two bytes a letter.
 */
function assertAscii({ path, text }: OutputFile): void {
  const at = text.search(/\P{ASCII}/u);
  if (at >= 0) throw new Error(`${basename(path)} isn't ASCII: ${text.slice(Math.max(0, at - 60), at + 20)}`);
}

/** The demo starts what `npm start` starts, and no copy of it. */
const startedByDemo: Plugin = {
  name: 'started by the demo',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/main\.ts$/ }, () => ({ path: './main.js', external: true }));
  },
};

const PLUGINS = [withoutWhatIsNeverCalled, withoutMostTypes, withoutMapsOfPackages];

const COMMON = {
  absWorkingDir: ROOT,
  outdir: OUT,
  bundle: true,
  external: OUTSIDE,
  platform: 'node',
  target: 'node24',
  // A copy of Node's own for engines that have none; @fastify/compress uses what both have.
  alias: { 'readable-stream': 'node:stream' },
  // Names stay, as some packages and all stacks use them.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  sourcemap: 'linked',
  sourcesContent: false,
  write: false,
} as const satisfies BuildOptions;

/** Whether the compiled server is newer than its sources. */
export const isServerFresh = (): boolean =>
  isNewer(MAIN, 'src/server/**/*.ts', 'src/protocol/*.ts', 'bundling/server.ts');

export async function buildServer(): Promise<void> {
  const built = await Promise.all([
    build({
      ...COMMON,
      entryPoints: ENTRIES,
      chunkNames: '[name]-[hash]',
      splitting: true,
      format: 'esm',
      plugins: [...PLUGINS, byRequire, startedByDemo],
      banner: { js: COMMONJS },
    }),
    build({
      ...COMMON,
      entryPoints: SERVER,
      format: 'cjs',
      plugins: PLUGINS,
      define: { 'import.meta': IMPORT_META },
      banner: { js: WRAPPER.banner },
      footer: { js: WRAPPER.footer },
    }),
  ]);
  const outputFiles = built.flatMap((one) => one.outputFiles);
  outputFiles.filter(({ path }) => path.endsWith('.js')).forEach(assertAscii);
  rmSync(COMPILED, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  // The entry last, because its presence says that the build is whole.
  const isEntry = ({ path }: { path: string }) => path === MAIN;
  for (const { path, contents } of outputFiles.toSorted((a, b) => Number(isEntry(a)) - Number(isEntry(b))))
    writeFileSync(path, contents);
  const made = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const name of readdirSync(OUT)) if (!made.has(name)) rmSync(join(OUT, name));
}
