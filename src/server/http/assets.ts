/** The files that browsers get as they are, and the names under which the built ones are served. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { ROOT } from '../paths.ts';

const PUBLIC = join(ROOT, 'public');
const MANIFEST = join(PUBLIC, 'build/manifest.json');
const YEAR = 365 * 24 * 60 * 60;

export type Assets = (name: string) => string;

/** Reads build/manifest.json: plain names to hashed ones. */
export function readAssets(): Assets {
  if (!existsSync(MANIFEST))
    throw new Error('public/build is missing: run "npm run build" first ("npm start" does).');
  const manifest = new Map<string, string>(Object.entries(JSON.parse(readFileSync(MANIFEST, 'utf8'))));
  return (name) => {
    const built = manifest.get(name);
    if (!built) throw new Error(`public/build has no ${name}`);
    return `/static/build/${built}`;
  };
}

/** Serves /static: a year for what has its hash in its name, an hour for the rest. */
export async function registerAssets(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: PUBLIC,
    prefix: '/static/',
    preCompressed: true,
    cacheControl: false,
    setHeaders(response, path) {
      response.header(
        'Cache-Control',
        path.startsWith(join(PUBLIC, 'build'))
          ? `public, max-age=${YEAR}, immutable`
          : 'public, max-age=3600',
      );
    },
  });
}
