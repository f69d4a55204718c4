/**
 * The parts of effects and of noise suppression that come from other packages: runtimes and models. Those packages are large, and
 * of each a file or two is served: only these are copied, under names that hold a hash, and only if they are what we have
 * tried. A file of the same name in another version may be another model.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ROOT } from './sources.ts';

const LITERT = 'node_modules/@litertjs/core/wasm';
const SELFIE = 'node_modules/@mediapipe/selfie_segmentation';
const FACE_MESH = 'node_modules/@mediapipe/face_mesh';

interface Source {
  /** What it is called here, without the hash. */
  name: string;
  /** From the project's folder. */
  path: string;
  /** Its name within that file, if that is an archive of Emscripten's. */
  within?: string;
  /** Its SHA-256, as hex; none for what is ours. */
  hash?: string;
}

/** By the names that src/client/common/parts.ts knows. */
const SOURCES: Record<string, Source> = {
  runtime: {
    name: 'litert.js',
    path: `${LITERT}/litert_wasm_internal.js`,
    hash: '68efb69f770e3f76aff36a377de629ca496c131b86ac0f0f4b592a1543a898eb',
  },
  runtimeWasm: {
    name: 'litert.wasm',
    path: `${LITERT}/litert_wasm_internal.wasm`,
    hash: '7280cf4471774867e385e6c3cd53e2b45e2975b80fea338fff4ef359b0865614',
  },
  plainRuntime: {
    name: 'litert-plain.js',
    path: `${LITERT}/litert_wasm_compat_internal.js`,
    hash: '4d8f894b7883654fd6e8439730aa41e79ceaab7d19184fc4f1f0b0f1a2a2c8a5',
  },
  plainRuntimeWasm: {
    name: 'litert-plain.wasm',
    path: `${LITERT}/litert_wasm_compat_internal.wasm`,
    hash: '5255c8ad06eabdbd2522cdebf6b22fc10faf74625c23a49b9e072570cd1fa41c',
  },
  segmentation: {
    name: 'segmentation.tflite',
    path: `${SELFIE}/selfie_segmentation_landscape.tflite`,
    hash: '4aafe6223bb8dac6fac8ca8ed56852870a33051ef3f6238822d282a109962894',
  },
  detection: {
    name: 'face-detection.tflite',
    path: `${FACE_MESH}/face_mesh_solution_packed_assets.data`,
    within: 'face_detection_short_range.tflite',
    hash: '3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633',
  },
  landmarks: {
    name: 'face-landmarks.tflite',
    path: `${FACE_MESH}/face_mesh_solution_packed_assets.data`,
    within: 'face_landmark.tflite',
    hash: 'c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1',
  },
  noise: {
    name: 'noise.wasm',
    path: 'node_modules/@sapphi-red/web-noise-suppressor/dist/gtcrn.wasm',
    hash: '01a5286ddaa1ce6d0dd5510bd9241f3bf0cc727a05d5767ae6881d85d9983719',
  },
  notices: { name: 'third-party.txt', path: 'THIRD_PARTY.md' },
};

/** What a page is told of a part: its address, its bytes, and their SHA-256 as hex. */
export interface Part {
  url: string;
  size: number;
  hash: string;
}

/** Takes a file out of an archive of Emscripten's packager, whose loader lists where each begins and ends. */
function unpack(path: string, name: string): Buffer {
  const loader = readFileSync(path.replace(/\.data$/, '_loader.js'), 'utf8');
  const listed = loader.matchAll(/"?filename"?:\s*"([^"]+)",\s*"?start"?:\s*(\d+),\s*"?end"?:\s*(\d+)/g);
  for (const [, file, start, end] of listed)
    if (file?.endsWith(`/${name}`)) return readFileSync(path).subarray(Number(start), Number(end));
  throw new Error(`${path} has no ${name}`);
}

/** @returns its bytes, and their SHA-256 as hex. @throws where it isn't what we have tried */
function read({ path, within, hash }: Source): { bytes: Buffer; full: string } {
  const whole = join(ROOT, path);
  const bytes = within ? unpack(whole, within) : readFileSync(whole);
  const full = createHash('sha256').update(bytes).digest('hex');
  if (hash !== undefined && full !== hash)
    throw new Error(`${within ?? path} isn't the one we know: SHA-256 ${full}`);
  return { bytes, full };
}

/** All parts as they are served, by the names that pages know. */
export const readParts = (): Map<string, Buffer> =>
  new Map(Object.entries(SOURCES).map(([key, source]) => [key, read(source).bytes]));

/** A file of the build: whole, or not there. */
function put(path: string, bytes: Uint8Array): void {
  if (existsSync(path)) return;
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

/** Beside a file there may be compressed copies of it, `.gz` and `.br`, as they are sent. */
export type Copies = 'plain' | 'compressed';

/** Zopfli would take minutes for these, and Brotli's last step half a minute. */
function compress(path: string, bytes: Buffer): void {
  if (!existsSync(`${path}.gz`)) put(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  if (existsSync(`${path}.br`)) return;
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 9, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  put(`${path}.br`, brotliCompressSync(bytes, { params }));
}

export const hasCopies = (path: string): boolean => existsSync(`${path}.gz`) && existsSync(`${path}.br`);

const isCopy = (name: string): boolean => /\.(?:gz|br)$/.test(name);

/** @param folder within public/build */
export function havePartsCopies(folder: string): boolean {
  const path = join(ROOT, 'public/build', folder);
  if (!existsSync(path)) return false;
  return readdirSync(path).every((name) => isCopy(name) || hasCopies(join(path, name)));
}

/**
 * Copies what isn't there yet, and removes what no longer belongs there.
 * @param folder within public/build
 * @param copies whether compressed ones are put beside them
 * @returns what pages need to know of each
 */
export function copyParts(folder: string, copies: Copies): Record<string, Part> {
  mkdirSync(join(ROOT, 'public/build', folder), { recursive: true });
  const made = new Set<string>();
  const parts = Object.entries(SOURCES).map(([key, source]): [string, Part] => {
    const { bytes, full } = read(source);
    const extension = extname(source.name);
    const name = `${source.name.slice(0, -extension.length)}-${full.slice(0, 10)}${extension}`;
    const path = join(ROOT, 'public/build', folder, name);
    put(path, bytes);
    if (copies === 'compressed') compress(path, bytes);
    for (const copy of ['', '.gz', '.br']) made.add(name + copy);
    return [key, { url: `/static/build/${folder}/${name}`, size: bytes.length, hash: full }];
  });
  for (const name of readdirSync(join(ROOT, 'public/build', folder)))
    if (!made.has(name)) rmSync(join(ROOT, 'public/build', folder, name));
  return Object.fromEntries(parts);
}
