/**
 * Bundles what browsers load into public/build, under names that hold a hash, with a manifest and compressed
 * copies beside them. What earlier builds made stays for pages that are still open.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { gzipAsync } from '@gfx/zopfli';
import { build } from 'esbuild';
import { markUsed, readManifest, removeOld } from '../src/server/http/kept-bundles.ts';
import { type Copies, copyParts, hasCopies, havePartsCopies } from './parts.ts';
import { isNewer, ROOT } from './sources.ts';

const OUT = join(ROOT, 'public/build');
const MANIFEST = join(OUT, 'manifest.json');
/** Where what others have made lies, within it. */
const PARTS = 'parts';
const HTMX = ['htmx.min.js', 'ext/hx-ws.min.js', 'ext/hx-upsert.min.js'];

/** An old tablet that gets no newer browser is still a window to the family. */
const TARGET = ['chrome90', 'firefox90', 'safari14.1'];

/** `a?.b(...c, d)`, the one way of an optional chain that Chrome got wrong until 91 (https://crbug.com/42201552). */
const NON_FINAL_SPREAD = /\?\.[\w$.]*\((?:[^()]*,)?\.\.\.[^(),]+,/;

/** How scripts and stylesheets alike are bundled. */
const BOTH = {
  bundle: true as const,
  minify: true,
  external: ['/static/*'],
  target: TARGET,
  // Else each `?.` becomes a condition, for the sake of one defect; see `NON_FINAL_SPREAD`.
  supported: { 'optional-chain': true },
  write: false as const,
  legalComments: 'none' as const,
};

const htmxPath = (name: string) => join(ROOT, 'node_modules/htmx.org/dist', name);
const text = (path: string) => readFileSync(path, 'utf8');

/** Whether the bundles are newer than their sources, and have the copies that are wanted. */
export const isClientFresh = (copies: Copies): boolean =>
  isNewer(MANIFEST, 'src/client/**/*.{ts,css}', 'src/protocol/*.ts', 'bundling/{client,parts}.ts') &&
  (copies === 'plain' ||
    ([...(readManifest(OUT)?.values() ?? [])].every((name) => hasCopies(join(OUT, name))) &&
      havePartsCopies(PARTS)));

interface Bundle {
  /** Its name without the hash. */
  name: string;
  entry: string;
  /** Only what other bundles import may be a module; workers and what stands beside htmx are classic scripts. */
  format: 'esm' | 'iife';
  /** The name by which later bundles know its address. */
  known?: string;
  /** Scripts that stand before it in the same file. */
  after?: string[];
}

const CLIENT = 'src/client';
const BUNDLES: Bundle[] = [
  ...['common/ticker', 'recording/upload/keep', 'recording/upload/leftovers', 'effects/engine/effects'].map(
    (path): Bundle => {
      const name = basename(path);
      return {
        name: `${name}-worker.js`,
        entry: `${CLIENT}/${path}-worker.ts`,
        format: 'iife',
        known: `${name.toUpperCase()}_WORKER_URL`,
      };
    },
  ),
  {
    name: 'leftovers.js',
    entry: `${CLIENT}/recording/upload/leftovers.ts`,
    format: 'esm',
    known: 'LEFTOVERS_URL',
  },
  { name: 'poster.js', entry: `${CLIENT}/attach/poster.ts`, format: 'esm', known: 'POSTER_URL' },
  { name: 'elsewhere.js', entry: `${CLIENT}/attach/elsewhere.ts`, format: 'esm', known: 'ELSEWHERE_URL' },
  {
    name: 'polling.js',
    entry: `${CLIENT}/page/polling.ts`,
    format: 'esm',
    known: 'POLLING_URL',
  },
  { name: 'draft-lines.js', entry: `${CLIENT}/page/draft-lines.ts`, format: 'esm', known: 'DRAFT_LINES_URL' },
  { name: 'texts.js', entry: `${CLIENT}/texts/main.ts`, format: 'esm', known: 'TEXTS_URL' },
  {
    name: 'first-touch.js',
    entry: `${CLIENT}/page/first-touch.ts`,
    format: 'esm',
    known: 'FIRST_TOUCH_URL',
  },
  { name: 'no-calls.js', entry: `${CLIENT}/page/no-calls.ts`, format: 'esm', known: 'NO_CALLS_URL' },
  { name: 'playing.js', entry: `${CLIENT}/page/playing.ts`, format: 'esm', known: 'PLAYING_URL' },
  { name: 'scrolled.js', entry: `${CLIENT}/page/scrolled.ts`, format: 'esm', known: 'SCROLLED_URL' },
  { name: 'sounds.js', entry: `${CLIENT}/page/sounds.ts`, format: 'esm', known: 'SOUNDS_URL' },
  { name: 'player.js', entry: `${CLIENT}/sound/main.ts`, format: 'esm', known: 'PLAYER_URL' },
  { name: 'viewer.js', entry: `${CLIENT}/viewer/main.ts`, format: 'esm' },
  { name: 'pictures.js', entry: `${CLIENT}/viewer/pictures.ts`, format: 'esm' },
  { name: 'messages.js', entry: `${CLIENT}/messages/main.ts`, format: 'esm' },
  { name: 'invitations.js', entry: `${CLIENT}/invitations/main.ts`, format: 'esm' },
  { name: 'push.js', entry: `${CLIENT}/push/main.ts`, format: 'esm' },
  { name: 'accept.js', entry: `${CLIENT}/accepting/main.ts`, format: 'esm' },
  { name: 'share.js', entry: `${CLIENT}/share/main.ts`, format: 'esm' },
  { name: 'service-worker.js', entry: `${CLIENT}/service-worker/main.ts`, format: 'iife' },
  { name: 'attach.js', entry: `${CLIENT}/attach/main.ts`, format: 'esm' },
  { name: 'recording.js', entry: `${CLIENT}/recording/recording.ts`, format: 'esm', known: 'RECORDING_URL' },
  {
    name: 'screenshots.js',
    entry: `${CLIENT}/screenshots/screenshot-cards.ts`,
    format: 'esm',
    known: 'SCREENSHOTS_URL',
  },
  { name: 'quality.js', entry: `${CLIENT}/call/quality/quality.ts`, format: 'esm', known: 'QUALITY_URL' },
  {
    name: 'noise-worklet.js',
    entry: `${CLIENT}/voice/noise-worklet.ts`,
    format: 'esm',
    known: 'NOISE_WORKLET_URL',
  },
  { name: 'voice.js', entry: `${CLIENT}/voice/voice.ts`, format: 'esm', known: 'VOICE_URL' },
  { name: 'effects.js', entry: `${CLIENT}/effects/effects.ts`, format: 'esm', known: 'EFFECTS_URL' },
  { name: 'call.js', entry: `${CLIENT}/call/main.ts`, format: 'esm' },
  // htmx and its extensions are classic scripts that meet in the global `htmx`; ours comes last.
  { name: 'page.js', entry: `${CLIENT}/page/main.ts`, format: 'iife', after: HTMX.map(htmxPath) },
];

const STYLES = {
  'style.css': `${CLIENT}/style/main.css`,
  'call.css': `${CLIENT}/style/call/main.css`,
  'late.css': `${CLIENT}/style/late.css`,
  // For the pages that have a bar from the start.
  'progress.css': `${CLIENT}/style/progress.css`,
  'effects.css': `${CLIENT}/style/effects.css`,
};

async function bundle(
  { entry, format, after = [] }: Bundle,
  define: Record<string, string>,
): Promise<string> {
  const { outputFiles } = await build({
    ...BOTH,
    entryPoints: [join(ROOT, entry)],
    format,
    define,
  });
  const own = outputFiles.map((file) => file.text);
  const unsafe = own.flatMap((script) => NON_FINAL_SPREAD.exec(script)?.[0] ?? []);
  if (unsafe.length > 0) throw new Error(`${entry}: old browsers fail at ${unsafe}`);
  return [...after.map(text), ...own].join(';\n');
}

/**
 * esbuild turns `width < 44rem` into `not (min-width: 44rem)`. The oldest of our browsers know `not` only before a media
 * type, and not at all in a part of a query (Media Queries 3): they would leave out all that is meant for phones.
 */
const withOldNegations = (css: string): string =>
  css
    .replaceAll('@media not (', '@media not all and (')
    .replace(
      /\(not \(min-(width|height):([\d.]+)rem\)\)/g,
      (_, side: string, size: string) => `(max-${side}:${Number(size) - 0.01}rem)`,
    );

/** @param entry a stylesheet, with all that it imports */
async function bundleStyle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    ...BOTH,
    entryPoints: [join(ROOT, entry)],
  });
  return withOldNegations(outputFiles.map((file) => file.text).join(''));
}

