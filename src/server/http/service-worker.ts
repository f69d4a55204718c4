/**
 * The service worker's address: always the same, and at the root, since a worker is there for what lies below it (Service
 * Workers, §3.2). Browsers ask for it again by themselves, and compare.
 */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { type Assets, fileOf } from './assets.ts';

export function registerServiceWorker(app: FastifyInstance, assets: Assets): void {
  const path = fileOf(assets('service-worker.js'));
  app.get('/service-worker.js', async (_request, reply) =>
    reply
      .header('Cache-Control', 'no-cache')
      .type('text/javascript; charset=utf-8')
      .send(await readFile(path)),
  );
}
