/**
 * Bundles what browsers load into public/build, under names that hold a hash, with a manifest and compressed
 * copies beside them. `--if-missing` does nothing when that is newer than its sources.
 */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const ROOT = import.meta.dirname;
const OUT = join(ROOT, 'public/build');
const MANIFEST = join(OUT, 'manifest.json');
const HTMX = ['htmx.min.js', 'ext/hx-ws.min.js', 'ext/hx-upsert.min.js'];

/** An old tablet that gets no newer browser is still a window to the family. */
const TARGET = ['chrome90', 'firefox90', 'safari14.1'];

const htmxPath = (name: string) => join(ROOT, 'node_modules/htmx.org/dist', name);
const text = (path: string) => readFileSync(path, 'utf8');

function isFresh(): boolean {
  const sources = globSync(['src/client/**/*.ts', 'src/protocol/*.ts', 'public/*.css', 'package-lock.json'], {
    cwd: ROOT,
  });
  const newest = Math.max(...sources.map((path) => statSync(join(ROOT, path)).mtimeMs));
  const built = statSync(MANIFEST, { throwIfNoEntry: false });
  return built !== undefined && built.mtimeMs > newest;
}

async function bundle(entry: string, format: 'esm' | 'iife'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    minify: true,
    format,
    target: TARGET,
    write: false,
    legalComments: 'none',
  });
  return outputFiles.map((file) => file.text).join('');
}

async function buildAll(): Promise<void> {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const css = await transform(text(join(ROOT, 'public/style.css')), {
    loader: 'css',
    minify: true,
    target: TARGET,
  });
  const files = new Map([
    // htmx and its extensions are classic scripts that meet in the global `htmx`; ours comes last.
    [
      'page.js',
      [...HTMX.map((name) => text(htmxPath(name))), await bundle('src/client/page/main.ts', 'iife')].join(
        ';\n',
      ),
    ],
    ['attach.js', await bundle('src/client/attach/main.ts', 'esm')],
    ['call.js', await bundle('src/client/call/main.ts', 'esm')],
    ['style.css', css.code],
  ]);
  const manifest: Record<string, string> = {};
  for (const [name, content] of files) {
    const bytes = Buffer.from(content.replace(/\/\/# sourceMappingURL=.*$/gm, ''));
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 10);
    const hashed = `${name.slice(0, -extname(name).length)}-${hash}${extname(name)}`;
    manifest[name] = hashed;
    writeFileSync(join(OUT, hashed), bytes);
    writeFileSync(join(OUT, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
    writeFileSync(join(OUT, `${hashed}.br`), brotliCompressSync(bytes));
  }
  // Last, because its presence says that the build is whole.
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
}

if (!process.argv.includes('--if-missing') || !isFresh()) await buildAll();