/** A file of the build: whole, or not there. */
function put(name: string, bytes: Uint8Array): void {
  const path = join(OUT, name);
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

/** Writes a file under a name with its hash, and the copies that are wanted, unless they are there. @returns that name */
async function write(name: string, content: string, copies: Copies): Promise<string> {
  const bytes = Buffer.from(content.replace(/\/\/# sourceMappingURL=.*$/gm, ''));
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 10);
  const hashed = `${name.slice(0, -extname(name).length)}-${hash}${extname(name)}`;
  const path = join(OUT, hashed);
  if (existsSync(path) && (copies === 'plain' || hasCopies(path))) {
    markUsed(OUT, [hashed], Date.now());
    return hashed;
  }
  put(hashed, bytes);
  if (copies === 'plain') return hashed;
  // Over plain http browsers take no Brotli. Made once and sent often, so this may take its time: it saves three percent.
  put(`${hashed}.gz`, await gzipAsync(bytes, { numiterations: 15 }));
  put(`${hashed}.br`, brotliCompressSync(bytes));
  return hashed;
}

export async function buildClient(copies: Copies): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  const now = Date.now();
  markUsed(OUT, readManifest(OUT)?.values() ?? [], now);
  const manifest: Record<string, string> = {};
  for (const [name, entry] of Object.entries(STYLES))
    manifest[name] = await write(name, await bundleStyle(entry), copies);
  const addresses: Record<string, string> = {
    LATE_STYLE_URL: JSON.stringify(`/static/build/${manifest['late.css']}`),
    PARTS: JSON.stringify(copyParts(PARTS, copies)),
  };
  for (const made of BUNDLES) {
    const hashed = await write(made.name, await bundle(made, addresses), copies);
    manifest[made.name] = hashed;
    if (made.known) addresses[made.known] = JSON.stringify(`/static/build/${hashed}`);
  }
  // Last, because its presence says that the build is whole.
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
  removeOld(OUT, now);
}
