/** The files that browsers get as they are, and the names under which the built ones are served. */
import { statfsSync } from 'node:fs';
import { basename, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { ROOT } from '../paths.ts';
import { allowWebAssembly } from './headers.ts';
import { keepBundles, readManifest } from './kept-bundles.ts';

const PUBLIC = join(ROOT, 'public');
const BUILD = join(PUBLIC, 'build');
/** In the data folder. Hidden, so no backup takes it along. */
const KEPT = '.bundles';
/** It runs models, and a worker's policy comes with its script. */
const NEEDS_WASM = /^effects-worker-[\w-]+\.js(?:\.gz|\.br)?$/;
/** Bytes that must be free for that. */
const ROOM = 64 * 1024 * 1024;
const YEAR = 365 * 24 * 60 * 60;

export type Assets = (name: string) => string;

/** Reads build/manifest.json: plain names to hashed ones. */
export function readAssets(): Assets {
  const manifest = readManifest(BUILD);
  if (!manifest) throw new Error('public/build is missing: run "npm run build" first ("npm start" does).');
  return (name) => {
    const built = manifest.get(name);
    if (!built) throw new Error(`public/build has no ${name}`);
    return `/static/build/${built}`;
  };
}

/** Where a file lies that is served at an address of `Assets`. */
export const fileOf = (address: string): string => join(PUBLIC, address.slice('/static/'.length));

/**
 * Serves /static: a year for what has its hash in its name, an hour for the rest. What this build doesn't have may be
 * of an earlier one.
 */
export async function registerAssets(app: FastifyInstance, dataDir: string): Promise<void> {
  const kept = join(dataDir, KEPT);
  await app.register(fastifyStatic, {
    root: [PUBLIC, kept],
    // The second one is made when there is something in it.
    suppressWarning: true,
    prefix: '/static/',
    preCompressed: true,
    cacheControl: false,
    setHeaders(response, path) {
      if (NEEDS_WASM.test(basename(path))) allowWebAssembly(response);
      response.header(
        'Cache-Control',
        path.startsWith(BUILD) || path.startsWith(kept)
          ? `public, max-age=${YEAR}, immutable`
          : 'public, max-age=3600',
      );
    },
  });
}

/** Keeps the bundles of this build for the pages that are open when the next one takes over; not worth a full disk. */
export function keepAssets(dataDir: string, now: number, log: Pick<FastifyBaseLogger, 'warn'>): void {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    if (bavail * bsize >= ROOM) keepBundles(BUILD, join(dataDir, KEPT, 'build'), now);
  } catch (error) {
    log.warn({ err: error }, 'the scripts of this build could not be kept for the next one');
  }
}
