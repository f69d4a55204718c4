/** What every request goes through, in this order, and what every page needs. */
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Writing } from '../database/writing.ts';
import { addressInstead } from './address.ts';
import { readAssets, registerAssets } from './assets.ts';
import { registerClosing } from './closing.ts';
import { registerCsrf } from './csrf.ts';
import { registerErrors } from './errors.ts';
import { registerHeaders, type SetHeaders } from './headers.ts';
import { registerHealth } from './health.ts';
import { createProof } from './house-proof.ts';
import { registerRequestLog } from './logging.ts';
import { registerManifest } from './manifest.ts';
import { registerMultipart } from './multipart.ts';
import { registerServiceWorker } from './service-worker.ts';
import { registerSlowBodies } from './slow-bodies.ts';
import { registerSockets } from './sockets.ts';
import { refuseUpgrades } from './upgrades.ts';
import { createEta, type PageState, type Render, registerViews } from './views.ts';
import { registerWriteGate } from './write-gate.ts';

export type HttpParts = {
  config: Config;
  clock: Clock;
  database: Database;
  writing: Writing;
  /** The largest file that a form may carry, in bytes. */
  largestFile: number;
  /** Adds the hooks that find out who is asking, which need more than this folder may import. */
  authenticate(app: FastifyInstance): void;
  /** Whether a request comes from someone who may take hours over a file. */
  maySendFiles(request: FastifyRequest): boolean;
  page: Pick<PageState, 'visitor' | 'mark'>;
};

export async function registerHttp(
  app: FastifyInstance,
  { config, clock, database, writing, largestFile, authenticate, maySendFiles, page }: HttpParts,
): Promise<{ render: Render; setHeaders: SetHeaders }> {
  registerRequestLog(app);
  await app.register(cookie);
  await app.register(formbody);
  await registerMultipart(app, largestFile);
  await app.register(compress, {
    threshold: 1024,
    encodings: ['gzip'],
    zlibOptions: { level: 3 },
    // Compressing a page takes less time than handing it to another thread and back.
    syncThreshold: 128 * 1024,
  });
  await registerSockets(app);
  registerClosing(app);
  const setHeaders = registerHeaders(app, config.secure, config.secure && config.tls?.by !== 'lan');
  const assets = readAssets();
  await registerAssets(app, config.dataDir);
  registerServiceWorker(app, assets);
  registerManifest(app);
  authenticate(app);
  const render = await registerViews(app, createEta(), assets, {
    ...page,
    instead: (request) => addressInstead(config, request),
  });
  refuseUpgrades(app);
  registerSlowBodies(app, clock, maySendFiles);
  await registerCsrf(app, config);
  registerWriteGate(app, writing);
  registerErrors(app, writing.note);
  registerHealth(app, database, writing, createProof(config.dataDir, app.log));
  return { render, setHeaders };
}
